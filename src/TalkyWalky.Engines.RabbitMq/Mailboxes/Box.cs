using RabbitMQ.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq.Mailboxes;

/// <summary>
/// What this process believes of one mailbox. Other processes fill and empty the same queue, so that the numbers are looked at again before they matter; the bytes are
/// an estimate, because RabbitMQ does not tell them.
/// </summary>
internal sealed class Box(DeviceId device)
{
    /// <summary>Of an entry whose size nobody here saw.</summary>
    private const long UsualBytes = 2048;

    /// <summary>Looked at again before a sixteenth of the room that was left is used, and at most once a second.</summary>
    private const long Share = 16;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>Then the queue is asked again whether it takes more: it may have other limits now, or have refused because it could not be reached.</summary>
    private static readonly TimeSpan FullLife = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long _count, _bytes, _leased, _markers, _unseen, _roomSeen;
    private long _fullAt = long.MaxValue;
    private long _fullSince, _seenAt;
    private bool _isRefused;

    // The gap at the tail: its marker is in the queue, further drops are counted here until something can take them along.
    private Guid? _tail;
    private long _owed, _readyAtOwed;
    private DateTimeOffset _owedSince;

    public DeviceId Device { get; } = device;

    public string RoutingKey { get; } = Topology.RoutingKeyOf(device);

    /// <summary>A publish to this one and others was refused: publishing to it alone tells whether it was this one.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>Read by this process, which is told when it is deleted.</summary>
    public bool IsOpen { get; set; }

    public MailboxUsage Usage
    {
        get
        {
            lock (_gate) return new MailboxUsage(_count, _bytes);
        }
    }

    public bool Owes
    {
        get
        {
            lock (_gate) return _owed > 0;
        }
    }

    /// <summary>What a passive declare said.</summary>
    public void See(QueueDeclareOk queue, MailboxLimits limits, TimeProvider time)
    {
        lock (_gate)
        {
            var all = queue.MessageCount + _leased;
            _markers = Math.Min(_markers, all);
            var count = all - _markers;
            _bytes = count == 0 ? 0 : _seenAt == 0 || _count == 0 ? count * UsualBytes : count < _count ? _bytes / _count * count : _bytes + (count - _count) * (_bytes / _count);
            _count = count;
            if (count < _fullAt / 2 || time.GetElapsedTime(_fullSince) >= FullLife) _fullAt = long.MaxValue;
            if (_isRefused && all >= Topology.FewestAtLimit) (_fullAt, _fullSince) = (count, time.GetTimestamp());
            _isRefused = false;
            (_seenAt, _unseen, _roomSeen) = (time.GetTimestamp(), 0, Math.Max(0, limits.Count - count));
        }
    }

    /// <summary>Whether the numbers are too old to say that <paramref name="bytes"/> more have room, or have none.</summary>
    public bool NeedsLook(int bytes, MailboxLimits limits, TimeProvider time)
    {
        lock (_gate)
        {
            return _isRefused || (_unseen >= _roomSeen / Share || !HasRoom(bytes, limits)) && time.GetElapsedTime(_seenAt) >= Fresh;
        }
    }

    public bool TryReserve(int bytes, MailboxLimits limits)
    {
        lock (_gate)
        {
            if (!HasRoom(bytes, limits)) return false;
            _count++;
            _bytes += bytes;
            _unseen++;
            _tail = null; // what is dropped from now on is another gap, behind this entry
            return true;
        }
    }

    /// <summary>
    /// RabbitMQ refused an entry: the queue is at its own limit, whatever the limits here are, or cannot store because most of its nodes are away. The next look tells:
    /// at its limit, so many entries are as much as it takes, until half of them are gone.
    /// </summary>
    public void Refuse()
    {
        lock (_gate) _isRefused = true;
    }

    public void Lease()
    {
        lock (_gate) _leased++;
    }

    /// <summary>Leases that went back into the queue.</summary>
    public void Return(int count)
    {
        lock (_gate) _leased -= count;
    }

    /// <summary>An entry was settled, or was reserved and not stored.</summary>
    public void Forget(int bytes, bool wasLeased)
    {
        lock (_gate)
        {
            if (wasLeased) _leased--;
            _count = Math.Max(0, _count - 1);
            _bytes = _count == 0 ? 0 : Math.Max(0, _bytes - bytes);
        }
    }

    public void ForgetMarker()
    {
        lock (_gate)
        {
            _leased--;
            _markers = Math.Max(0, _markers - 1);
        }
    }

    /// <summary>One entry had no room: the marker to store for it, or null when one waits at the tail already.</summary>
    public Marker? Drop(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_tail is null) return NewTail(1, now);
            if (_owed++ == 0) (_owedSince, _readyAtOwed) = (now, _count - _leased);
            return null;
        }
    }

    /// <summary>The marker for what was dropped behind the last one; null when there is nothing.</summary>
    /// <param name="isTail">No entry follows it at once, so that further drops belong to it.</param>
    public Marker? TakeOwed(bool isTail)
    {
        lock (_gate)
        {
            if (_owed == 0) return null;
            var marker = NewTail(_owed, _owedSince);
            if (!isTail) _tail = null;
            _owed = 0;
            return marker;
        }
    }

    /// <summary>A marker could not be stored.</summary>
    public void Owe(Marker marker)
    {
        lock (_gate)
        {
            if (_tail == marker.Id) _tail = null;
            _markers = Math.Max(0, _markers - 1);
            if (_owed == 0 || marker.Since < _owedSince) _owedSince = marker.Since;
            _owed += Math.Max(1, marker.Dropped);
        }
    }

    /// <summary>A marker goes to a consumer here: what was dropped behind it, if it is the last one. The next drop needs another.</summary>
    public long Deliver(Marker marker)
    {
        lock (_gate)
        {
            if (_tail != marker.Id) return 0;
            _tail = null;
            var more = _owed;
            _owed = 0;
            return more;
        }
    }

    /// <summary>Somebody reads, here or elsewhere, and may have read the last marker: what is owed is not to wait for a publish.</summary>
    public bool IsRead(QueueDeclareOk queue)
    {
        lock (_gate) return queue.ConsumerCount > 0 || queue.MessageCount < _readyAtOwed;
    }

    private bool HasRoom(int bytes, MailboxLimits limits) => _count < Math.Min(limits.Count, _fullAt) && _bytes + bytes <= limits.Bytes;

    private Marker NewTail(long dropped, DateTimeOffset since)
    {
        _markers++;
        var marker = new Marker(Guid.NewGuid(), dropped, since);
        _tail = marker.Id;
        return marker;
    }
}
