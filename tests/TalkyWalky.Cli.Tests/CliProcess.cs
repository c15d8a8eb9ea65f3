using System.Diagnostics;
using TalkyWalky.Testing;

namespace TalkyWalky.Cli.Tests;

/// <summary>The real program, with a home of its own.</summary>
internal sealed class CliProcess(string home, string profile)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public string Profile => profile;

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(BuiltPrograms.Client, [.. arguments, "--profile", profile])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["HOME"] = home;
        start.Environment.Remove("XDG_CONFIG_HOME");
        start.Environment.Remove("TALKYWALKY_PASSPHRASE_FILE");
        start.Environment["TALKYWALKY_KEYCHAIN"] = "off"; // of whoever runs the tests
        return Process.Start(start)!;
    }

    public Task<Ran> RunAsync(params string[] arguments) => RunAsync("", arguments);

    public async Task<Ran> RunAsync(string input, string[] arguments)
    {
        using var process = Start(arguments);
        return await FinishAsync(process, input);
    }

    public static async Task<Ran> FinishAsync(Process process, string input = "")
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input.Length > 0) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException late)
        {
            process.Kill();
            throw new TimeoutException($"talkywalky did not end; so far: {await output} {await error}", late);
        }

        return new Ran(process.ExitCode, await output, await error);
    }
}
