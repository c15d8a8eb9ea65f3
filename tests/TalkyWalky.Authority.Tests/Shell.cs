using System.Diagnostics;

namespace TalkyWalky.Authority.Tests;

/// <summary>Runs the system's openssl and curl, which the tests need as every user of the project's certificates has them.</summary>
internal static class Shell
{
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, output) = await TryAsync(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}: {output}");
        return output;
    }

    public static async Task<(int Code, string Output)> TryAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
