using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace TalkyWalky.Client.Unlock;

/// <summary>
/// The keychain of a Linux desktop: the Secret Service (https://specifications.freedesktop.org/secret-service/), by the program secret-tool(1) of libsecret. Secrets go
/// through its pipes, never through its arguments.
/// </summary>
internal sealed class SecretTool(Func<string, string?> variable, TimeProvider time)
{
    // Asking whether anybody answers shows no dialog; unlocking the keychain may, and a person must find and type its password.
    private static readonly TimeSpan Probe = TimeSpan.FromSeconds(3), Person = TimeSpan.FromMinutes(2);

    private const int LongestSecret = 4096;
    private const string Program = "secret-tool", BusVariable = "DBUS_SESSION_BUS_ADDRESS", RuntimeVariable = "XDG_RUNTIME_DIR";

    /// <summary>Whether a keychain answers. It may still be locked.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellation) =>
        HasBus() && await RunAsync(["search", .. Attributes("none")], "", Probe, cancellation) is { Code: 0 };

    /// <summary>Null when it holds no such secret, is not unlocked, or does not answer.</summary>
    /// <param name="id">Names a secret; nothing secret itself.</param>
    public async Task<string?> FindAsync(string id, CancellationToken cancellation) =>
        await RunAsync(["lookup", .. Attributes(id)], "", Person, cancellation) is { Code: 0, Output: { Length: > 0 } secret } ? secret : null;

    /// <summary>Whether the keychain holds it now: it was read back.</summary>
    public async Task<bool> KeepAsync(string id, string label, string secret, CancellationToken cancellation) =>
        await RunAsync(["store", $"--label={label}", .. Attributes(id)], secret, Person, cancellation) is { Code: 0 }
        && string.Equals(await FindAsync(id, cancellation), secret, StringComparison.Ordinal);

    private static string[] Attributes(string id) => ["application", "talkywalky", "profile", id];

    // Without a bus libdbus would start one of its own, with an empty keychain that nobody finds again.
    private bool HasBus() => OperatingSystem.IsLinux()
        && (variable(BusVariable) is { Length: > 0 } || (variable(RuntimeVariable) is { Length: > 0 } folder && File.Exists(Path.Combine(folder, "bus"))));

    private async Task<Ran?> RunAsync(string[] arguments, string input, TimeSpan patience, CancellationToken cancellation)
    {
        using var process = Start(arguments);
        if (process is null) return null;
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await TalkAsync(process, input, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null; // nobody answered in time
        }
        catch (IOException)
        {
            return null; // it ended before it read the secret
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private Process? Start(string[] arguments)
    {
        var program = (variable("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathRooted).Select(static folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);
        if (program is null) return null;
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in (string[])[BusVariable, RuntimeVariable])
        {
            if (variable(name) is { Length: > 0 } value) start.Environment[name] = value;
            else start.Environment.Remove(name);
        }

        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null; // a file of that name that cannot be run
        }
    }

    private static async Task<Ran> TalkAsync(Process process, string input, CancellationToken cancellation)
    {
        var complaints = process.StandardError.BaseStream.CopyToAsync(Stream.Null, cancellation);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellation);
        process.StandardInput.Close();
        var output = await ReadAsync(process.StandardOutput.BaseStream, cancellation);
        await complaints;
        await process.WaitForExitAsync(cancellation);
        return new Ran(process.ExitCode, output);
    }

    /// <summary>Null when it is longer than any secret of ours.</summary>
    private static async Task<string?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var bytes = new byte[LongestSecret];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        var text = length < bytes.Length ? Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\n') : null;
        CryptographicOperations.ZeroMemory(bytes);
        return text;
    }

    private sealed record Ran(int Code, string? Output)
    {
        // What it printed is a secret.
        public override string ToString() => $"Ran {{ {Code} }}";
    }
}
