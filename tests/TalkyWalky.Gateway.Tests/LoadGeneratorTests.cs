using System.Diagnostics;
using System.Text.Json;
using TalkyWalky.Testing;

namespace TalkyWalky.Gateway.Tests;

/// <summary>bench/load with tiny counts, so that it goes on working. What it measures here says nothing.</summary>
public sealed class LoadGeneratorTests
{
    private static readonly string Program = Path.Combine(
        Repository.Root, "artifacts", "bin", "TalkyWalky.Load", new DirectoryInfo(AppContext.BaseDirectory).Name, "TalkyWalky.Load");

    [Fact]
    public async Task Workloads_OfAFewPeople_AreMeasuredAtOursAndTheRelay() => Assert.Equal(
        ["3 idle", "offline, drain", "offline, store", "pairs, 1,000/s offered", "pairs, window 1", "pairs, window 10", "room of 3", "storm of 3"],
        await MeasureAsync("--transport", "plain", "--members", "3", "--idle", "3", "--storm", "3"));

    [Fact]
    public async Task Workload_OverTls_IsMeasuredAtOursAndTheRelay() => Assert.Equal(
        ["pairs, 1,000/s offered", "pairs, window 1", "pairs, window 10"], await MeasureAsync("--transport", "tls", "--workload", "pairs"));

    [Fact]
    public async Task Soak_OfASecond_IsMeasuredAtOursAndTheRelay() => Assert.Equal(["pairs, soak"], await MeasureAsync("--transport", "plain", "--workload", "soak", "--soak", "0.02"));

    private static async Task<IEnumerable<string>> MeasureAsync(params string[] options)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Program, ["--peer", "ours", "--peer", "relay", "--pairs", "2", "--seconds", "0.1", "--warm-up", "0.1", "--runs", "1", "--tries", "1", "--json", .. options])
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
        Assert.All(runs, static run => Assert.NotEmpty(run.GetProperty("figures").EnumerateObject()));
        return [.. runs.Select(static run => run.GetProperty("row").GetString()!).Distinct().Order(StringComparer.Ordinal)];
    }
}
