using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>Mailboxes on the engine's file: an index in memory, payloads on disk, one writer.</summary>
internal sealed class EmbeddedBroker : IBroker
{
    private readonly ConcurrentDictionary<DeviceId, Mailbox> _mailboxes;
    private readonly WarmBudget _budget;
    private readonly GroupWriter _writer;
    private readonly TimeProvider _time;
    private readonly string _file;
    private DateTimeOffset _lastTime;

    public EmbeddedBroker(GroupWriter writer, Readers readers, MailboxLimits limits, TimeProvider time, string file, LoadedMailboxes loaded)
    {
        _writer = writer;
        _time = time;
        _file = file;
        _lastTime = loaded.LastTime;
        _mailboxes = loaded.Mailboxes;
        _budget = loaded.Budget;
        Readers = readers;
        Limits = limits;
        Tags = new TagSequence(loaded.NextTag);
        writer.Forget(CollectionsMarshal.AsSpan(loaded.OrphanEntries), CollectionsMarshal.AsSpan(loaded.OrphanPayloads));
    }

    public Readers Readers { get; }

    public MailboxLimits Limits { get; }

    public TagSequence Tags { get; }

    public async Task CreateMailboxAsync(DeviceId device, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_mailboxes.ContainsKey(device)) return;
        var create = new Transaction<long>(
            database => Insert(database, device),
            committed: key => _mailboxes.TryAdd(device, new Mailbox(key, device, _budget)));
        _writer.Write(create);
        await create.Done;
    }

    public async Task DeleteMailboxAsync(DeviceId device, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_mailboxes.TryGetValue(device, out var mailbox)) return;
        var delete = new Transaction<bool>(
            database =>
            {
                mailbox.Doom(true);
                return database.Use("DELETE FROM mailbox WHERE key = ?1").Bind(1, mailbox.Key).Change() > 0;
            },
            committed: _ => Drop(mailbox),
            undone: () => mailbox.Doom(false));
        _writer.Write(delete);
        await delete.Done;
    }

    public ValueTask<PublishOutcome> PublishAsync(Publication publication, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        CheckBounds(publication);
        var mailboxes = new Mailbox[publication.Recipients.Count];
        List<DeviceId>? missing = null;
        for (var i = 0; i < mailboxes.Length; i++)
        {
            var device = publication.Recipients[i].Device;
            if (_mailboxes.TryGetValue(device, out var mailbox)) mailboxes[i] = mailbox;
            else (missing ??= []).Add(device);
        }

        if (missing is not null) return new(new PublishOutcome.NoMailbox(missing));
        // Once queued it is not called back: the answer comes within a group or two, and a cancelled wait would leave it unknown.
        var operation = new PublishOperation(this, publication, mailboxes);
        _writer.Write(operation);
        return operation.Done;
    }

    public Task<IMailbox?> OpenAsync(DeviceId device, int prefetch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prefetch);
        if (!_mailboxes.TryGetValue(device, out var mailbox)) return Task.FromResult<IMailbox?>(null);
        var consumer = new Consumer(mailbox, prefetch, this);
        return Task.FromResult<IMailbox?>(mailbox.Open(consumer) ? consumer : null);
    }

    public Task<MailboxUsage?> UsageAsync(DeviceId device, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(_mailboxes.TryGetValue(device, out var mailbox) ? mailbox.Usage : (MailboxUsage?)null);
    }

    public Task CheckAsync(CancellationToken cancellation) => _writer.CheckAsync(cancellation);

    /// <summary>Replaces what outlived its time by markers. Done when all of it is on disk.</summary>
    public async Task ExpireAsync()
    {
        var expiry = new Expiry(this, _mailboxes.Values, _writer);
        while (true)
        {
            var step = new Transaction<bool>(expiry.Execute, expiry.Committed, expiry.Undone);
            _writer.Write(step);
            if (await step.Done) return;
        }
    }

    /// <summary>Ends every consumer; its reader completes.</summary>
    public void EndConsumers()
    {
        foreach (var mailbox in _mailboxes.Values) mailbox.Close(consumer: null);
    }

    public void Forget(ReadOnlySpan<long> entries, ReadOnlySpan<long> payloads) => _writer.Forget(entries, payloads);

    /// <summary>Never before an earlier answer, so that time rises with the tags. Writer's thread only.</summary>
    public DateTimeOffset Now()
    {
        var now = _time.GetUtcNow();
        if (now > _lastTime) _lastTime = now;
        return _lastTime;
    }

    public EngineException MissingEntry(DeviceId device) =>
        new($"the database {_file} is damaged (an entry of the mailbox {device} is missing); stop the server and restore the file from a backup");

    private static long Insert(Database database, DeviceId device)
    {
        database.Use("INSERT OR IGNORE INTO mailbox (device) VALUES (?1)").Bind(1, device.Value).Run();
        using var row = database.Use("SELECT key FROM mailbox WHERE device = ?1");
        return row.Bind(1, device.Value).Step() ? row.Int64(0) : throw new InvalidOperationException("the mailbox was not inserted");
    }

    private void Drop(Mailbox mailbox)
    {
        List<long> entries = [], payloads = [];
        _mailboxes.TryRemove(KeyValuePair.Create(mailbox.Device, mailbox));
        mailbox.Delete(entries, payloads);
        _writer.Forget(CollectionsMarshal.AsSpan(entries), CollectionsMarshal.AsSpan(payloads));
    }

    private static void CheckBounds(Publication publication)
    {
        if (publication.Payload.Length > Wire.Limits.Frame)
            throw new ArgumentException($"a payload has at most {Wire.Limits.Frame} bytes", nameof(publication));
        if (publication.Recipients.Count is 0 or > Wire.Limits.Recipients)
            throw new ArgumentException($"a publication has 1 to {Wire.Limits.Recipients} recipients", nameof(publication));
    }}
