using System.CommandLine;
using TalkyWalky.Engines.RabbitMq;
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
    /// <summary>A server's port takes no more connections from one address (ip_local_port_range).</summary>
    private const int MostPeople = 28_000;

    private static readonly string[] WorkloadNames = ["pairs", "rooms", "idle", "offline", "storm", "rabbit", "client", "start"];
    private static readonly string[] AllWorkloads = [.. WorkloadNames, "soak"];
    private static readonly string[] PeerNames = ["ours", "relay", "ejabberd", "ejabberd-no-busy-wait", "prosody", "rabbitmq-classic", "rabbitmq-quorum"];
    private static readonly string[] GoalPeers = ["ours", "relay", "ejabberd", "rabbitmq-classic", "rabbitmq-quorum"];
    private static readonly string[] TransportNames = ["plain", "tls"];

    private static readonly Option<string[]> Workloads = Several("--workload", "what to measure; may be given several times", AllWorkloads, WorkloadNames);
    private static readonly Option<string[]> Peers = Several("--peer", "which server; may be given several times", PeerNames, GoalPeers);
    private static readonly Option<string[]> Transports = Several("--transport", "TLS at every server, or none at any", TransportNames, TransportNames);
    private static readonly Option<double> Seconds = new("--seconds") { Description = "how long each load is measured", DefaultValueFactory = static _ => 5 };
    private static readonly Option<double> WarmUp = new("--warm-up") { Description = "seconds of full load before, at least; on until 5 more do not make a message 2 % cheaper", DefaultValueFactory = static _ => 30 };
    private static readonly Option<double> WarmUpMost = new("--warm-up-most") { Description = "seconds of full load before, at most", DefaultValueFactory = static _ => 60 };
    private static readonly Option<int> Runs = Count("--runs", "of what a goal speaks of, in turn; the table has medians", 3);
    private static readonly Option<int> Others = new("--others") { Description = "runs of what no goal speaks of, such as rooms over TLS; 0 leaves it out" };
    private static readonly Option<int> Tries = Count("--tries", "of each run at most: one that other programs disturbed is repeated", 2, most: 100);
    private static readonly Option<int> Pairs = Count("--pairs", "of people who write to one another", 100, most: MostPeople / 4);
    private static readonly Option<int[]> Members = new("--members") { Description = "of a room; may be given several times", DefaultValueFactory = static _ => [100, 500] };
    private static readonly Option<int[]> Idle = new("--idle") { Description = "people who are there and do nothing; may be given several times, and the goals are for the first", DefaultValueFactory = static _ => [5000, 20_000] };
    private static readonly Option<int> Storm = Count("--storm", "people who log in at once", 2000);
    private static readonly Option<double> Soak = new("--soak") { Description = "minutes of the workload soak, for each run and peer (so name the peers too, and --runs 1)", DefaultValueFactory = static _ => 10 };
    private static readonly Option<int> Devices = Count("--devices", "that the client makes a grant for", 1000, most: Limits.Recipients);
    private static readonly Option<string?> Out = new("--out") { Description = "file for the results as JSON, or a folder, in which it is named by the time" };
    private static readonly Option<bool> Json = new("--json") { Description = "print the results as JSON instead of the table" };

    public static RootCommand Build()
    {
        foreach (var seconds in new[] { Seconds, WarmUp, WarmUpMost })
            seconds.Validators.Add(result => { if (result.GetValueOrDefault<double>() is not (>= 0.1 and <= 3600)) result.AddError($"{seconds.Name} is 0.1 to 3600"); });
        Soak.Validators.Add(static result => { if (result.GetValueOrDefault<double>() is not (>= 0.001 and <= 1440)) result.AddError("--soak is 0.001 to 1440"); });
        Bound(Members, 2, Limits.CommitUsers);
        Bound(Idle, 1, MostPeople);
        Others.Validators.Add(static result => { if (result.GetValueOrDefault<int>() is < 0 or > 1000) result.AddError("--others is 0 to 1000"); });
        var root = new RootCommand(
            "Measures our server beside others, on one machine, in turn, and our programs alone; tells which goals are reached. Server and generator have a core each. Without options: what a goal speaks of (but soak), three times, in less than an hour.")
        {
            Workloads, Peers, Transports, Seconds, WarmUp, WarmUpMost, Runs, Others, Tries, Pairs, Members, Idle, Storm, Soak, Devices, Out, Json,
        };
        root.SetAction(RunAsync);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var ours = new GatewayPeer();
        using var start = new StartWorkload();
        var (at, machine) = (TimeProvider.System.GetUtcNow(), MachineState.Now());
        var seconds = parsed.GetValue(Seconds);
        var times = new LoadTimes(
            TimeSpan.FromSeconds(parsed.GetValue(WarmUp)), TimeSpan.FromSeconds(parsed.GetValue(WarmUpMost)), TimeSpan.FromSeconds(Math.Min(0.5, seconds)), TimeSpan.FromSeconds(seconds));
        IPeer[] peers = [ours, new RelayPeer(), new EjabberdPeer("ejabberd", busyWait: true), new EjabberdPeer("ejabberd-no-busy-wait", busyWait: false), new ProsodyPeer(), new RabbitPeer("classic"), new RabbitPeer("quorum")];
        peers = [.. peers.Where(peer => parsed.GetRequiredValue(Peers).Contains(peer.Name, StringComparer.Ordinal))];
        var idle = parsed.GetRequiredValue(Idle).Distinct().Select(people => new IdleWorkload(people, times)).ToList();
        IMeasurement[] all =
        [
            new ClientWorkload(parsed.GetValue(Devices), times), start, new RabbitWorkload(RabbitQueueType.Classic, times), new RabbitWorkload(RabbitQueueType.Quorum, times),
            new PairsWorkload(parsed.GetValue(Pairs), times), .. parsed.GetRequiredValue(Members).Distinct().Select(members => new RoomWorkload(members, times)),
            new OfflineWorkload(parsed.GetValue(Pairs), times), new StormWorkload(parsed.GetValue(Storm), times), .. idle,
            new SoakWorkload(parsed.GetValue(Pairs), TimeSpan.FromMinutes(parsed.GetValue(Soak)), times),
        ];
        var chosen = all.Where(one => parsed.GetRequiredValue(Workloads).Contains(one.Name, StringComparer.Ordinal)).ToList();
        var goals = Goal.All(idle[0].Rows[0], StormWorkload.RowOf(parsed.GetValue(Storm)));
        var plan = new Plan(
            peers, [.. parsed.GetRequiredValue(Transports).Distinct(StringComparer.Ordinal).Select(static transport => transport == "tls" ? Reporting.Transports.Tls : Reporting.Transports.Plain)],
            goals, parsed.GetValue(Runs), parsed.GetValue(Others), parsed.GetValue(Tries));
        var bench = new Bench(plan.Of(chosen), Console.Error);
        await bench.RunAsync(cancellation);
        IReadOnlyList<Skip> skipped = [.. plan.Skipped, .. bench.Failed];
        var results = new Results(
            at, Math.Round((TimeProvider.System.GetUtcNow() - at).TotalMinutes, 1), machine, peers.ToDictionary(static peer => peer.Name, static peer => peer.Description, StringComparer.Ordinal),
            [.. goals.Select(goal => Verdict.Of(goal, bench.Records, skipped))], [.. chosen.Select(static one => one.Note).OfType<string>()], skipped, bench.Records);
        var json = ResultFile.ToJson(results);
        if (parsed.GetValue(Out) is { } path) await File.WriteAllTextAsync(Directory.Exists(path) ? Path.Combine(path, ResultFile.NameOf(results)) : path, json, cancellation);
        Console.WriteLine(parsed.GetValue(Json) ? json : Table.Of(results));
        return bench.Failed.Count > 0 ? 1 : 0;
    }

    private static void Bound(Option<int[]> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int[]>() is { } counts && (counts.Length == 0 || counts.Any(count => count < least || count > most))) result.AddError($"{option.Name} is {least} to {most}");
    });

    private static Option<string[]> Several(string name, string description, string[] values, string[] usual)
    {
        var option = new Option<string[]>(name)
        {
            Description = $"{description}: {string.Join(", ", values)}; {(usual.Length == values.Length ? "all" : string.Join(", ", usual))} when absent",
            DefaultValueFactory = _ => usual,
            AllowMultipleArgumentsPerToken = false,
        };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    private static Option<int> Count(string name, string description, int usual, int most = MostPeople)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 1 || result.GetValueOrDefault<int>() > most) result.AddError($"{name} is 1 to {most}"); });
        return option;
    }
}
