using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Broker;

internal enum Reservation
{
    Reserved,
    Full,
    Gone,
}

internal enum LeaseResult
{
    Leased,

    /// <summary>The next entry must be read from disk.</summary>
    Cold,

    /// <summary>No entry, or as many unsettled as the prefetch allows.</summary>
    Nothing,

    Ended,
}

/// <summary>
/// One device's mailbox in memory. The writer's thread reserves, appends and expires; the consumer leases and settles. Slots before
/// <c>_next</c> were offered to the present consumer; what was offered and not settled is leased.
/// </summary>
internal sealed class Mailbox(long key, DeviceId device, WarmBudget budget)
{
    private static readonly object StoredTail = new();

    private readonly Lock _gate = new();
    private readonly SlotQueue _slots = new();
    private long _count;
    private long _bytes;
    private long _warm;
    private int _next;
    private int _leased;
    private bool _doomed;
    private bool _deleted;
    private Consumer? _consumer;

    /// <summary>The last thing that the transaction under way puts here: a <see cref="Marker"/>, <see cref="StoredTail"/> or null. Writer's thread only.</summary>
    private object? _pendingTail;

    public long Key { get; } = key;

    public DeviceId Device { get; } = device;

    public MailboxUsage Usage
    {
        get
        {
            lock (_gate) return new MailboxUsage(_count, _bytes);
        }
    }

    /// <summary>Takes room for one entry before it is written. Leased entries count until they are settled.</summary>
    public Reservation TryReserve(int bytes, MailboxLimits limits)
    {
        lock (_gate)
        {
            if (_doomed) return Reservation.Gone;
            if (_count >= limits.Count || _bytes + bytes > limits.Bytes) return Reservation.Full;
            _count++;
            _bytes += bytes;
            return Reservation.Reserved;
        }
    }

    public void Unreserve(int bytes)
    {
        _pendingTail = null;
        lock (_gate)
        {
            _count--;
            _bytes -= bytes;
        }
    }

    /// <summary>The transaction under way wrote an entry: a later drop opens a new gap.</summary>
    public void EntryWritten() => _pendingTail = StoredTail;

    /// <summary>An entry with room reserved is on disk. <see cref="Wake"/> when everything is that was written with it.</summary>
    public void Append(long tag, MailboxEntry.Stored entry, SharedPayload? shared)
    {
        _pendingTail = null;
        var bytes = entry.Payload.Length + entry.Slice.Length;
        lock (_gate)
        {
            var keep = _consumer is not null && budget.Allows(_warm, bytes);
            if (keep) AddWarm(bytes);
            _slots.Append(new Slot { Tag = tag, Bytes = bytes, Body = keep ? entry : null, Shared = shared });
        }
    }

    /// <summary>Wakes the consumer, if there is one.</summary>
    public void Wake() => Volatile.Read(ref _consumer)?.Wake();

    /// <summary>While loading: an entry or marker that an earlier run stored.</summary>
    public void Load(in Slot slot)
    {
        _slots.Append(slot);
        if (slot.Body is not null) return;
        _count++;
        _bytes += slot.Bytes;
    }

    /// <summary>
    /// Counts one drop into the gap at the end, in the transaction under way. The marker is new when nothing of it is on disk or pending:
    /// an entry came since, or the reader was already told of the last gap.
    /// </summary>
    public Marker CountDrop(long newTag, DateTimeOffset now)
    {
        if (_pendingTail is not Marker marker) marker = (_pendingTail is null ? HoldTailMarker() : null) ?? new Marker(newTag, 0, now);
        marker.Uncommitted++;
        _pendingTail = marker;
        return marker;
    }

    public void EndDrop(Marker marker, bool committed)
    {
        _pendingTail = null;
        Consumer? waiting;
        lock (_gate)
        {
            marker.Uncommitted--;
            if (committed && marker.Dropped++ == 0) _slots.Append(new Slot { Tag = marker.Tag, Body = marker });
            var index = _slots.Find(marker.Tag);
            if (index >= 0) _slots[index].State = marker.Uncommitted > 0 ? SlotState.Held : SlotState.Waiting;
            waiting = _consumer;
        }

        waiting?.Wake();
    }

