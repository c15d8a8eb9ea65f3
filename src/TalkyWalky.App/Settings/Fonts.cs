using System.ComponentModel;
using System.Diagnostics;

namespace TalkyWalky.App.Settings;

/// <summary>The font families installed here, as fontconfig lists them; none where there is no fontconfig.</summary>
/// <param name="program">fc-list(1).</param>
internal sealed class Fonts(TimeProvider time, string program = "fc-list")
{
    private const int MaxFamilies = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task<string[]?>? _asked;

    /// <summary>In order. The system is asked until it answers, then no more.</summary>
    public async Task<string[]> ListAsync(CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux()) return [];
        Task<string[]?> asked;
        lock (_gate) asked = _asked is null or { IsCompletedSuccessfully: true, Result: null } ? _asked = AskAsync() : _asked;
        return await asked.WaitAsync(cancellation) ?? [];
    }

    /// <summary>Null: no answer in time.</summary>
    private async Task<string[]?> AskAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var process = new Process { StartInfo = new ProcessStartInfo(program, [":", "family"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false } };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return []; // there is no fontconfig
        }

        try
        {
            var lines = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            while (lines.Count < MaxFamilies && await process.StandardOutput.ReadLineAsync(patience.Token) is { } line) lines.Add(First(line));
            return [.. lines.Where(static name => name.Length is > 0 and <= SettingsRules.MaxFamily && !name.StartsWith('.')).Order(StringComparer.OrdinalIgnoreCase)];
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    // "DejaVu Sans,DejaVu Sans Condensed": the names of one family, the usual one first; \- and \, stand for the letters.
    private static string First(string line)
    {
        var end = 0;
        while (end < line.Length && line[end] != ',') end += line[end] == '\\' ? 2 : 1;
        return line[..Math.Min(end, line.Length)].Replace("\\", "", StringComparison.Ordinal).Trim();
    }
}
