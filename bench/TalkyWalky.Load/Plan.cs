using TalkyWalky.Load.Peers;
using TalkyWalky.Load.Reporting;
using TalkyWalky.Load.Workloads;

namespace TalkyWalky.Load;

/// <summary>Every workload at every peer and in both transports: what a goal speaks of as often as asked, the rest less often.</summary>
/// <param name="others">Runs of what no goal speaks of.</param>
/// <param name="triesOfRun">Of each run at most.</param>
internal sealed class Plan(IReadOnlyList<IPeer> peers, IReadOnlyList<string> transports, IReadOnlyList<Goal> goals, int runs, int others, int triesOfRun)
{
    private readonly List<Skip> _skipped = [.. peers.Where(static peer => peer.Missing is not null).Select(static peer => new Skip(peer.Name, null, null, peer.Missing!))];

    public IReadOnlyList<Skip> Skipped => _skipped;

    /// <summary>Groups, one after the other.</summary>
    public IReadOnlyList<IReadOnlyList<Turn>> Of(IReadOnlyList<IMeasurement> measurements)
    {
        var groups = new List<IReadOnlyList<Turn>>();
        foreach (var measurement in measurements)
        {
            if (measurement.Missing is { } why)
            {
                _skipped.Add(new Skip(null, measurement.Rows, null, why));
                continue;
            }

            if (measurement is IAlone alone) groups.Add([new Turn(alone, "ours", Transports.None, runs, runs * triesOfRun, alone.RunAsync)]);
            else groups.AddRange(transports.Select(transport => (IReadOnlyList<Turn>)[.. Of((IWorkload)measurement, transport)]));
        }

        return groups;
    }

    private IEnumerable<Turn> Of(IWorkload workload, string transport)
    {
        foreach (var peer in peers.Where(peer => peer.Missing is null && workload.Concerns(peer.Name)))
        {
            var count = goals.Any(goal => goal.Needs(workload, transport, peer.Name)) ? runs : Math.Min(runs, others);
            if (count > 0) yield return new Turn(workload, peer.Name, transport, count, count * triesOfRun, cancellation => RunAsync(workload, peer, transport, cancellation));
        }
    }

    private static async Task<IReadOnlyList<Measured>> RunAsync(IWorkload workload, IPeer peer, string transport, CancellationToken cancellation)
    {
        await using var server = await peer.StartAsync(new Crowd(workload.People, transport == Transports.Tls, workload.IsRoom), cancellation);
        return await workload.RunAsync(server, cancellation);
    }
}
