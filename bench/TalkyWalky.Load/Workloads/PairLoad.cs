using System.Diagnostics;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>Pairs who are there, and how they are made to write: as fast as it goes, or by the clock.</summary>
internal sealed class PairLoad(CancellationToken cancellation) : IAsyncDisposable
{
    private readonly Clients _clients = new();
    private readonly List<Pair> _pairs = [];

    public long Delivered => _pairs.Sum(static pair => pair.Delivered);

    public async Task OpenAsync(IRunningPeer peer, int pairs, int first = 0)
    {
        await _clients.AddAsync(peer, Enumerable.Range(first, 2 * pairs), enter: true, cancellation);
        for (var i = 0; i < pairs; i++)
        {
            _clients[i].WriteTo(first + pairs + i);
            _pairs.Add(new Pair(_clients[i], _clients[pairs + i], peer.Answers));
        }
    }

    /// <summary>Waits while they work. Throws as soon as one of them failed.</summary>
    public Task WorkAsync(TimeSpan duration) => _clients.WorkAsync(duration, cancellation);

    /// <summary>With ten messages unanswered for each sender.</summary>
    public Task<IReadOnlyList<double>> WarmUpAsync(LoadTimes times, int process) => WarmingUp.RunAsync(times, process, () => Delivered, step => SaturateAsync(10, step));

    /// <summary>So many messages unanswered for each sender. Ends when the last one is delivered.</summary>
    public async Task SaturateAsync(int window, TimeSpan duration)
    {
        foreach (var pair in _pairs) pair.Saturate(window);
        await WorkAsync(duration);
        foreach (var pair in _pairs) pair.Saturate(0);
        await UntilQuietAsync();
    }

    /// <summary>By the clock, whatever the answers do, while something is measured.</summary>
    public async Task<T> OfferAsync<T>(double perSecond, Func<Task<T>> measuring)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var offering = Task.Factory.StartNew(() => Offer(perSecond, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var measured = await measuring();
        await stop.CancelAsync();
        await offering;
        await UntilQuietAsync();
        return measured;
    }

    public void ForgetLatencies()
    {
        foreach (var pair in _pairs) pair.ForgetLatencies();
    }

    public Latencies Latencies()
    {
        var all = new Latencies();
        foreach (var pair in _pairs) pair.AddLatenciesTo(all);
        return all;
    }

    public ValueTask DisposeAsync() => _clients.DisposeAsync();

    private Task UntilQuietAsync() => _clients.UntilAsync(() => _pairs.TrueForAll(static pair => pair.IsQuiet), cancellation);

    /// <summary>The time of a message runs from when it is really sent.</summary>
    private void Offer(double perSecond, CancellationToken stop)
    {
        var (clock, sent) = (Stopwatch.StartNew(), 0L);
        while (!stop.WaitHandle.WaitOne(1))
        {
            for (var due = (long)(clock.Elapsed.TotalSeconds * perSecond); sent < due; sent++) _pairs[(int)(sent % _pairs.Count)].SendOne();
        }
    }
}
