namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>What memory keeps of one waiting entry: 32 bytes. The payload is on disk, and here only while it is fresh or about to be read.</summary>
internal struct Slot
{
    public long Tag;

    /// <summary>Payload and slice; 0 for a marker.</summary>
    public int Bytes;

    public SlotState State;

    /// <summary>A <see cref="MailboxEntry.Stored"/> that is in memory, a <see cref="Marker"/>, or null: read it from disk.</summary>
    public object? Body;

    public SharedPayload? Shared;
}

internal enum SlotState
{
    Waiting,

    /// <summary>A transaction under way changes it; the reader waits for that.</summary>
    Held,

    Settled,
}

/// <summary>An overflow marker.</summary>
internal sealed class Marker(long tag, long dropped, DateTimeOffset since)
{
    public long Tag { get; } = tag;

    /// <summary>On disk.</summary>
    public long Dropped { get; set; } = dropped;

    /// <summary>Drops of the transaction under way.</summary>
    public int Uncommitted { get; set; }

    public DateTimeOffset Since { get; } = since;
}