    /// <summary>From now on nothing is stored here; undone when the deletion fails.</summary>
    public void Doom(bool doomed)
    {
        lock (_gate) _doomed = doomed || _deleted;
    }

    /// <summary>The mailbox's row is gone. Its entries' rows and the payloads that nobody else needs are handed out to be forgotten.</summary>
    public void Delete(List<long> entries, List<long> payloads)
    {
        Consumer? ended;
        lock (_gate)
        {
            _doomed = _deleted = true;
            ended = _consumer;
            _consumer = null;
            CoolDown();
            for (; _slots.Count > 0; _slots.RemoveFirst())
            {
                ref var slot = ref _slots[0];
                if (slot.State == SlotState.Settled) continue;
                entries.Add(slot.Tag);
                if (slot.Shared is { } shared && shared.Release()) payloads.Add(shared.Id);
            }

            _count = _bytes = _next = _leased = 0;
        }

        ended?.Wake();
    }

    /// <summary>False when the mailbox was deleted. Everything unsettled is offered again, to the new consumer.</summary>
    public bool Open(Consumer consumer)
    {
        Consumer? earlier;
        lock (_gate)
        {
            if (_doomed) return false;
            earlier = _consumer;
            _consumer = consumer;
            _next = _leased = 0;
        }

        earlier?.Wake();
        return true;
    }

    /// <summary>Ends this consumer if it is the present one, or with null whichever it is.</summary>
    public void Close(Consumer? consumer)
    {
        Consumer? ended;
        lock (_gate)
        {
            ended = _consumer;
            if (consumer is not null && ended != consumer) return;
            _consumer = null;
            _next = _leased = 0;
            CoolDown();
        }

        ended?.Wake();
    }

    public LeaseResult TryLease(Consumer consumer, out MailboxEntry? entry)
    {
        entry = null;
        lock (_gate)
        {
            if (_consumer != consumer) return LeaseResult.Ended;
            while (_next < _slots.Count && _slots[_next].State == SlotState.Settled) _next++;
            if (_next == _slots.Count || _leased >= consumer.Prefetch) return LeaseResult.Nothing;
            ref var slot = ref _slots[_next];
            if (slot.State == SlotState.Held) return LeaseResult.Nothing;
            if (slot.Body is null) return LeaseResult.Cold;
            entry = slot.Body is Marker marker
                ? new MailboxEntry.OverflowMarker((ulong)marker.Tag, marker.Dropped, marker.Since)
                : TakeWarm(ref slot);
            _next++;
            _leased++;
            return LeaseResult.Leased;
        }
    }

    /// <summary>The tags to read from disk next, oldest first: what the prefetch has room for, within one page.</summary>
    public void ListCold(Consumer consumer, List<long> tags, int pageEntries, int pageBytes)
    {
        lock (_gate)
        {
            if (_consumer != consumer) return;
            var room = Math.Min(pageEntries, consumer.Prefetch - _leased);
            long bytes = 0;
            for (var i = _next; i < _slots.Count && tags.Count < room; i++)
            {
                ref var slot = ref _slots[i];
                if (slot.State == SlotState.Settled) continue;
                if (slot.State == SlotState.Held || slot.Body is not null) break;
                if (tags.Count > 0 && bytes + slot.Bytes > pageBytes) break;
                bytes += slot.Bytes;
                tags.Add(slot.Tag);
            }
        }
    }

    /// <summary>Puts what was read in its place. False when an entry that still waits was not on disk.</summary>
    public bool Warm(Consumer consumer, List<long> tags, Dictionary<long, MailboxEntry.Stored> read)
    {
        lock (_gate)
        {
            if (_consumer != consumer) return true;
            foreach (var tag in tags)
            {
                var index = _slots.Find(tag);
                if (index < _next) continue;
                ref var slot = ref _slots[index];
                if (slot.State == SlotState.Settled || slot.Body is not null) continue;
                if (!read.TryGetValue(tag, out var entry)) return false;
                slot.Body = entry;
                AddWarm(slot.Bytes);
            }

            return true;
        }
    }

