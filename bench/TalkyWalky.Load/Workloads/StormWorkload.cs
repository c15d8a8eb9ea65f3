using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>Everyone connects and logs in, 64 at any time.</summary>
internal sealed class StormWorkload(int people) : IWorkload
{
    private const int First = 50; // who show the server its own code

    public string Name => "storm";

    public string Description => $"{people} people connect and log in, 64 at any time; the generator's half (a signature of each) is on its own core";

    public int People => people + First;

    public bool Concerns(string peer) => peer != "rabbitmq-quorum"; // a queue's type has no part in it

    public async Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation)
    {
        await using var first = await Gathering.OfAsync(peer, Enumerable.Range(0, First), cancellation);
        var meter = Meter.Start(peer.ProcessId);
        await using var clients = await Gathering.OfAsync(peer, Enumerable.Range(First, people), cancellation);
        var cpu = meter.Read();
        return [new Measured($"storm of {people}", cpu, (Figure.LogInsPerSecond, people / cpu.Seconds), (Figure.ServerMilliseconds, cpu.ServerSeconds * 1e3 / people))];
    }
}
