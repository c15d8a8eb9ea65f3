using System.Threading.Channels;
using Google.Protobuf;
using TalkyWalky.Client.Backfill;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Rooms;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Receive;

/// <summary>
/// Receives over one connection: deliveries are stored, then acknowledged, then told. Beside it run the receipts that are due, the questions for grants that did not
/// come, and the answers to such questions.
/// </summary>
internal sealed class Inbox(Outbox outbox, SendContext context, Action<InboxResult> stored)
{
    private const int MaxBatch = 256, MaxBatchBytes = 8 * 1024 * 1024, MaxAsks = 50;
    private static readonly TimeSpan ReceiptPause = TimeSpan.FromMilliseconds(250), AskPause = TimeSpan.FromSeconds(5), GiveInterval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PendingLife = Limits.MailboxLife;

    private static readonly TimeSpan FirstClaimPause = TimeSpan.FromSeconds(5), LastClaimPause = TimeSpan.FromMinutes(10);

    /// <summary>Claims come over direct connections too.</summary>
    private static readonly TimeSpan ClaimsLook = TimeSpan.FromMinutes(1);

    private readonly Signal _receiptsDue = new(), _pendingAdded = new(), _claimsAdded = new();
    private readonly Channel<GrantAsk> _asks = Channel.CreateBounded<GrantAsk>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private Database Database => outbox.Database;

    private TimeProvider Time => outbox.Environment.Time;

    public async Task RunAsync()
    {
        _receiptsDue.Raise();
        _pendingAdded.Raise();
        Func<Task>[] parts = [ReceiveAsync, RetryAsync, ProveAsync, SendReceiptsAsync, AskForGrantsAsync, GiveGrantsAsync];
        await Task.WhenAll(parts.Select(part => context.GuardAsync(part, outbox.Log)));
    }

    private async Task ReceiveAsync()
    {
        // Who was revoked while this device was away is known before what they wrote is opened.
        await context.StatusAsync();
        var batch = new List<ServerFrame>(MaxBatch);
        while (await context.Link.Deliveries.WaitToReadAsync(context.Ended))
        {
            batch.Clear();
            for (var bytes = 0; batch.Count < MaxBatch && bytes < MaxBatchBytes && context.Link.Deliveries.TryRead(out var frame); bytes += frame.CalculateSize()) batch.Add(frame);
            await ReachEpochsAsync(batch);
            var result = await Database.RunAsync(rows => Store(rows, batch), CancellationToken.None, result => outbox.Events.Changed(result.Changed));
            var ack = new ClientFrame { Ack = new Ack() };
            ack.Ack.Tags.AddRange(batch.Select(static frame => frame.BodyCase == ServerFrame.BodyOneofCase.Overflow ? frame.Overflow.Tag : frame.Delivery.Tag));
            await context.Link.TellAsync(ack);
            await TellAsync(result);
        }
    }

    // A message of a newer epoch than known here is mostly just faster than the hint of the change.
    private async Task ReachEpochsAsync(List<ServerFrame> frames)
    {
        var epochs = new Dictionary<ConversationId, ulong>();
        foreach (var frame in frames)
        {
            if (frame.Delivery?.Envelope is not { Epoch: > 0 } envelope || !ConversationId.TryRead(envelope.Conversation.Span, out var room)) continue;
            epochs[room] = Math.Max(envelope.Epoch, epochs.GetValueOrDefault(room));
        }

        foreach (var (room, epoch) in epochs) await context.Ledgers.ReachAsync(room, epoch);
    }

    // What waited for a ledger is looked at again when that moved on.
    private async Task RetryAsync()
    {
        await foreach (var room in context.Ledgers.Advanced.ReadAllAsync(context.Ended))
        {
            for (long? after = 0; after is { } last;)
            {
                (after, var result) = await Database.RunAsync(
                    rows =>
                    {
                        using var batch = NewBatch(rows);
                        var next = batch.Retry(room, last, MaxBatch);
                        return (After: next, Result: Finish(rows, batch));
                    },
                    CancellationToken.None,
                    looked => outbox.Events.Changed(looked.Result.Changed));
                await TellAsync(result);
            }
        }
    }

