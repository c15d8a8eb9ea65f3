using System.Diagnostics;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>Messages to people who are away, ten unanswered for each sender; then all of them come, and everything is delivered.</summary>
internal sealed class OfflineWorkload(int pairs, LoadTimes times) : IWorkload
{
    private const int Window = 10;

    private const string Store = "offline, store", Drain = "offline, drain";

    /// <summary>Until the server has noticed that they left.</summary>
    private static readonly TimeSpan Gone = TimeSpan.FromSeconds(2);

    public string Name => "offline";

    public string Description => $"{pairs} people write to {pairs} who are away, bodies of 512 bytes, window {Window}; then these come";

    public IReadOnlyList<string> Rows { get; } = [Store, Drain];

    public TimeSpan Guess => times.Guess(loads: 4);

    /// <summary>Half of them are for the warm-up.</summary>
    public int People => 4 * pairs;

    public bool Concerns(string peer) => peer != "relay"; // it stores nothing

    public async Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation)
    {
        var warm = await WarmUpAsync(peer, cancellation);
        await using var senders = new Clients();
        await senders.AddAsync(peer, Enumerable.Range(0, pairs), enter: true, cancellation);
        for (var i = 0; i < pairs; i++) senders[i].WriteToAbsent(pairs + i);
        var storing = senders.All.Select(static sender => new Storing(sender)).ToList();
        await StoreAsync(times.Measured);
        await DrainAsync(peer, Stored(), cancellation);
        await senders.WorkAsync(Gone, cancellation);
        var (before, meter) = (Stored(), Meter.Start(peer.ProcessId));
        await StoreAsync(times.Measured);
        var cpu = meter.Read();
        var count = Stored() - before;
        var store = new Measured(
            Store, cpu, (Figure.MessagesPerSecond, count / cpu.Seconds), (Figure.ServerMicroseconds, cpu.ServerSeconds * 1e6 / Math.Max(1, count)));
        return [store with { WarmUp = warm }, await DrainAsync(peer, count, cancellation) with { WarmUp = warm }];

        long Stored() => storing.Sum(static one => one.Answered);

        async Task StoreAsync(TimeSpan duration)
        {
            foreach (var one in storing) one.Begin(Window);
            await senders.WorkAsync(duration, cancellation);
            foreach (var one in storing) one.Begin(0);
            await senders.UntilAsync(() => storing.TrueForAll(static one => one.IsQuiet), cancellation);
        }
    }

    /// <summary>Among others, who are there, so that nothing piles up.</summary>
    private async Task<IReadOnlyList<double>> WarmUpAsync(IRunningPeer peer, CancellationToken cancellation)
    {
        await using var load = new PairLoad(cancellation);
        await load.OpenAsync(peer, pairs, first: 2 * pairs);
        return await load.WarmUpAsync(times, peer.ProcessId);
    }

    private async Task<Measured> DrainAsync(IRunningPeer peer, long stored, CancellationToken cancellation)
    {
        var delivered = 0L;
        await using var receivers = new Clients();
        await receivers.AddAsync(peer, Enumerable.Range(pairs, pairs), enter: false, cancellation);
        foreach (var receiver in receivers.All) receiver.Delivered = count => Interlocked.Add(ref delivered, count);
        var meter = Meter.Start(peer.ProcessId);
        await Task.WhenAll(receivers.All.Select(receiver => receiver.EnterAsync(cancellation)));
        await receivers.UntilAsync(() => Interlocked.Read(ref delivered) >= stored, cancellation);
        var cpu = meter.Read();
        return new Measured(Drain, cpu, (Figure.MessagesPerSecond, stored / cpu.Seconds), (Figure.ServerMicroseconds, cpu.ServerSeconds * 1e6 / Math.Max(1, stored)));
    }

    /// <summary>One who writes to somebody away.</summary>
    private sealed class Storing
    {
        private readonly ChatClient _sender;
        private readonly Lock _gate = new();
        private int _window, _unanswered;
        private long _answered;

        public Storing(ChatClient sender)
        {
            _sender = sender;
            sender.Answered = Count;
        }

        public long Answered
        {
            get
            {
                lock (_gate) return _answered;
            }
        }

        public bool IsQuiet
        {
            get
            {
                lock (_gate) return _unanswered == 0;
            }
        }

        public void Begin(int window)
        {
            lock (_gate)
            {
                _window = window;
                Fill();
            }
        }

        private void Count(int count)
        {
            lock (_gate)
            {
                _answered += count;
                _unanswered -= count;
                Fill();
            }
        }

        private void Fill()
        {
            if (_window <= _unanswered) return;
            var count = _window - _unanswered;
            _unanswered = _window;
            _sender.Send(count);
        }
    }
}
