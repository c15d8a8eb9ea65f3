using System.Diagnostics;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>One-to-one at half of what the server can do, for long: whether its memory grows between the first minute and the last.</summary>
internal sealed class SoakWorkload(int pairs, TimeSpan soak, LoadTimes times) : IWorkload
{
    private const int Window = 10;

    /// <summary>A minute, or half of it all when that is less.</summary>
    private readonly TimeSpan _part = soak / 2 < TimeSpan.FromMinutes(1) ? soak / 2 : TimeSpan.FromMinutes(1);

    public string Name => "soak";

    public string Description => FormattableString.Invariant($"{pairs} pairs, bodies of 512 bytes, at half of saturation for {soak.TotalMinutes:0.##} minutes");

    public IReadOnlyList<string> Rows { get; } = ["pairs, soak"];

    public TimeSpan Guess => times.Guess(loads: 2) + soak;

    public int People => 2 * pairs;

    public async Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation)
    {
        await using var load = new PairLoad(cancellation);
        await load.OpenAsync(peer, pairs);
        var warm = await load.WarmUpAsync(times, peer.ProcessId);
        var saturation = await MeasureSaturationAsync(load);
        return [await load.OfferAsync(saturation / 2, () => MeasureAsync(load, peer.ProcessId, saturation)) with { WarmUp = warm }];
    }

    /// <summary>Messages a second.</summary>
    private async Task<double> MeasureSaturationAsync(PairLoad load)
    {
        var work = load.SaturateAsync(Window, times.Settle + times.Measured);
        await load.WorkAsync(times.Settle);
        var (before, start) = (load.Delivered, Stopwatch.GetTimestamp());
        await load.WorkAsync(times.Measured);
        var perSecond = (load.Delivered - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await work;
        return perSecond;
    }

    private async Task<Measured> MeasureAsync(PairLoad load, int server, double saturation)
    {
        await load.WorkAsync(times.WarmUp);
        var (before, meter) = (load.Delivered, Meter.Start(server));
        var first = await MeasurePartAsync(load, server);
        await load.WorkAsync(soak - 2 * _part);
        var last = await MeasurePartAsync(load, server);
        var cpu = meter.Read();
        var delivered = load.Delivered - before;
        return new Measured(
            Rows[0], cpu, (Figure.Growth, (last.Resident / first.Resident - 1) * 100), ("MB resident, first minute", first.Resident / 1e6), ("MB resident, last minute", last.Resident / 1e6),
            (Figure.MessagesPerSecond, delivered / cpu.Seconds), ("messages/s at saturation", saturation),
            ("p50 ms, first minute", first.Latencies.Milliseconds(0.5)), ("p50 ms, last minute", last.Latencies.Milliseconds(0.5)),
            ("p99 ms, first minute", first.Latencies.Milliseconds(0.99)), ("p99 ms, last minute", last.Latencies.Milliseconds(0.99)),
            (Figure.ServerMicroseconds, cpu.ServerSeconds * 1e6 / Math.Max(1, delivered)));
    }

    /// <summary>Resident memory as the mean of a sample each second.</summary>
    private async Task<(double Resident, Latencies Latencies)> MeasurePartAsync(PairLoad load, int server)
    {
        load.ForgetLatencies();
        var (clock, samples) = (Stopwatch.StartNew(), new List<long>());
        do
        {
            var left = _part - clock.Elapsed;
            if (left > TimeSpan.Zero) await load.WorkAsync(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
            samples.Add(Proc.Resident(server));
        }
        while (clock.Elapsed < _part);

        return (samples.Average(), load.Latencies());
    }
}
