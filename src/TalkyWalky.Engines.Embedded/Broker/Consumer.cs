using System.Runtime.CompilerServices;
using TalkyWalky.Engines.Embedded.Sqlite;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>The one reader of a mailbox. It begins at the oldest entry, so whatever an earlier one left unsettled comes again.</summary>
internal sealed class Consumer(MailboxState mailbox, EmbeddedBroker broker, Readers readers, int prefetch) : IMailbox
{
    private const int Page = 64;
    private const int PageBytes = 1024 * 1024;

    private long _lastRead;
    private int _leased;
    private bool _ended;

    public Signal Signal { get; } = new();

    public async IAsyncEnumerable<MailboxEntry> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var woken = cancellation.UnsafeRegister(static state => ((Signal)state!).Raise(), Signal);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            switch (Take())
            {
                case { Ended: true }:
                    yield break;
                case { Entry: { } entry }:
                    yield return entry;
                    break;
                case { MustLoad: true }:
                    await LoadAsync(cancellation);
                    break;
                default:
                    await Signal.WaitAsync();
                    break;
            }
        }
    }

    public ValueTask SettleAsync(ReadOnlyMemory<ulong> tags, CancellationToken cancellation)
    {
        broker.Settle(mailbox, this, tags.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        lock (mailbox.Gate)
        {
            End();
            if (ReferenceEquals(mailbox.Consumer, this)) mailbox.Consumer = null;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Call under the mailbox's gate. What was kept in memory for this reader is dropped; the disk has it.</summary>
    public void End()
    {
        if (_ended) return;
        _ended = true;
        for (var i = 0; i < mailbox.Slots.Count; i++)
        {
            if (mailbox.Slots[i].Body is MailboxEntry.Stored) mailbox.Slots[i].Body = null;
        }

        Signal.Raise();
    }

    /// <summary>Call under the mailbox's gate.</summary>
    public void Settled(long tag)
    {
        if (tag <= _lastRead && _leased > 0) _leased--;
        Signal.Raise();
    }

    private Taken Take()
    {
        lock (mailbox.Gate)
        {
            if (_ended) return new Taken(Ended: true);
            if (_leased >= prefetch) return default;
            var index = mailbox.Slots.FirstFrom(_lastRead + 1);
            while (index < mailbox.Slots.Count && mailbox.Slots[index].Settled) index++;
            if (index >= mailbox.Slots.Count) return default;
            ref var slot = ref mailbox.Slots[index];
            switch (slot.Body)
            {
                case Marker { Held: > 0 }:
                    return default;
                case Marker marker:
                    if (ReferenceEquals(mailbox.OpenMarker, marker)) mailbox.OpenMarker = null;
                    return Lease(slot.Tag, new MailboxEntry.OverflowMarker((ulong)marker.Tag, marker.Dropped, marker.Since));
                case MailboxEntry.Stored stored:
                    slot.Body = null;
                    return Lease(slot.Tag, stored);
                default:
                    return new Taken(MustLoad: true);
            }
        }
    }

    private Taken Lease(long tag, MailboxEntry entry)
    {
        _lastRead = tag;
        _leased++;
        return new Taken(Entry: entry);
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var loaded = await readers.ReadAsync(ReadPage, cancellation);
        lock (mailbox.Gate)
        {
            if (_ended) return;
            foreach (var entry in loaded)
            {
                if (mailbox.Slots.Find((long)entry.Tag) is >= 0 and var index) mailbox.Slots[index].Body ??= entry;
            }
        }
    }

    private List<MailboxEntry.Stored> ReadPage(Database database)
    {
        Span<long> wanted = stackalloc long[Page];
        var count = 0;
        lock (mailbox.Gate)
        {
            long bytes = 0;
            for (var i = mailbox.Slots.FirstFrom(_lastRead + 1); i < mailbox.Slots.Count && count < Page && bytes < PageBytes; i++)
            {
                if (mailbox.Slots[i] is not { Settled: false, Body: null }) continue;
                bytes += mailbox.Slots[i].Bytes;
                wanted[count++] = mailbox.Slots[i].Tag;
            }
        }

        var page = new List<MailboxEntry.Stored>(count);
        foreach (var tag in wanted[..count])
        {
            using var query = database.Use("SELECT coalesce(entry.body, payload.body), entry.slice FROM entry LEFT JOIN payload ON payload.id = entry.payload WHERE tag = ?1").Bind(1, tag);
            if (query.Step()) page.Add(new MailboxEntry.Stored((ulong)tag, query.Blob(0), query.Blob(1)));
        }

        return page;
    }

    private readonly record struct Taken(MailboxEntry? Entry = null, bool Ended = false, bool MustLoad = false);
}
