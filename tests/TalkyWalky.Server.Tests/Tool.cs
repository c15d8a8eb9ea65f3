using System.Diagnostics;
using TalkyWalky.Testing;

namespace TalkyWalky.Server.Tests;

internal static class Tool
{
    /// <summary>Runs a program of the system with this input.</summary>
    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, string input = "")
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(5));
        return new CommandResult(process.ExitCode, await output, await error);
    }
}
