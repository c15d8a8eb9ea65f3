using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>
/// One mailbox in memory: its order, its size, its consumer. <see cref="Gate"/> guards all of it. Count and bytes include what is queued for
/// the disk, so that a burst cannot pass the limits.
/// </summary>
internal sealed class MailboxState(DeviceId device, long key)
{
    public DeviceId Device { get; } = device;

    public long Key { get; } = key;

    public Lock Gate { get; } = new();

    public SlotQueue Slots { get; } = new();

    public long Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The marker at the end, while nothing was stored behind it and nobody read it: drops are counted into it.</summary>
    public Marker? OpenMarker { get; set; }

    public Consumer? Consumer { get; set; }

    public bool Deleted { get; set; }

    /// <summary>Call under the gate.</summary>
    public bool TryReserve(int bytes, MailboxLimits limits)
    {
        if (Count + 1 > limits.Count || Bytes + bytes > limits.Bytes) return false;
        Count++;
        Bytes += bytes;
        return true;
    }

    /// <summary>Call under the gate.</summary>
    public void Release(int bytes)
    {
        Count--;
        Bytes -= bytes;
    }

    /// <summary>While loading.</summary>
    public void Load(in Slot slot)
    {
        Slots.Append(slot);
        OpenMarker = slot.Body as Marker;
        if (slot.Body is Marker) return;
        Count++;
        Bytes += slot.Bytes;
    }
}
