using System.CommandLine;
using TalkyWalky.Load.Peers;
using TalkyWalky.Load.Peers.Ours;
using TalkyWalky.Load.Peers.Rabbit;
using TalkyWalky.Load.Peers.Relay;
using TalkyWalky.Load.Peers.Xmpp;
using TalkyWalky.Load.Reporting;
using TalkyWalky.Load.Workloads;
using TalkyWalky.Wire;

namespace TalkyWalky.Load;

/// <summary>The command line of bench/load.</summary>
internal static class LoadCommand
{
    /// <summary>Each device has a key of its own, and the pool has 9,409.</summary>
    private const int MostPeople = 9000;

    private static readonly string[] WorkloadNames = ["pairs", "rooms", "idle", "offline", "storm"];
    private static readonly string[] LongWorkloadNames = ["soak"];
    private static readonly string[] PeerNames = ["ours", "relay", "ejabberd", "ejabberd-no-busy-wait", "prosody", "rabbitmq-classic", "rabbitmq-quorum"];
    private static readonly string[] TransportNames = ["plain", "tls"];

    private static readonly Option<string[]> Workloads = Several("--workload", "what to measure; may be given several times", WorkloadNames, LongWorkloadNames);
    private static readonly Option<string[]> Peers = Several("--peer", "which server; may be given several times", PeerNames);
    private static readonly Option<string[]> Transports = Several("--transport", "TLS at every server, or none at any", TransportNames);
    private static readonly Option<double> Seconds = new("--seconds") { Description = "how long each load is measured", DefaultValueFactory = static _ => 5 };
    private static readonly Option<double> WarmUp = new("--warm-up") { Description = "seconds of full load before", DefaultValueFactory = static _ => 10 };
    private static readonly Option<int> Runs = Count("--runs", "of each, in turn; the table has medians", 5);
    private static readonly Option<int?> Tries = new("--tries") { Description = "of each at most: a run that other programs disturbed is repeated; twice as many as runs when absent" };
    private static readonly Option<int> Pairs = Count("--pairs", "of people who write to one another", 100, most: MostPeople / 2);
    private static readonly Option<int[]> Members = new("--members") { Description = "of a room; may be given several times", DefaultValueFactory = static _ => [100, 500] };
    private static readonly Option<int> Idle = Count("--idle", "people who are there and do nothing", 5000);
    private static readonly Option<int> Storm = Count("--storm", "people who log in at once", 2000);
    private static readonly Option<double> Soak = new("--soak") { Description = "minutes of the workload soak, for each run and peer (so name the peers too, and --runs 1)", DefaultValueFactory = static _ => 10 };
    private static readonly Option<string?> Out = new("--out") { Description = "file for the results as JSON, or a folder, in which it is named by the time" };
    private static readonly Option<bool> Json = new("--json") { Description = "print the results as JSON instead of the table" };

    public static RootCommand Build()
    {
        foreach (var seconds in new[] { Seconds, WarmUp })
            seconds.Validators.Add(result => { if (result.GetValueOrDefault<double>() is not (>= 0.1 and <= 3600)) result.AddError($"{seconds.Name} is 0.1 to 3600"); });
        Members.Validators.Add(static result => { if (result.GetValueOrDefault<int[]>() is { } members && members.Any(static count => count is < 2 or > Limits.CommitUsers)) result.AddError($"--members is 2 to {Limits.CommitUsers}"); });
        Soak.Validators.Add(static result => { if (result.GetValueOrDefault<double>() is not (>= 0.001 and <= 1440)) result.AddError("--soak is 0.001 to 1440"); });
        var root = new RootCommand("Measures our server beside others, on one machine, in turn. Server and generator have a core each. Without options: everything but soak, five times.")
        {
            Workloads, Peers, Transports, Seconds, WarmUp, Runs, Tries, Pairs, Members, Idle, Storm, Soak, Out, Json,
        };
        root.SetAction(RunAsync);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var ours = new GatewayPeer();
        IPeer[] peers = [ours, new RelayPeer(), new EjabberdPeer("ejabberd", busyWait: true), new EjabberdPeer("ejabberd-no-busy-wait", busyWait: false), new ProsodyPeer(), new RabbitPeer("classic"), new RabbitPeer("quorum")];
        var times = new LoadTimes(TimeSpan.FromSeconds(parsed.GetValue(WarmUp)), TimeSpan.FromSeconds(Math.Min(0.5, parsed.GetValue(Seconds))), TimeSpan.FromSeconds(parsed.GetValue(Seconds)));
        IWorkload[] workloads =
        [
            new PairsWorkload(parsed.GetValue(Pairs), times), .. parsed.GetRequiredValue(Members).Select(members => new RoomWorkload(members, times)), new IdleWorkload(parsed.GetValue(Idle), times),
            new OfflineWorkload(parsed.GetValue(Pairs), times), new StormWorkload(parsed.GetValue(Storm)),
            new SoakWorkload(parsed.GetValue(Pairs), TimeSpan.FromMinutes(parsed.GetValue(Soak)), times),
        ];
        var bench = new Bench(
            [.. peers.Where(peer => parsed.GetRequiredValue(Peers).Contains(peer.Name, StringComparer.Ordinal))],
            [.. workloads.Where(workload => parsed.GetRequiredValue(Workloads).Contains(workload.Name, StringComparer.Ordinal))],
            [.. parsed.GetRequiredValue(Transports).Select(static transport => transport == "tls").Distinct()],
            parsed.GetValue(Runs), parsed.GetValue(Tries) ?? 2 * parsed.GetValue(Runs), Console.Error);
        var results = await bench.RunAsync(cancellation);
        var json = ResultFile.ToJson(results);
        if (parsed.GetValue(Out) is { } path) await File.WriteAllTextAsync(Directory.Exists(path) ? Path.Combine(path, ResultFile.NameOf(results)) : path, json, cancellation);
        Console.WriteLine(parsed.GetValue(Json) ? json : Table.Of(results));
        return bench.HasFailed ? 1 : 0;
    }

    /// <param name="onlyNamed">Not among those that are taken when none is given.</param>
    private static Option<string[]> Several(string name, string description, string[] usual, params string[] onlyNamed)
    {
        var more = onlyNamed.Length == 0 ? "" : $". Only when named: {string.Join(", ", onlyNamed)}";
        var option = new Option<string[]>(name) { Description = $"{description}: {string.Join(", ", usual)}; all when absent{more}", DefaultValueFactory = _ => usual, AllowMultipleArgumentsPerToken = false };
        option.AcceptOnlyFromAmong([.. usual, .. onlyNamed]);
        return option;
    }

    private static Option<int> Count(string name, string description, int usual, int most = MostPeople)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 1 || result.GetValueOrDefault<int>() > most) result.AddError($"{name} is 1 to {most}"); });
        return option;
    }
}
