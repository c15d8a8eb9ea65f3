using System.Globalization;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>People who are there and do nothing: what the server's resident memory grew by for each.</summary>
/// <param name="asked">So many, or as many as the machine lets a process have connections.</param>
internal sealed class IdleWorkload(int asked, LoadTimes times) : IWorkload
{
    private const int First = 50; // who show the server its own code

    private const int OtherFiles = 300, QueuesAtMost = 9000;

    private readonly int _people = Math.Min(asked, Math.Max(1, Proc.OpenFiles() - First - OtherFiles));

    public string Name => "idle";

    public string Description => $"{_people} people are there and do nothing";

    public IReadOnlyList<string> Rows => [$"{_people} idle"];

    public TimeSpan Guess => times.Measured + TimeSpan.FromSeconds(15 + _people / 250.0);

    public int People => _people + First;

    public string? Note => _people == asked
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{asked} idle connections were asked for, and this machine lets a process have {Proc.OpenFiles()} files and connections: {_people} are measured; for all of them allow {asked + First + OtherFiles} (hard limit of ulimit -n)");

    // Quorum is as classic, but for what the queues themselves take; and a queue for each of so many takes one node minutes to declare.
    public bool Concerns(string peer) => peer != "rabbitmq-quorum" && (_people <= QueuesAtMost || peer != "rabbitmq-classic");

    public async Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation)
    {
        await using var first = await Gathering.OfAsync(peer, Enumerable.Range(0, First), cancellation);
        await first.WorkAsync(times.Settle, cancellation);
        var (before, meter) = (Proc.Resident(peer.ProcessId), Meter.Start(peer.ProcessId));
        await using var clients = await Gathering.OfAsync(peer, Enumerable.Range(First, _people), cancellation);
        await clients.WorkAsync(times.Measured, cancellation);
        var grown = Proc.Resident(peer.ProcessId) - before;
        return [new Measured(Rows[0], meter.Read(), (Figure.KilobytesEach, grown / 1000.0 / _people))];
    }
}