    // Claims are looked at once they come, and again and again while some are not proven, ever more seldom.
    private async Task ProveAsync()
    {
        var claims = new ClaimDesk(Database, context);
        await context.StatusAsync();
        var pauses = new BackOff(FirstClaimPause, LastClaimPause);
        while (true)
        {
            var isDone = await claims.ProveAsync(OpenProvenAsync);
            if (isDone) pauses.Reset();
            await _claimsAdded.WaitAsync(isDone ? ClaimsLook : pauses.Next(), Time, context.Ended);
        }
    }

    private async Task OpenProvenAsync(SessionId session)
    {
        var result = await Database.RunAsync(
            rows =>
            {
                rows.Claims.Remove(session);
                using var batch = NewBatch(rows);
                batch.Retry(session);
                return Finish(rows, batch);
            },
            CancellationToken.None,
            looked => outbox.Events.Changed(looked.Changed));
        await TellAsync(result);
    }

    private InboxBatch NewBatch(Rows rows) =>
        new(rows, context.Credentials, context.Issuing, context.Status, context.Log.Book, mayBeUnproven: false, Time, outbox.Log);

    private InboxResult Store(Rows rows, List<ServerFrame> frames)
    {
        using var batch = NewBatch(rows);
        foreach (var frame in frames)
        {
            if (frame.BodyCase == ServerFrame.BodyOneofCase.Delivery) batch.Add(frame.Delivery);
            else Overflowed(rows, frame.Overflow, batch.Result);
        }

        return Finish(rows, batch);
    }

    private static InboxResult Finish(Rows rows, InboxBatch batch)
    {
        batch.Finish();
        foreach (var (author, id) in batch.Result.Own)
        {
            if (rows.Messages.Find(author, id) is { } message) batch.Result.Changed.Add(message);
        }

        return batch.Result;
    }

