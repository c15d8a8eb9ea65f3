using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;
using TalkyWalky.Load.Reporting;
using TalkyWalky.Load.Workloads;

namespace TalkyWalky.Load;

/// <summary>Every workload on every peer in turn, so many times. A run that was disturbed is repeated, while there are tries left.</summary>
internal sealed class Bench(IReadOnlyList<IPeer> peers, IReadOnlyList<IWorkload> workloads, IReadOnlyList<bool> transports, int runs, int tries, TextWriter progress)
{
    /// <summary>The generator has the last core to itself (bench/load puts it there), the server the first.</summary>
    private static readonly int? ServerCore = Proc.Cores > 1 && Environment.ProcessorCount == 1 ? 0 : null;

    private readonly List<RunRecord> _records = [];
    private readonly Dictionary<string, string> _skipped = new(StringComparer.Ordinal);

    /// <summary>A peer broke down in the middle of something; what was measured before is kept.</summary>
    public bool HasFailed { get; private set; }

    public async Task<Results> RunAsync(CancellationToken cancellation)
    {
        var (at, machine) = (TimeProvider.System.GetUtcNow(), MachineState.Now());
        foreach (var peer in peers.Where(static peer => peer.Missing is not null)) _skipped[peer.Name] = peer.Missing!;
        foreach (var workload in workloads.Where(static workload => workload.Missing is not null)) _skipped[workload.Name] = workload.Missing!;
        foreach (var workload in workloads.Where(static workload => workload.Missing is null))
        {
            foreach (var tls in transports) await RunAsync(workload, tls, cancellation);
        }

        return new Results(at, machine, peers.ToDictionary(static peer => peer.Name, static peer => peer.Description, StringComparer.Ordinal), _skipped, _records);
    }

    private async Task RunAsync(IWorkload workload, bool tls, CancellationToken cancellation)
    {
        var left = peers.Where(peer => peer.Missing is null && workload.Concerns(peer.Name)).ToDictionary(static peer => peer, _ => runs);
        for (var run = 1; run <= tries && left.Count > 0; run++)
        {
            foreach (var peer in left.Keys.ToList())
            {
                try
                {
                    if (await TryRunAsync(workload, peer, tls, run, cancellation) && --left[peer] == 0) left.Remove(peer);
                }
                catch (Exception failure) when (!cancellation.IsCancellationRequested)
                {
                    left.Remove(peer);
                    HasFailed = true;
                    _skipped[$"{peer.Name}, {workload.Description}, {(tls ? "TLS" : "plain")}"] = $"run {run} failed: {failure.Message}";
                    await progress.WriteLineAsync($"failed: {failure}");
                }
            }
        }
    }

    /// <summary>True when it counts: nothing disturbed it.</summary>
    private async Task<bool> TryRunAsync(IWorkload workload, IPeer peer, bool tls, int run, CancellationToken cancellation)
    {
        await progress.WriteAsync($"{workload.Name}, {(tls ? "TLS" : "plain")}, {peer.Name}, run {run}: ");
        await using var server = await peer.StartAsync(new Crowd(workload.People, tls, workload.IsRoom, ServerCore), cancellation);
        var measured = await workload.RunAsync(server, cancellation);
        _records.AddRange(measured.Select(one => RunRecord.Of(one, peer.Name, tls, run)));
        var disturbed = measured.Count(static one => one.Cpu.IsDisturbed);
        var first = string.Join("; ", measured.Select(static one => FormattableString.Invariant($"{one.Figures[0].Value:#,0.##} {one.Figures[0].Name}")));
        await progress.WriteLineAsync(disturbed == 0 ? first : $"{first} (disturbed: {disturbed} of {measured.Count})");
        return disturbed == 0;
    }
}
