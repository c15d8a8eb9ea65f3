using System.Diagnostics;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests.Clusters;

/// <summary>What deploy/try cluster starts, and what can happen to its processes.</summary>
internal sealed class TryCluster : IAsyncDisposable
{
    /// <summary>Tests that start a cluster each.</summary>
    public const string OneAtATime = "clusters";

    public static readonly IReadOnlyList<string> Nodes = ["tw1", "tw2", "tw3"];

    private readonly TempFolder _temp;
    private readonly List<RunningProgram> _gateways = [];

    private readonly RunningProgram _program;
    private Task<int>? _stopping;

    private TryCluster(TempFolder temp, RunningProgram program, string join) => (_temp, _program, Join) = (temp, program, join);

    public string Join { get; }

    /// <summary>Where it keeps its folder.</summary>
    public string Tries => _temp["tries"];

    public string Folder { get; private set; } = "";

    public string People => _temp["people"];

    public static async Task<TryCluster> StartAsync()
    {
        var temp = new TempFolder();
        // PostgreSQL passes through as a user of its own.
        const UnixFileMode passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(temp.Path, passable);
        Directory.CreateDirectory(temp["tries"], passable);
        Directory.CreateDirectory(temp["people"]);
        var program = RunningProgram.Start(
            Path.Combine(Repository.Root, "deploy", "try"), ["cluster"], new Dictionary<string, string>(StringComparer.Ordinal) { ["TMPDIR"] = temp["tries"] });
        try
        {
            var lines = new[] { await program.LineAsync(_ => true), await program.LineAsync(_ => true) };
            Assert.All(lines, static line => Assert.StartsWith("ready https://127.0.0.1:", line, StringComparison.Ordinal));
            await program.LineAsync(static line => line.StartsWith("Ctrl-C stops all", StringComparison.Ordinal));
            var join = lines[0][(lines[0].IndexOf("join=", StringComparison.Ordinal) + 5)..];
            return new TryCluster(temp, program, join) { Folder = Directory.GetDirectories(temp["tries"], "talkywalky-try.*").Single() };
        }
        catch
        {
            await program.SignalAsync("INT");
            await program.DisposeAsync();
            temp.Dispose();
            throw;
        }
    }

    public Task<string> RabbitmqctlAsync(params string[] arguments) => RabbitmqctlOnAsync("tw1", arguments);

    public async Task<string> RabbitmqctlOnAsync(string node, params string[] arguments) => (await TryRabbitmqctlAsync(node, arguments)).Expect(0).Output;

    /// <summary>The node that leads most mailboxes.</summary>
    public async Task<string> LeaderAsync()
    {
        var leaders = (await RabbitmqctlAsync("list_queues", "leader", "-q")).Split('\n').Where(static line => line.StartsWith("tw", StringComparison.Ordinal));
        return leaders.CountBy(static line => line.Split('@')[0]).MaxBy(static node => node.Value).Key;
    }

    /// <summary>Signals a process by the file that holds its number, such as <c>gateway1.pid</c>.</summary>
    public async Task SignalAsync(string pidFile, string signal) => (await Programs.RunAsync("kill", [$"-{signal}", Pid(pidFile)])).Expect(0);

    /// <summary>Ends nodes of RabbitMQ all at once, and completes when deploy/services/rabbitmq has them running again.</summary>
    public async Task RestartNodesAsync(string signal, params IEnumerable<string> nodes)
    {
        var before = nodes.ToDictionary(static node => node, node => Pid($"broker/{node}.pid"), StringComparer.Ordinal);
        foreach (var node in before.Keys) await SignalAsync($"broker/{node}.pid", signal);
        foreach (var (node, pid) in before)
        {
            await UntilAsync(() => Pid($"broker/{node}.pid") != pid, $"{node} does not come back");
            await StartedAsync(node);
        }
    }

    /// <summary>Completes when the node takes part again.</summary>
    public Task StartedAsync(string node) => UntilAsync(
        async () => (await TryRabbitmqctlAsync(node, ["await_startup", "--timeout", "60"])).Exit == 0, $"{node} does not start"); // it fails while the node cannot be asked

    /// <summary>Ends PostgreSQL, and completes when deploy/services/postgres has it answering again.</summary>
    public async Task RestartStoreAsync(string signal)
    {
        const string pidFile = "store/data/postmaster.pid";
        var before = Pid(pidFile);
        await SignalAsync(pidFile, signal);
        // The file goes and comes; its last line says how far the start is.
        await UntilAsync(
            () => File.Exists(Path.Combine(Folder, pidFile)) && File.ReadAllLines(Path.Combine(Folder, pidFile)) is [var pid, .., var state] && pid != before && state.Trim() == "ready",
            "PostgreSQL does not come back");
    }

    /// <summary>SIGTERM: the gateway takes leave of its people and ends.</summary>
    public async Task StopGatewayAsync(int number)
    {
        var pidFile = $"gateway{number}.pid";
        await SignalAsync(pidFile, "TERM");
        await UntilAsync(() => !Directory.Exists($"/proc/{Pid(pidFile)}"), $"gateway {number} does not end");
    }

    /// <summary>Starts a gateway that ended, as deploy/try did.</summary>
    public async Task StartGatewayAsync(int number)
    {
        var server = File.ReadLines(Path.Combine(Folder, "haproxy.cfg")).Single(line => line.Contains($"server gateway{number} ", StringComparison.Ordinal));
        var gateway = RunningProgram.Start(
            Programs.Server,
            ["serve", "--data", Path.Combine(Folder, $"gateway{number}"), "--config", Path.Combine(Folder, $"gateway{number}.json"), "--listen", server.Trim().Split(' ')[2]]);
        _gateways.Add(gateway);
        await gateway.LineAsync(static line => line.StartsWith("ready ", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(Folder, $"gateway{number}.pid"), $"{gateway.Pid}\n");
    }

    /// <summary>Ctrl-C: everything ends in order.</summary>
    public Task<int> StopAsync() => _stopping ??= _program.SignalAsync("INT");

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways) await gateway.DisposeAsync();
        await StopAsync();
        await _program.DisposeAsync();
        _temp.Dispose();
    }

    /// <summary>Looks again until it is so.</summary>
    public static Task UntilAsync(Func<bool> isSo, string otherwise) => UntilAsync(() => Task.FromResult(isSo()), otherwise);

    private static async Task UntilAsync(Func<Task<bool>> isSo, string otherwise)
    {
        for (var started = Stopwatch.GetTimestamp(); !await isSo(); await Task.Delay(TimeSpan.FromMilliseconds(200)))
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < Programs.Patience, otherwise);
    }

    private Task<Finished> TryRabbitmqctlAsync(string node, string[] arguments) => Programs.RunAsync(
        Path.Combine(Folder, "broker", "rabbitmqctl"), arguments, environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["NODE"] = $"{node}@localhost" });

    private string Pid(string pidFile) => File.ReadLines(Path.Combine(Folder, pidFile)).First().Trim();
}