    private void Overflowed(Rows rows, Overflow overflow, InboxResult result)
    {
        var since = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(overflow.Since, 1, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
        BackfillSources.Begin(rows, context.Credentials.Identity.User, since.ToUnixTimeMilliseconds());
        result.HasBackfill = true;
        result.Notices.Add(
            $"{overflow.Dropped} messages for this device are missing since {since:yyyy-MM-dd HH:mm} UTC: its mailbox on the server was full, or they grew too old. "
            + "It asks your other devices and the authors for them.");
    }

    private async Task TellAsync(InboxResult result)
    {
        if (result.HasArrivals) outbox.Events.Arrived();
        foreach (var notice in result.Notices) await outbox.Events.NoticeAsync(notice);
        foreach (var (room, alarm) in result.Alarms)
            await context.News.AlarmAsync(room, await Database.RunAsync(rows => rows.Rooms.State(room), CancellationToken.None), alarm);
        foreach (var ask in result.Asks) _asks.Writer.TryWrite(ask);
        if (result.HasReceipts) _receiptsDue.Raise();
        if (result.HasPending) _pendingAdded.Raise();
        if (result.HasClaims) _claimsAdded.Raise();
        foreach (var contact in result.Pokes) outbox.Poke(contact);
        stored(result);
    }

    // A receipt waits a moment for others, so that a burst costs one message back.
    private async Task SendReceiptsAsync()
    {
        while (true)
        {
            await _receiptsDue.WaitAsync(context.Ended);
            await Task.Delay(ReceiptPause, Time, context.Ended);
            await FlushReceiptsAsync(outbox);
        }
    }

    public static async Task FlushReceiptsAsync(Outbox outbox)
    {
        var now = outbox.Environment.Time.GetUtcNow();
        foreach (var contact in await outbox.Database.RunAsync(rows => rows.Receipts.Collect(now), CancellationToken.None)) outbox.Poke(contact);
    }

    private async Task AskForGrantsAsync()
    {
        while (true)
        {
            await _pendingAdded.WaitAsync(context.Ended);
            while (await Database.RunAsync(static rows => rows.Pending.NextAsk(), context.Ended) is { } next)
            {
                var wait = next - Time.GetUtcNow();
                await Task.Delay(wait > AskPause ? wait : AskPause, Time, context.Ended);
                await AskAsync();
            }
        }
    }

    private async Task AskAsync()
    {
        var now = Time.GetUtcNow();
        var (due, expired) = await Database.RunAsync(rows => (rows.Pending.ToAsk(now, MaxAsks), rows.Pending.Expire(now - PendingLife)), context.Ended);
        if (expired > 0) await outbox.Events.NoticeAsync($"{expired} messages were given up: the key to read them did not come within 30 days.");
        foreach (var waiting in due)
        {
            if (await NeedsNoGrantAsync(waiting) is false)
            {
                var publish = new Publish { Envelope = await RequestAsync(waiting, now) };
                publish.Recipients.Add(new Recipient { Device = ByteString.CopyFrom(waiting.FromDevice.ToArray()) });
                if (await context.Link.AskAsync(new ClientFrame { Publish = publish }) is null) return;
                ClientLog.GrantAsked(outbox.Log, waiting.FromDevice, waiting.Session);
            }

            await Database.RunAsync(rows => rows.Pending.Asked(waiting, now + NextAsk(waiting.Asks)), context.Ended);
        }
    }

    // The keys are here, and their author is not proven yet, or knows changes of the room that the server does not give.
    private async Task<bool> NeedsNoGrantAsync(PendingMessage waiting)
    {
        if (await Database.RunAsync(rows => rows.Claims.Has(waiting.Session), context.Ended)) return true;
        if (await Database.RunAsync(rows => rows.Receiving.EpochOf(waiting.Session), context.Ended) is not { } epoch) return false;
        if (!await context.Ledgers.ReachAsync(waiting.Conversation, epoch))
            await context.News.AlarmAsync(waiting.Conversation, await Database.RunAsync(rows => rows.Rooms.State(waiting.Conversation), context.Ended), RoomAlarms.Withheld);
        return true;
    }

    // In a room any epoch up to the newest will do.
    private async Task<Envelope> RequestAsync(PendingMessage waiting, DateTimeOffset now)
    {
        var isRoom = await Database.RunAsync(rows => rows.Contacts.Find(waiting.Conversation) is { Kind: ContactKind.Room }, context.Ended);
        return Envelopes.Make(EnvelopeKind.GrantRequest, waiting.Conversation, isRoom ? 1UL : 0, GrantRequests.Make(waiting.Session, context.Credentials, now));
    }

    private static TimeSpan NextAsk(int asked) => asked switch
    {
        0 => TimeSpan.FromMinutes(2),
        1 => TimeSpan.FromMinutes(15),
        2 => TimeSpan.FromHours(1),
        _ => TimeSpan.FromHours(12),
    };

    private async Task GiveGrantsAsync()
    {
        await foreach (var ask in _asks.Reader.ReadAllAsync(context.Ended))
        {
            var (payload, slice, epoch) = await Database.RunAsync(
                rows => rows.Sending.Give(ask.Session, ask.Device, Time.GetUtcNow(), GiveInterval) is { } own
                    ? (rows.Sending.Payload(ask.Session), own, rows.Sending.Epoch(ask.Session))
                    : (null, null, 0),
                context.Ended);
            if (payload is null) continue;
            var publish = new Publish { Envelope = Envelopes.Make(EnvelopeKind.Grant, ask.Conversation, epoch, payload) };
            publish.Recipients.Add(new Recipient { Device = ByteString.CopyFrom(ask.Device.ToArray()), Slice = ByteString.CopyFrom(slice) });
            if (await context.Link.AskAsync(new ClientFrame { Publish = publish }) is null) return;
            ClientLog.GrantGiven(outbox.Log, ask.Device, ask.Session);
        }
    }
}
