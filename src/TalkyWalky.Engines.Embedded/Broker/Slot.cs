namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>What memory keeps of one waiting entry. The payload is on disk, and here only while it is fresh or about to be read.</summary>
internal struct Slot
{
    public long Tag;

    public DateTimeOffset StoredAt;

    /// <summary>Payload and slice; 0 for a marker.</summary>
    public int Bytes;

    public bool Settled;

    /// <summary>A <see cref="MailboxEntry.Stored"/> that is in memory, a <see cref="Marker"/>, or null: read it from disk.</summary>
    public object? Body;

    public SharedPayload? Shared;
}

/// <summary>An overflow marker: what a mailbox did not keep, in one place of its order.</summary>
internal sealed class Marker(long tag, long dropped, DateTimeOffset since)
{
    public long Tag { get; } = tag;

    public DateTimeOffset Since { get; } = since;

    public long Dropped { get; set; } = dropped;

    /// <summary>Uncommitted changes. While there are any it is held back from the reader.</summary>
    public int Held { get; set; }
}
