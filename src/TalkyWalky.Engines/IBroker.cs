using TalkyWalky.Wire;

namespace TalkyWalky.Engines;

/// <summary>
/// Durable mailboxes, one for each device. At least once: what was accepted is delivered until it is settled, in the order of acceptance
/// for one publisher, whatever crashes in between.
/// </summary>
public interface IBroker
{
    /// <summary>Idempotent. A device is listed to others only after this.</summary>
    Task CreateMailboxAsync(DeviceId device, CancellationToken cancellation);

    /// <summary>Drops the mailbox and all it holds. Idempotent.</summary>
    Task DeleteMailboxAsync(DeviceId device, CancellationToken cancellation);

    /// <summary>
    /// Stores one payload for every recipient, all or none but for those that are full: they get an overflow marker instead.
    /// Completes after the data is on disk. Publications of one caller are stored in the order of the calls, awaited or not.
    /// Throws <see cref="ArgumentException"/> without a recipient, or beyond <see cref="Limits.Recipients"/> of them or <see cref="Limits.Frame"/> bytes.
    /// </summary>
    ValueTask<PublishOutcome> PublishAsync(Publication publication, CancellationToken cancellation);

    /// <summary>
    /// Opens the mailbox for its one consumer. An earlier consumer of the same device is ended: its reader completes, and what it settles from then on
    /// changes nothing. What was leased to it and not settled is delivered again, in order.
    /// Null when there is no such mailbox.
    /// </summary>
    Task<IMailbox?> OpenAsync(DeviceId device, int prefetch, CancellationToken cancellation);

    Task<MailboxUsage?> UsageAsync(DeviceId device, CancellationToken cancellation);

    Task CheckAsync(CancellationToken cancellation);
}

public interface IMailbox : IAsyncDisposable
{
    /// <summary>
    /// Entries in order, at most the prefetch of them unsettled at once. Ends when another consumer opened the mailbox, it was deleted or the engine stops.
    /// Read it once.
    /// </summary>
    IAsyncEnumerable<MailboxEntry> ReadAllAsync(CancellationToken cancellation);

    /// <summary>Forgets entries. Unknown tags are ignored. Completes when the broker took note; a crash right after may deliver them once more.</summary>
    ValueTask SettleAsync(ReadOnlyMemory<ulong> tags, CancellationToken cancellation);
}

/// <summary>One payload for many devices. Slices are small and differ by device. The buffers belong to the broker from here on.</summary>
public sealed record Publication(ReadOnlyMemory<byte> Payload, IReadOnlyList<Address> Recipients);

public readonly record struct Address(DeviceId Device, ReadOnlyMemory<byte> Slice);

public abstract record MailboxEntry(ulong Tag)
{
    public sealed record Stored(ulong Tag, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Slice) : MailboxEntry(Tag);

    /// <summary>Stands where entries were not stored (mailbox full) or expired.</summary>
    public sealed record OverflowMarker(ulong Tag, long Dropped, DateTimeOffset Since) : MailboxEntry(Tag);
}

public abstract record PublishOutcome
{
    private PublishOutcome() { }

    /// <summary>On disk for every recipient that is not named in <paramref name="Overflowed"/>.</summary>
    public sealed record Accepted(IReadOnlyList<DeviceId> Overflowed) : PublishOutcome;

    /// <summary>Every recipient's mailbox is full. Each has its overflow marker.</summary>
    public sealed record AllFull : PublishOutcome;

    /// <summary>No mailbox for these devices; nothing was stored.</summary>
    public sealed record NoMailbox(IReadOnlyList<DeviceId> Devices) : PublishOutcome;

    /// <summary>Nothing was stored, and a retry may succeed (disk full, engine stopping).</summary>
    public sealed record Unavailable(string Reason) : PublishOutcome;

    /// <summary>It may or may not be stored; publishing the same bytes again is safe.</summary>
    public sealed record Unknown(string Reason) : PublishOutcome;
}

public readonly record struct MailboxUsage(long Count, long Bytes);

public sealed record MailboxLimits(long Count, long Bytes, TimeSpan Life)
{
    public static MailboxLimits Default { get; } = new(100_000, 256L * 1024 * 1024, Limits.MailboxLife);
}