    /// <summary>Writes the rows that can be forgotten into the two spans and says how many. Only what this consumer was offered is settled.</summary>
    public (int Entries, int Payloads) Settle(Consumer consumer, ReadOnlySpan<ulong> tags, Span<long> entries, Span<long> payloads)
    {
        int settled = 0, freed = 0;
        bool wasBlocked;
        lock (_gate)
        {
            if (_consumer != consumer) return (0, 0);
            wasBlocked = _leased >= consumer.Prefetch;
            foreach (var tag in tags)
            {
                var index = _slots.Find((long)tag);
                if (index < 0 || index >= _next || _slots[index].State == SlotState.Settled) continue;
                _leased--;
                entries[settled++] = (long)tag;
                if (Remove(ref _slots[index]) is { } payload) payloads[freed++] = payload;
            }

            for (; _next > 0 && _slots[0].State == SlotState.Settled; _next--) _slots.RemoveFirst();
        }

        if (wasBlocked && settled > 0) consumer.Wake();
        return (settled, freed);
    }

    /// <summary>
    /// Holds the run of entries up to <paramref name="lastTag"/> that nobody has leased, to be replaced by one marker at its end.
    /// Null when there is nothing to replace.
    /// </summary>
    public ExpiringRun? HoldExpired(long lastTag)
    {
        lock (_gate)
        {
            if (_doomed) return null;
            var run = new ExpiringRun(this);
            for (var i = _next; i < _slots.Count && _slots[i].Tag <= lastTag; i++)
            {
                ref var slot = ref _slots[i];
                if (slot.State == SlotState.Settled) continue;
                if (slot.State == SlotState.Held) break;
                run.Add(slot);
            }

            if (!run.HasEntries) return null;
            foreach (var tag in run.Tags) _slots[_slots.Find(tag)].State = SlotState.Held;
            return run;
        }
    }

    /// <summary>Ends a run. The payloads that nobody needs any more are handed out to be forgotten.</summary>
    public void EndExpired(ExpiringRun run, Marker? marker, List<long> payloads)
    {
        Consumer? waiting;
        lock (_gate)
        {
            waiting = _consumer;
            foreach (var tag in run.Tags)
            {
                var index = _slots.Find(tag);
                if (index < 0) continue;
                ref var slot = ref _slots[index];
                slot.State = SlotState.Waiting;
                if (marker is null) continue;
                if (Remove(ref slot) is { } payload) payloads.Add(payload);
                if (tag == marker.Tag) slot = new Slot { Tag = tag, Body = marker };
            }
        }

        waiting?.Wake();
    }

    private Marker? HoldTailMarker()
    {
        lock (_gate)
        {
            var tail = _slots.Count - 1;
            if (tail < _next || _slots[tail] is not { State: SlotState.Waiting, Body: Marker marker }) return null;
            _slots[tail].State = SlotState.Held;
            return marker;
        }
    }

    /// <summary>Settles a slot; the id of a payload that nobody needs any more.</summary>
    private long? Remove(ref Slot slot)
    {
        if (slot.Body is not Marker)
        {
            _count--;
            _bytes -= slot.Bytes;
        }

        if (slot.Body is MailboxEntry.Stored) AddWarm(-slot.Bytes);
        var shared = slot.Shared;
        slot.State = SlotState.Settled;
        slot.Body = null;
        slot.Shared = null;
        return shared is not null && shared.Release() ? shared.Id : null;
    }

    private MailboxEntry.Stored TakeWarm(ref Slot slot)
    {
        var entry = (MailboxEntry.Stored)slot.Body!;
        slot.Body = null;
        AddWarm(-slot.Bytes);
        return entry;
    }

    private void AddWarm(int bytes)
    {
        _warm += bytes;
        budget.Use(bytes);
    }

    private void CoolDown()
    {
        for (var i = 0; _warm > 0 && i < _slots.Count; i++)
        {
            if (_slots[i].Body is MailboxEntry.Stored) TakeWarm(ref _slots[i]);
        }
    }
}
