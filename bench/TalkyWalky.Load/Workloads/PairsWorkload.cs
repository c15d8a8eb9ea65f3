using System.Diagnostics;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>One-to-one: as fast as it goes with one and with ten messages unanswered for each sender, then at a steady rate.</summary>
internal sealed class PairsWorkload(int pairs, LoadTimes times) : IWorkload
{
    private const int PerSecond = 1000;

    public string Name => "pairs";

    public string Description => $"{pairs} pairs, bodies of 512 bytes";

    public int People => 2 * pairs;

    public async Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation)
    {
        await using var clients = new Clients();
        await clients.AddAsync(peer, Enumerable.Range(0, People), enter: true, cancellation);
        var all = new List<Pair>();
        for (var i = 0; i < pairs; i++)
        {
            clients[i].WriteTo(pairs + i);
            all.Add(new Pair(clients[i], clients[pairs + i], peer.Answers));
        }

        await SaturateAsync(all, 10, times.WarmUp);
        return [await MeasureSaturatedAsync(1), await MeasureSaturatedAsync(10), await MeasureOfferedAsync()];

        async Task SaturateAsync(List<Pair> pairs, int window, TimeSpan duration)
        {
            foreach (var pair in pairs) pair.Saturate(window);
            await clients.WorkAsync(duration, cancellation);
            foreach (var pair in pairs) pair.Saturate(0);
            await clients.UntilAsync(() => pairs.TrueForAll(static pair => pair.IsQuiet), cancellation);
        }

        async Task<Measured> MeasureSaturatedAsync(int window)
        {
            var work = SaturateAsync(all, window, times.Settle + times.Measured);
            var measured = await MeasureAsync($"pairs, window {window}");
            await work;
            return measured;
        }

        async Task<Measured> MeasureOfferedAsync()
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var offering = Task.Factory.StartNew(() => Offer(all, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var measured = await MeasureAsync("pairs, 1,000/s offered");
            await stop.CancelAsync();
            await offering;
            await clients.UntilAsync(() => all.TrueForAll(static pair => pair.IsQuiet), cancellation);
            return measured;
        }

        async Task<Measured> MeasureAsync(string row)
        {
            await clients.WorkAsync(times.Settle, cancellation);
            foreach (var pair in all) pair.ForgetLatencies();
            var (before, meter) = (all.Sum(static pair => pair.Delivered), Meter.Start(peer.ProcessId));
            await clients.WorkAsync(times.Measured, cancellation);
            var cpu = meter.Read();
            var delivered = all.Sum(static pair => pair.Delivered) - before;
            var latencies = new Latencies();
            foreach (var pair in all) pair.AddLatenciesTo(latencies);
            return new Measured(
                row, cpu, (Figure.MessagesPerSecond, delivered / cpu.Seconds), (Figure.P50, latencies.Milliseconds(0.5)), (Figure.P99, latencies.Milliseconds(0.99)),
                (Figure.ServerMicroseconds, cpu.ServerSeconds * 1e6 / Math.Max(1, delivered)));
        }
    }

    /// <summary>By the clock, whatever the answers do. The time of a message runs from when it is really sent.</summary>
    private static void Offer(List<Pair> pairs, CancellationToken stop)
    {
        var (clock, sent) = (Stopwatch.StartNew(), 0L);
        while (!stop.WaitHandle.WaitOne(1))
        {
            for (var due = (long)(clock.Elapsed.TotalSeconds * PerSecond); sent < due; sent++) pairs[(int)(sent % pairs.Count)].SendOne();
        }
    }
}
