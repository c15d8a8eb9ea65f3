using System.Diagnostics;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>Everyone connects and logs in, 64 at any time.</summary>
internal sealed class StormWorkload(int people, LoadTimes times) : IWorkload
{
    private const int First = 256, AtOnce = 64; // who log in again and again before

    public string Name => "storm";

    public string Description => $"{people} people connect and log in, 64 at any time; the generator's half (a signature of each) is on its own core";

    public IReadOnlyList<string> Rows => [RowOf(people)];

    public TimeSpan Guess => times.Guess(loads: 0) + TimeSpan.FromSeconds(people / 400.0);

    public int People => people + First;

    public bool Concerns(string peer) => peer != "rabbitmq-quorum"; // a queue's type has no part in it

    public static string RowOf(int people) => $"storm of {people}";

    public async Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation)
    {
        var entered = 0L;
        var warm = await WarmingUp.RunAsync(times, peer.ProcessId, () => entered, WarmUpAsync);
        var meter = Meter.Start(peer.ProcessId);
        await using var clients = await Gathering.OfAsync(peer, Enumerable.Range(First, people), cancellation);
        var cpu = meter.Read();
        return [new Measured(Rows[0], cpu, (Figure.LogInsPerSecond, people / cpu.Seconds), (Figure.ServerMilliseconds, cpu.ServerSeconds * 1e3 / people)) { WarmUp = warm }];

        async Task WarmUpAsync(TimeSpan duration)
        {
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration; entered += AtOnce)
            {
                await using var some = await Gathering.OfAsync(peer, Enumerable.Range((int)(entered % First), AtOnce), cancellation);
            }
        }
    }
}
