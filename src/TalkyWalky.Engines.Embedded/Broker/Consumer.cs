using System.Runtime.CompilerServices;
using TalkyWalky.Engines.Embedded.Sqlite;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>The one reader of a mailbox. Fresh entries come from memory, older ones from disk, a page at a time.</summary>
internal sealed class Consumer(Mailbox mailbox, int prefetch, EmbeddedBroker broker) : IMailbox
{
    private const int PageEntries = 64;
    private const int PageBytes = 1024 * 1024;
    private const int OnStack = 64;

    private readonly Signal _signal = new();
    private int _reading;

    public int Prefetch { get; } = prefetch;

    public void Wake() => _signal.Raise();

    public async IAsyncEnumerable<MailboxEntry> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0) throw new InvalidOperationException("a mailbox is read once; open it again");
        await using var registration = cancellation.UnsafeRegister(static consumer => ((Consumer)consumer!).Wake(), this);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            switch (mailbox.TryLease(this, out var entry))
            {
                case LeaseResult.Leased:
                    yield return entry!;
                    break;
                case LeaseResult.Cold:
                    await ReadPageAsync(cancellation);
                    break;
                case LeaseResult.Nothing:
                    await _signal.WaitAsync();
                    break;
                case LeaseResult.Ended:
                    yield break;
            }
        }
    }

    public ValueTask SettleAsync(ReadOnlyMemory<ulong> tags, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var count = tags.Length;
        Span<long> entries = count <= OnStack ? stackalloc long[OnStack] : new long[count];
        Span<long> payloads = count <= OnStack ? stackalloc long[OnStack] : new long[count];
        var (settled, freed) = mailbox.Settle(this, tags.Span, entries, payloads);
        if (settled > 0) broker.Forget(entries[..settled], payloads[..freed]);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        mailbox.Close(this);
        return ValueTask.CompletedTask;
    }

    private async Task ReadPageAsync(CancellationToken cancellation)
    {
        var tags = new List<long>(PageEntries);
        mailbox.ListCold(this, tags, PageEntries, PageBytes);
        var read = await broker.Readers.ReadAsync(database => Read(database, tags), cancellation);
        if (!mailbox.Warm(this, tags, read)) throw broker.MissingEntry(mailbox.Device);
    }

    private static Dictionary<long, MailboxEntry.Stored> Read(Database database, List<long> tags)
    {
        var found = new Dictionary<long, MailboxEntry.Stored>(tags.Count);
        foreach (var tag in tags)
        {
            using var row = database.Use(
                "SELECT coalesce(entry.payload, payload.data), entry.slice FROM entry LEFT JOIN payload ON payload.id = entry.shared WHERE tag = ?1");
            row.Bind(1, tag);
            if (row.Step() && !row.IsNull(0)) found.Add(tag, new MailboxEntry.Stored((ulong)tag, row.Blob(0), row.Blob(1)));
        }

        return found;
    }
}
