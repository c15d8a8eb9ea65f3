using System.Numerics;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>A ring of slots by rising tag. Index 0 is the oldest.</summary>
internal sealed class SlotQueue
{
    private const int Smallest = 4;

    private Slot[] _ring = [];
    private int _head;

    public int Count { get; private set; }

    public ref Slot this[int index] => ref _ring[(_head + index) & (_ring.Length - 1)];

    public void Append(in Slot slot)
    {
        if (Count == _ring.Length) Resize(Math.Max(Smallest, Count * 2));
        Count++;
        this[Count - 1] = slot;
    }

    public void RemoveFirst()
    {
        this[0] = default;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        // A quarter: growing and shrinking in turn costs nothing then.
        if (_ring.Length > 64 && Count < _ring.Length / 4) Resize(_ring.Length / 2);
    }

    /// <summary>The index of a tag, or -1.</summary>
    public int Find(long tag)
    {
        var index = FirstFrom(tag);
        return index < Count && this[index].Tag == tag ? index : -1;
    }

    /// <summary>The index of the first slot whose tag is not below; Count when there is none.</summary>
    public int FirstFrom(long tag)
    {
        int low = 0, high = Count;
        if (Count > 0 && this[0].Tag >= tag) return 0;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (this[middle].Tag < tag) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void Resize(int capacity)
    {
        var ring = new Slot[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        for (var i = 0; i < Count; i++) ring[i] = this[i];
        _ring = ring;
        _head = 0;
    }
}
