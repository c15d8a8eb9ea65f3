using System.Diagnostics;
using TalkyWalky.Testing;

namespace TalkyWalky.Pki.Tests;

/// <summary>The system's openssl in a folder of its own: the second opinion on everything that others must read.</summary>
internal sealed class OpenSsl : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public string Write(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return name;
    }

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(_folder[name], bytes);
        return name;
    }

    public byte[] Read(string name) => File.ReadAllBytes(_folder[name]);

    /// <summary>What it wrote to both outputs.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output) = await TryAsync(arguments);
        Assert.True(code == 0, $"openssl {string.Join(' ', arguments)} ended with {code}: {output}");
        return output;
    }

    public Task<(int Code, string Output)> TryAsync(params string[] arguments) => TryProgramAsync("openssl", arguments);

    /// <summary>Another program in the same folder.</summary>
    public async Task<(int Code, string Output)> TryProgramAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder.Path, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
