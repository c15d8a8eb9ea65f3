using TalkyWalky.Engines.RabbitMq.Mailboxes;

namespace TalkyWalky.Engines.RabbitMq.Consuming;

/// <summary>What one consumer holds and has not settled.</summary>
internal sealed class Leases(Box box, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, Lease> _held = [];

    public void Add(ulong tag, int bytes, bool isMarker)
    {
        box.Lease();
        lock (_gate) _held.Add(tag, new Lease(bytes, isMarker, time.GetTimestamp()));
    }

    public bool Holds(ulong tag)
    {
        lock (_gate) return _held.ContainsKey(tag);
    }

    /// <summary>Forgets them. What is held no longer, or never was, is left out.</summary>
    /// <returns>Everything up to the first may be acknowledged at once, the others one by one.</returns>
    public (ulong UpTo, IReadOnlyList<ulong> Others) Settle(ReadOnlySpan<ulong> tags)
    {
        var settled = new List<ulong>(tags.Length);
        ulong lowest;
        lock (_gate)
        {
            foreach (var tag in tags)
            {
                if (!_held.Remove(tag, out var lease)) continue;
                settled.Add(tag);
                if (lease.IsMarker) box.ForgetMarker();
                else box.Forget(lease.Bytes, wasLeased: true);
            }

            lowest = _held.Count > 0 ? _held.First().Key : ulong.MaxValue;
        }

        var below = settled.Where(tag => tag < lowest).DefaultIfEmpty(0UL).Max();
        return (below, [.. settled.Where(tag => tag > below)]);
    }

    /// <summary>Forgets those held longer than that; they go back into the queue.</summary>
    public IReadOnlyList<ulong> Release(TimeSpan after)
    {
        List<ulong> old;
        lock (_gate)
        {
            old = [.. _held.Where(held => time.GetElapsedTime(held.Value.At) >= after).Select(static held => held.Key)];
            foreach (var tag in old) _held.Remove(tag);
        }

        box.Return(old.Count);
        return old;
    }

    private readonly record struct Lease(int Bytes, bool IsMarker, long At);
}
