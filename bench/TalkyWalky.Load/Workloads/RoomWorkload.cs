using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>A room in which ten people write and everyone is there. So many messages are under way at any time that are not with all of them.</summary>
internal sealed class RoomWorkload(int members, LoadTimes times) : IWorkload
{
    private const int Senders = 10, UnderWay = 10 * Senders;

    private readonly Lock _gate = new();
    private IReadOnlyList<ChatClient> _senders = [];
    private long _delivered, _sent;
    private int _copies;
    private bool _isSending;

    public string Name => "rooms";

    public string Description => $"a room of {members}, {Math.Min(Senders, members)} of whom write bodies of 512 bytes, {UnderWay} under way at any time";

    public IReadOnlyList<string> Rows => [$"room of {members}"];

    public TimeSpan Guess => times.Guess(loads: 1);

    public int People => members;

    public bool IsRoom => true;

    public async Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation)
    {
        await using var clients = new Clients();
        await clients.AddAsync(peer, Enumerable.Range(0, members), enter: true, cancellation);
        // XMPP, the relay and the broker's exchange send the author a copy as well.
        (_delivered, _sent, _copies) = (0, 0, peer.ReturnsToAuthor ? members : members - 1);
        foreach (var client in clients.All) client.Delivered = Arrived;
        _senders = [.. clients.All.Take(Senders)];
        foreach (var sender in _senders) sender.WriteToRoom();
        lock (_gate)
        {
            _isSending = true;
            Fill();
        }

        var warm = await WarmingUp.RunAsync(times, peer.ProcessId, Delivered, step => clients.WorkAsync(step, cancellation));
        var (before, meter) = (Delivered(), Meter.Start(peer.ProcessId));
        await clients.WorkAsync(times.Measured, cancellation);
        var cpu = meter.Read();
        var count = Delivered() - before;
        lock (_gate) _isSending = false;
        await clients.UntilAsync(() => Delivered() >= _sent * _copies, cancellation);
        return
        [
            new Measured(Rows[0], cpu, (Figure.DeliveriesPerSecond, count / cpu.Seconds), (Figure.ServerMicroseconds, cpu.ServerSeconds * 1e6 / Math.Max(1, count))) { WarmUp = warm },
        ];
    }

    private long Delivered()
    {
        lock (_gate) return _delivered;
    }

    private void Arrived(int count)
    {
        lock (_gate)
        {
            _delivered += count;
            Fill();
        }
    }

    private void Fill()
    {
        while (_isSending && _sent - _delivered / _copies < UnderWay) _senders[(int)(_sent++ % _senders.Count)].Send(1);
    }
}
