using Google.Protobuf;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Rooms;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Send;

/// <summary>What a step of a lane came to.</summary>
internal abstract record LaneStep
{
    private LaneStep() { }

    /// <summary>Nothing is left to send.</summary>
    public sealed record Idle : LaneStep;

    public sealed record Again : LaneStep;

    /// <param name="IsPassing">The server refused for now: who waits for the message's fate waits a while longer.</param>
    public sealed record Wait(string Why, bool IsPassing = false) : LaneStep;

    /// <summary>The connection ended.</summary>
    public sealed record Over : LaneStep;
}

/// <summary>
/// Sends what waits for one contact: sealed bytes first, exactly as they were; then drafts, sealed in a session whose grant every recipient's mailbox holds.
/// </summary>
internal sealed class Lane(Outbox outbox, SendContext context, long contactId, Signal wake)
{
    private const int MaxChanges = 5, MaxLooks = 3;

    /// <summary>Slices of one publish: with the largest ones and the payload they stay within a frame.</summary>
    private const int MaxSlices = 400;

    /// <summary>An honest server that lists a revoked device knows better after this.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(300);

    /// <summary>A broker that loses a node has its next leaders before this.</summary>
    private static readonly TimeSpan PassingPatience = TimeSpan.FromSeconds(20);

    private readonly BackOff _backOff = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(60));
    private Readers? _readers;
    private string? _told;
    private long? _refusedSince;
    private int _changes, _looks;

    private Database Database => outbox.Database;

    private DateTimeOffset Now => outbox.Environment.Time.GetUtcNow();

    public async Task RunAsync()
    {
        while (true)
        {
            switch (await StepAsync())
            {
                case LaneStep.Idle or LaneStep.Over:
                    return;
                case LaneStep.Wait wait:
                    await TellAsync(wait);
                    await wake.WaitAsync(_backOff.Next(), outbox.Environment.Time, context.Ended);
                    break;
            }
        }
    }

    private async Task<LaneStep> StepAsync()
    {
        if (await Database.RunAsync(rows => rows.Outbox.Drafts(contactId, 1).Count == 0 && rows.Outbox.Sealed(contactId, 1).Count == 0, context.Ended)) return new LaneStep.Idle();
        if (await context.UncertaintyAsync() is { } uncertain) return new LaneStep.Wait(Sentences.Kept(uncertain));
        var (items, due) = await Database.RunAsync(rows => ReadSealed(rows), context.Ended);
        // Sealed for a direct connection, while there was no server to take the grant.
        if (due is not null && await PublishGrantAsync(due) is { } failed) return failed;
        if (items.Count == 0)
        {
            var (session, step) = await PrepareAsync();
            if (session is not { } ready) return step!;
            items = await Database.RunAsync(rows => Sealing.SealDrafts(rows, contactId, ready, Now), context.Ended);
            if (items.Count == 0) return new LaneStep.Again();
        }

        return await PublishAsync(items);
    }

    // Of one session, when its grant is due yet.
    private (List<SealedItem> Items, SendingRow? GrantDue) ReadSealed(Rows rows)
    {
        var items = Sealing.Read(rows, contactId, after: 0);
        if (items.Count == 0 || rows.Sending.Find(items[0].Item.Session!.Value) is not { State: SendingState.GrantDue or SendingState.ClosedGrantDue } due) return (items, null);
        return ([.. items.TakeWhile(item => item.Item.Session == due.Session)], due);
    }

    /// <summary>A session that seals for exactly the devices of now, its grant accepted; else what to do instead.</summary>
    private async Task<(SessionId? Session, LaneStep? Step)> PrepareAsync()
    {
        if ((_readers is not { Place: GrantPlace.Direct } || !context.Readership.AreGood(_readers)) && await FindReadersAsync() is { } step) return (null, step);
        var readers = _readers!;
        var usable = await Database.RunAsync(rows => Sealing.Usable(rows, contactId, readers, Now), context.Ended) ?? await StartAsync(readers);
        if (usable.State == SendingState.Open) return (usable.Session, null);
        return await PublishGrantAsync(usable) is { } failed ? (null, failed) : (usable.Session, null);
    }

    private async Task<LaneStep?> FindReadersAsync()
    {
        switch (await context.Readership.FindAsync(contactId))
        {
            case ReadersOutcome.Lost:
                return new LaneStep.Over();
            case ReadersOutcome.Waiting waiting:
                return new LaneStep.Wait(waiting.Why, waiting.IsPassing);
            case ReadersOutcome.Refused refused:
                await FailAllAsync(refused.Why);
                return new LaneStep.Again();
            case ReadersOutcome.Revoked when ++_looks < MaxLooks:
                await Task.Delay(LookAgain, outbox.Environment.Time, context.Ended);
                return new LaneStep.Again();
            case ReadersOutcome.Revoked revoked:
                await FailAllAsync(revoked.Why);
                return new LaneStep.Again();
            case ReadersOutcome.Nobody:
                await KeepAllAsync();
                return new LaneStep.Again();
            case ReadersOutcome.Moved moved:
                outbox.Move(contactId, moved.Contact);
                return new LaneStep.Idle();
            case ReadersOutcome.Found found:
                if (found.Invalid is { } invalid) await outbox.Events.NoticeAsync(Sentences.Of(invalid));
                _readers = found.Readers;
                _looks = 0;
                return null;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<SendingRow> StartAsync(Readers readers)
    {
        var started = await Sealing.StartAsync(Database, context.Credentials, context.Log.Book, contactId, readers, Now, context.Ended);
        ClientLog.SessionStarted(outbox.Log, started.Session, readers.Devices.Count);
        return started;
    }

    // The first message leaves only when every slice was accepted. After a break all slices go out again: a device that has the grant ignores the second one.
    private async Task<LaneStep?> PublishGrantAsync(SendingRow row)
    {
        var (payload, slices, conversation) = await Database.RunAsync(
            rows => (rows.Sending.Payload(row.Session)!, rows.Sending.Slices(row.Session), rows.Contacts.Find(contactId)!.Conversation!.Value), context.Ended);
        foreach (var part in slices.Chunk(MaxSlices))
        {
            var publish = new Publish { Envelope = Envelopes.Make(EnvelopeKind.Grant, conversation, row.Epoch, payload) };
            foreach (var (device, slice) in part)
                publish.Recipients.Add(new Recipient { Device = ByteString.CopyFrom(device.ToArray()), Slice = ByteString.CopyFrom(slice) });
            switch (await context.Link.AskAsync(new ClientFrame { Publish = publish }))
            {
                case null:
                    return new LaneStep.Over();
                case { BodyCase: ServerFrame.BodyOneofCase.Accepted }:
                    break;
                case { BodyCase: ServerFrame.BodyOneofCase.Refused } refused:
                    return await GrantRefusedAsync(row, refused.Refused);
                default:
                    return new LaneStep.Wait("The server gave an answer that makes no sense; the message is kept and tried again.");
            }
        }

        var now = row.State == SendingState.ClosedGrantDue ? SendingState.Closed : SendingState.Open;
        await Database.RunAsync(rows => rows.Sending.SetState(row.Session, now), context.Ended);
        return null;
    }

    private async Task<LaneStep> GrantRefusedAsync(SendingRow row, Refused refused)
    {
        switch (refused.Code)
        {
            case RefusalCode.DevicesChanged or RefusalCode.EpochChanged:
                await Database.RunAsync(
                    rows =>
                    {
                        rows.Sending.Close(contactId);
                        rows.Outbox.UnsealAll(row.Session);
                    },
                    context.Ended);
                return await DevicesChangedAsync(refused.Code == RefusalCode.EpochChanged);
            case RefusalCode.NotAllowed or RefusalCode.Malformed or RefusalCode.TooLarge or RefusalCode.UnknownUser:
                await Database.RunAsync(rows => rows.Sending.Close(contactId), context.Ended);
                await FailAllAsync(Sentences.Of(refused.Text));
                return new LaneStep.Again();
            default:
                return new LaneStep.Wait(Sentences.Of(refused.Text), IsPassing: true);
        }
    }

    // A list that keeps changing, or that this device and the server judge differently, must not become a busy loop.
    private async Task<LaneStep> DevicesChangedAsync(bool epochChanged)
    {
        var room = _readers?.Place as GrantPlace.Room ?? await RoomAsync();
        _readers = null;
        context.Readership.Forget();
        if (epochChanged && room is not null) await context.Ledgers.FetchAsync(room.Conversation);
        if (++_changes < MaxChanges) return new LaneStep.Again();
        if (room is not null && !epochChanged)
            return new LaneStep.Wait(await context.News.AlarmAsync(room.Conversation, await Database.RunAsync(rows => rows.Rooms.State(room.Conversation), context.Ended), RoomAlarms.OtherReaders));
        return new LaneStep.Wait("The server and this device do not agree on who receives; the message is kept and tried again.");
    }

    // Sealed before this connection: the place stands in the session.
    private Task<GrantPlace.Room?> RoomAsync() => Database.RunAsync(
        rows => rows.Rooms.Find(contactId) is { } row ? new GrantPlace.Room(row.Room, row.Epoch, row.Head) : null, context.Ended);

    private async Task<LaneStep> PublishAsync(List<SealedItem> items)
    {
        var contact = await Database.RunAsync(rows => rows.Contacts.Find(contactId), context.Ended);
        var answers = await Task.WhenAll(items.Select(item => context.Link.AskAsync(Envelopes.Message(item, contact!.Conversation!.Value))));
        // The connection may be over by now; what it answered still counts.
        var settled = await Database.RunAsync(rows => Settlement.Apply(rows, items, answers), CancellationToken.None, settled => outbox.Events.Changed(settled.Changed));
        foreach (var (id, outcome) in settled.Outcomes) outbox.Resolve(id, outcome);
        if (settled.Overflowed > 0)
            await outbox.Events.NoticeAsync($"The mailbox of a device of {contact!.Username} is full: it misses {settled.Overflowed} of your messages until it fetches them from elsewhere.");
        if (settled.IsLost) return new LaneStep.Over();
        if (settled.DevicesChanged) return await DevicesChangedAsync(settled.EpochChanged);
        if (settled.Retry is { } why) return new LaneStep.Wait(Sentences.Of(why), IsPassing: true);
        _backOff.Reset();
        _changes = 0;
        _told = null;
        _refusedSince = null;
        return new LaneStep.Again();
    }

    private async Task FailAllAsync(string why)
    {
        foreach (var failed in await Database.RunAsync(rows => Settlement.FailAll(rows, contactId, why), context.Ended, outbox.Events.Changed))
            outbox.Resolve(failed.Id, new SendOutcome.Refused(why));
    }

    private async Task KeepAllAsync()
    {
        var (_, outcomes) = await Database.RunAsync(rows => Settlement.KeepAll(rows, contactId), context.Ended, kept => outbox.Events.Changed(kept.Changed));
        foreach (var (id, outcome) in outcomes) outbox.Resolve(id, outcome);
    }

    private async Task TellAsync(LaneStep.Wait wait)
    {
        var time = outbox.Environment.Time;
        _refusedSince = wait.IsPassing ? _refusedSince ?? time.GetTimestamp() : null;
        if (_refusedSince is not { } since || time.GetElapsedTime(since) > PassingPatience) await outbox.ReleaseAsync(contactId, wait.Why);
        if (string.Equals(_told, wait.Why, StringComparison.Ordinal)) return;
        _told = wait.Why;
        await Database.RunAsync(rows => Settlement.SetTrouble(rows, contactId, wait.Why), context.Ended, outbox.Events.Changed);
    }
}
