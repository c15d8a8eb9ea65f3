using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>One-to-one: as fast as it goes with one and with ten messages unanswered for each sender, then at a steady rate.</summary>
internal sealed class PairsWorkload(int pairs, LoadTimes times) : IWorkload
{
    private const int PerSecond = 1000;

    private const string Offered = "pairs, 1,000/s offered";

    public string Name => "pairs";

    public string Description => $"{pairs} pairs, bodies of 512 bytes";

    public IReadOnlyList<string> Rows { get; } = [Row(1), Row(10), Offered];

    public TimeSpan Guess => times.Guess(loads: 3);

    public int People => 2 * pairs;

    public async Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation)
    {
        await using var load = new PairLoad(cancellation);
        await load.OpenAsync(peer, pairs);
        var warm = await load.WarmUpAsync(times, peer.ProcessId);
        return [await MeasureSaturatedAsync(1), await MeasureSaturatedAsync(10), await load.OfferAsync(PerSecond, () => MeasureAsync(Offered))];

        async Task<Measured> MeasureSaturatedAsync(int window)
        {
            var work = load.SaturateAsync(window, times.Settle + times.Measured);
            var measured = await MeasureAsync(Row(window));
            await work;
            return measured;
        }

        async Task<Measured> MeasureAsync(string row)
        {
            await load.WorkAsync(times.Settle);
            load.ForgetLatencies();
            var (before, meter) = (load.Delivered, Meter.Start(peer.ProcessId));
            await load.WorkAsync(times.Measured);
            var cpu = meter.Read();
            var (delivered, latencies) = (load.Delivered - before, load.Latencies());
            return new Measured(
                row, cpu, (Figure.MessagesPerSecond, delivered / cpu.Seconds), (Figure.P50, latencies.Milliseconds(0.5)), (Figure.P99, latencies.Milliseconds(0.99)),
                (Figure.ServerMicroseconds, cpu.ServerSeconds * 1e6 / Math.Max(1, delivered)))
            {
                WarmUp = warm,
            };
        }
    }

    private static string Row(int window) => $"pairs, window {window}";
}
