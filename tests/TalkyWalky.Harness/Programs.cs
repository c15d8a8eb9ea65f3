using System.Diagnostics;
using System.Text;
using TalkyWalky.Testing;

namespace TalkyWalky.Harness;

/// <summary>The built programs, run as a user runs them.</summary>
public static class Programs
{
    /// <summary>Seconds that anything may take on a busy machine. It bounds a test that has failed; none waits so long when all is well.</summary>
    public const int Patience = 600;

    public static string Server => BuiltPrograms.Server;

    public static string Client => BuiltPrograms.Client;

    public static async Task<Finished> RunAsync(
        string program, IEnumerable<string> arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null, int seconds = Patience)
    {
        using var process = Process.Start(Describe(program, arguments, environment))!;
        // Read before and while it is written: a program that answers each line would stop at a full pipe.
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} ran longer than {seconds} s; out: {await output} err: {await errors}", late);
        }

        return new Finished(process.ExitCode, await output, await errors);
    }

    public static ProcessStartInfo Describe(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
            WorkingDirectory = Repository.Root,
        };
        info.Environment["TALKYWALKY_KEYCHAIN"] = "off"; // of whoever runs the tests
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal)) info.Environment[name] = value;
        return info;
    }
}

public sealed record Finished(int Exit, string Output, string Errors)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public Finished Expect(int exit)
    {
        Assert.True(exit == Exit, $"exit {Exit}, not {exit}\nstdout: {Output}\nstderr: {Errors}");
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        return this;
    }
}
