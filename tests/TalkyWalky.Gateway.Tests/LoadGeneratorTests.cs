using System.Diagnostics;
using System.Text.Json;
using TalkyWalky.Testing;

namespace TalkyWalky.Gateway.Tests;

/// <summary>bench/load with tiny counts, so that it goes on working. What it measures here says nothing.</summary>
public sealed class LoadGeneratorTests
{
    private static readonly string Program = Path.Combine(
        Repository.Root, "artifacts", "bin", "TalkyWalky.Load", new DirectoryInfo(AppContext.BaseDirectory).Name, "TalkyWalky.Load");

    [Theory]
    [InlineData("pairs", "plain")]
    [InlineData("pairs", "tls")]
    public async Task Workload_OfAFewPeople_IsMeasuredAtOursAndTheRelay(string workload, string transport)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Program, ["--workload", workload, "--transport", transport, "--peer", "ours", "--peer", "relay", "--pairs", "2", "--seconds", "0.2", "--warm-up", "0.1", "--runs", "1", "--tries", "1", "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, await errors);
        using var results = JsonDocument.Parse(await output);
        var runs = results.RootElement.GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal(["ours", "relay"], runs.Select(static run => run.GetProperty("peer").GetString()).Distinct().Order(StringComparer.Ordinal));
        Assert.All(runs, run => Assert.Equal(transport, run.GetProperty("transport").GetString(), ignoreCase: true));
        Assert.All(runs, static run => Assert.NotEmpty(run.GetProperty("figures").EnumerateObject()));
    }
}
