using System.Globalization;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>People who are there and do nothing: what the server's resident memory grew by for each.</summary>
internal sealed class IdleWorkload(int people, LoadTimes times) : IWorkload
{
    private const int First = 50; // who show the server its own code

    private const int OtherFiles = 300;

    public string Name => "idle";

    public string Description => $"{people} people are there and do nothing";

    public int People => people + First;

    public string? Missing => Proc.OpenFiles() >= People + OtherFiles
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"a process may have {Proc.OpenFiles()} connections and files here; allow {People + OtherFiles} (ulimit -n), or measure fewer with --idle");

    public bool Concerns(string peer) => peer != "rabbitmq-quorum"; // as with classic queues, but for what the queues themselves take

    public async Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation)
    {
        await using var first = await Gathering.OfAsync(peer, Enumerable.Range(0, First), cancellation);
        await first.WorkAsync(times.Settle, cancellation);
        var (before, meter) = (Proc.Resident(peer.ProcessId), Meter.Start(peer.ProcessId));
        await using var clients = await Gathering.OfAsync(peer, Enumerable.Range(First, people), cancellation);
        await clients.WorkAsync(times.Measured, cancellation);
        var grown = Proc.Resident(peer.ProcessId) - before;
        return [new Measured($"{people} idle", meter.Read(), (Figure.KilobytesEach, grown / 1000.0 / people))];
    }
}
