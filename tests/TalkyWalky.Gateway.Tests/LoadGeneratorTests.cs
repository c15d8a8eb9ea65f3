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
    public async Task Workloads_OfAFewPeople_AreMeasuredAtOursAndTheRelay()
    {
        using var results = await MeasureAsync(
            "--workload", "pairs", "--workload", "rooms", "--workload", "idle", "--workload", "offline", "--workload", "storm", "--transport", "plain", "--members", "3", "--idle", "3", "--storm", "3");

        Assert.Equal(["3 idle", "offline, drain", "offline, store", "pairs, 1,000/s offered", "pairs, window 1", "pairs, window 10", "room of 3", "storm of 3"], Rows(results));
        Assert.Equal(["ours", "relay"], Peers(results));
    }

    [Fact]
    public async Task Workload_OverTls_IsMeasuredAtOursAndTheRelay()
    {
        using var results = await MeasureAsync("--transport", "tls", "--workload", "pairs");

        Assert.Equal(["pairs, 1,000/s offered", "pairs, window 1", "pairs, window 10"], Rows(results));
        Assert.Equal(["ours", "relay"], Peers(results));
    }

    [Fact]
    public async Task Soak_OfASecond_IsMeasuredAtOursAndTheRelay()
    {
        using var results = await MeasureAsync("--transport", "plain", "--workload", "soak", "--soak", "0.02");

        Assert.Equal(["pairs, soak"], Rows(results));
        Assert.Equal(["ours", "relay"], Peers(results));
    }

    [Fact]
    public async Task Goals_WhenOnlyTheClientIsMeasured_SayWhichWereMeasured()
    {
        using var results = await MeasureAsync("--workload", "client", "--devices", "3");

        Assert.Equal(["client, grant for 3 devices", "client, seal and open a message"], Rows(results));
        var goals = results.RootElement.GetProperty("goals").EnumerateArray().ToLookup(
            static goal => goal.GetProperty("result").GetString()!.StartsWith("not measured", StringComparison.Ordinal), static goal => goal.GetProperty("goal").GetString());
        Assert.Equal(["client, seal and open a message, messages/s: at least 7,000"], goals[false]);
        Assert.Contains("start, server, s: at most 1", goals[true]);
    }

    private static async Task<JsonDocument> MeasureAsync(params string[] options)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Program,
            ["--peer", "ours", "--peer", "relay", "--pairs", "2", "--seconds", "0.1", "--warm-up", "0.1", "--warm-up-most", "0.1", "--runs", "1", "--others", "1", "--tries", "1", "--json", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, await errors);
        var results = JsonDocument.Parse(await output);
        Assert.All(Runs(results), static run => Assert.NotEmpty(run.GetProperty("figures").EnumerateObject()));
        return results;
    }

    private static IEnumerable<string> Rows(JsonDocument results) => Texts(results, "row");

    private static IEnumerable<string> Peers(JsonDocument results) => Texts(results, "peer");

    private static IEnumerable<string> Texts(JsonDocument results, string name) =>
        Runs(results).Select(run => run.GetProperty(name).GetString()!).Distinct().Order(StringComparer.Ordinal);

    private static JsonElement.ArrayEnumerator Runs(JsonDocument results) => results.RootElement.GetProperty("runs").EnumerateArray();
}
