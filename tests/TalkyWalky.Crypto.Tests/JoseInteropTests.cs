using System.Diagnostics;
using TalkyWalky.Testing;

namespace TalkyWalky.Crypto.Tests;

/// <summary>The npm library jose opens what we sealed. Needs Node 20 and npm; the package comes by its lock file into artifacts/interop.</summary>
public sealed class JoseInteropTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Jose_CommittedVector_OpensGrantsMessagesAndSignal()
    {
        var work = Path.Combine(Repository.Root, "artifacts", "interop", "jose");
        Directory.CreateDirectory(work);
        foreach (var file in new[] { "package.json", "package-lock.json", "verify.mjs" })
            File.Copy(Path.Combine(Repository.Root, "tests", "interop", "jose", file), Path.Combine(work, file), overwrite: true);
        if (!IsInstalled(work)) await RunAsync(work, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
        var lines = await RunAsync(work, "node", "verify.mjs", Repository.Vectors());
        Assert.Equal(33, lines.Split('\n').Count(static line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    // npm writes node_modules/.package-lock.json last.
    private static bool IsInstalled(string work)
    {
        var installed = new FileInfo(Path.Combine(work, "node_modules", ".package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc > File.GetLastWriteTimeUtc(Path.Combine(Repository.Root, "tests", "interop", "jose", "package-lock.json"));
    }

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} exits {process.ExitCode}:\n{await output}{await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
