using System.Collections.Concurrent;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Broker;

internal sealed class EmbeddedBroker : IBroker, IAsyncDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<DeviceId, MailboxState> _mailboxes = new();
    private readonly Lock _gate = new();
    private readonly GroupWriter _writer;
    private readonly Readers _readers;
    private readonly MailboxLimits _limits;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _sweeping;
    private long _lastTag;

    public EmbeddedBroker(GroupWriter writer, Readers readers, LoadedMailboxes loaded, MailboxLimits limits, TimeProvider time)
    {
        (_writer, _readers, _limits, _time, _lastTag) = (writer, readers, limits, time, loaded.LastTag);
        foreach (var mailbox in loaded.Mailboxes) _mailboxes[mailbox.Device] = mailbox;
        _sweeping = SweepAsync();
    }

    public Task CreateMailboxAsync(DeviceId device, CancellationToken cancellation)
    {
        var create = new Transaction<long>(database => Create(database, device), key => _mailboxes.TryAdd(device, new MailboxState(device, key)));
        cancellation.ThrowIfCancellationRequested();
        _writer.Write(create);
        return create.Done;
    }

    public Task DeleteMailboxAsync(DeviceId device, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_mailboxes.TryGetValue(device, out var mailbox)) return Task.CompletedTask;
        var delete = new Transaction<bool>(
            database => Delete(database, mailbox.Key),
            _ => Drop(mailbox),
            () =>
            {
                lock (mailbox.Gate) mailbox.Deleted = false;
            });
        lock (_gate)
        {
            // Publications queued before this one are deleted by it; later ones find no mailbox.
            lock (mailbox.Gate) mailbox.Deleted = true;
            _writer.Write(delete);
        }

        return delete.Done;
    }

    public async ValueTask<PublishOutcome> PublishAsync(Publication publication, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var targets = new Target[publication.Recipients.Count];
        if (Resolve(publication, targets) is { Count: > 0 } missing) return new PublishOutcome.NoMailbox(missing);
        var operation = new PublishOperation(publication, targets, _time.GetUtcNow());
        lock (_gate)
        {
            if (Reserve(targets) is { } deleted) return new PublishOutcome.NoMailbox([deleted]);
            operation.FirstTag = _lastTag + 1;
            _lastTag += targets.Length;
            _writer.Write(operation);
        }

        return await operation.Done;
    }

    public async Task<IMailbox?> OpenAsync(DeviceId device, int prefetch, CancellationToken cancellation)
    {
        if (!_mailboxes.TryGetValue(device, out var mailbox)) return null;
        await ExpireAsync(mailbox, cancellation);
        var consumer = new Consumer(mailbox, this, _readers, prefetch);
        lock (mailbox.Gate)
        {
            if (mailbox.Deleted) return null;
            mailbox.Consumer?.End();
            mailbox.Consumer = consumer;
        }

        return consumer;
    }

    public Task<MailboxUsage?> UsageAsync(DeviceId device, CancellationToken cancellation)
    {
        if (!_mailboxes.TryGetValue(device, out var mailbox)) return Task.FromResult<MailboxUsage?>(null);
        lock (mailbox.Gate) return Task.FromResult<MailboxUsage?>(new MailboxUsage(mailbox.Count, mailbox.Bytes));
    }

    public Task CheckAsync(CancellationToken cancellation) => _writer.WriteAsync(database => database.Number("SELECT 1"), cancellation);

    public void Settle(MailboxState mailbox, Consumer consumer, ReadOnlySpan<ulong> tags)
    {
        var entries = new List<long>(tags.Length);
        var payloads = new List<long>();
        lock (mailbox.Gate)
        {
            foreach (var tag in tags)
            {
                if (mailbox.Slots.Find((long)tag) is not (>= 0 and var index) || mailbox.Slots[index].Settled) continue;
                ref var slot = ref mailbox.Slots[index];
                slot.Settled = true;
                if (slot.Body is not Marker) mailbox.Release(slot.Bytes);
                slot.Body = null;
                entries.Add(slot.Tag);
                if (slot.Shared?.Release() == true) payloads.Add(slot.Shared.Id);
                consumer.Settled(slot.Tag);
            }

            while (mailbox.Slots.Count > 0 && mailbox.Slots[0].Settled) mailbox.Slots.RemoveFirst();
        }

        if (entries.Count > 0) _writer.Forget(entries.ToArray(), payloads.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _sweeping;
        foreach (var mailbox in _mailboxes.Values)
        {
            lock (mailbox.Gate) mailbox.Consumer?.End();
        }

        _stopping.Dispose();
    }

    private List<DeviceId> Resolve(Publication publication, Target[] targets)
    {
        var missing = new List<DeviceId>();
        for (var i = 0; i < targets.Length; i++)
        {
            var (device, slice) = publication.Recipients[i];
            if (_mailboxes.TryGetValue(device, out var mailbox)) targets[i] = new Target { Mailbox = mailbox, Slice = slice, Bytes = publication.Payload.Length + slice.Length };
            else missing.Add(device);
        }

        return missing;
    }

    private DeviceId? Reserve(Target[] targets)
    {
        foreach (var target in targets)
        {
            if (target.Mailbox.Deleted) return target.Mailbox.Device;
        }

        foreach (ref var target in targets.AsSpan())
        {
            lock (target.Mailbox.Gate) target.HasRoom = target.Mailbox.TryReserve(target.Bytes, _limits);
        }

        return null;
    }

    private static long Create(Database database, DeviceId device)
    {
        database.Use("INSERT OR IGNORE INTO mailbox (device) VALUES (?1)").Bind(1, device.Value).Run();
        using var query = database.Use("SELECT id FROM mailbox WHERE device = ?1").Bind(1, device.Value);
        return query.Step() ? query.Int64(0) : throw new InvalidOperationException("a mailbox just inserted is not there");
    }

    private static bool Delete(Database database, long key)
    {
        database.Use("DELETE FROM entry WHERE mailbox = ?1").Bind(1, key).Run();
        return database.Use("DELETE FROM mailbox WHERE id = ?1").Bind(1, key).Change() == 1;
    }

    private void Drop(MailboxState mailbox)
    {
        _mailboxes.TryRemove(new KeyValuePair<DeviceId, MailboxState>(mailbox.Device, mailbox));
        var payloads = new List<long>();
        lock (mailbox.Gate)
        {
            mailbox.Consumer?.End();
            for (; mailbox.Slots.Count > 0; mailbox.Slots.RemoveFirst())
            {
                if (mailbox.Slots[0] is { Settled: false, Shared: { } shared } && shared.Release()) payloads.Add(shared.Id);
            }
        }

        if (payloads.Count > 0) _writer.Forget([], payloads.ToArray());
    }

    private async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(SweepEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                foreach (var mailbox in _mailboxes.Values.Where(mailbox => mailbox.Consumer is null)) await ExpireAsync(mailbox, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
        catch (EngineException)
        {
            // The disk is full or broken. Publishing tells that to people; what is too old waits for the next open.
            return;
        }
    }

    /// <summary>What is older than the mailbox life becomes one marker in the place of the last of it.</summary>
    private async Task ExpireAsync(MailboxState mailbox, CancellationToken cancellation)
    {
        var oldest = _time.GetUtcNow() - _limits.Life;
        long dropped = 0, until = 0;
        var since = default(DateTimeOffset);
        lock (mailbox.Gate)
        {
            for (var i = 0; i < mailbox.Slots.Count && mailbox.Slots[i].StoredAt < oldest; i++)
            {
                if (mailbox.Slots[i].Settled) continue;
                if (mailbox.Slots[i].Body is Marker { Held: > 0 }) break;
                if (dropped == 0) since = mailbox.Slots[i].StoredAt;
                dropped += (mailbox.Slots[i].Body as Marker)?.Dropped ?? 1;
                until = mailbox.Slots[i].Tag;
            }

            if (dropped == 0 || mailbox.Slots[0] is { Body: Marker } && mailbox.Slots[0].Tag == until) return;
        }

        await _writer.WriteAsync(database =>
        {
            database.Use("DELETE FROM entry WHERE mailbox = ?1 AND tag <= ?2").Bind(1, mailbox.Key).Bind(2, until).Run();
            database.Use("INSERT INTO entry (tag, mailbox, slice, bytes, stored, dropped) VALUES (?1, ?2, zeroblob(0), 0, ?3, ?4)")
                .Bind(1, until).Bind(2, mailbox.Key).Bind(3, since).Bind(4, dropped).Run();
            return true;
        }, cancellation);
        ReplaceExpired(mailbox, new Marker(until, dropped, since));
    }

    private void ReplaceExpired(MailboxState mailbox, Marker marker)
    {
        var payloads = new List<long>();
        lock (mailbox.Gate)
        {
            while (mailbox.Slots.Count > 0 && mailbox.Slots[0].Tag < marker.Tag)
            {
                Free(mailbox, mailbox.Slots[0], payloads);
                mailbox.Slots.RemoveFirst();
            }

            if (mailbox.Slots.Count == 0 || mailbox.Slots[0].Tag != marker.Tag) return;
            Free(mailbox, mailbox.Slots[0], payloads);
            mailbox.Slots[0] = new Slot { Tag = marker.Tag, StoredAt = marker.Since, Body = marker };
        }

        if (payloads.Count > 0) _writer.Forget([], payloads.ToArray());
    }

    private static void Free(MailboxState mailbox, in Slot slot, List<long> payloads)
    {
        if (slot.Settled || slot.Body is Marker) return;
        mailbox.Release(slot.Bytes);
        if (slot.Shared?.Release() == true) payloads.Add(slot.Shared.Id);
    }
}
