using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Own;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Backfill;

/// <summary>
/// Fetches what this device missed while its mailbox was full, while it was away for too long, or before it existed (docs/protocol.md section 5.7). It asks the person's
/// other devices, and when none has all of it within a while, the authors, a few at a time. What is asked is stored: an answer counts whenever it comes.
/// </summary>
internal sealed class BackfillDesk(Database database, Outbox outbox, ClientEnvironment environment)
{
    /// <summary>Beyond this the certificates may have expired meanwhile: others left this device out.</summary>
    private static readonly TimeSpan LongAway = TimeSpan.FromDays(21);

    private static readonly TimeSpan OwnPatience = TimeSpan.FromMinutes(2), AuthorPatience = TimeSpan.FromSeconds(30), Look = TimeSpan.FromSeconds(10), Mark = TimeSpan.FromHours(1);

    private const int AuthorsAtOnce = 16;

    private readonly Signal _due = new();
    private bool? _hasOthers;

    /// <summary>There may be something to ask for.</summary>
    public void Raise() => _due.Raise();

    public async Task RunAsync(SendContext context)
    {
        _hasOthers = null;
        await ArriveAsync(context);
        var marked = environment.Time.GetTimestamp();
        while (true)
        {
            while (await StepAsync(context)) await _due.WaitAsync(Look, environment.Time, context.Ended);
            await _due.WaitAsync(Mark, environment.Time, context.Ended);
            if (environment.Time.GetElapsedTime(marked) < Mark) continue;
            marked = environment.Time.GetTimestamp();
            await database.RunAsync(rows => SetConnected(rows), context.Ended);
        }
    }

    /// <summary>Looks whether this device is new, or was away for so long that mailboxes did not keep everything.</summary>
    private async Task ArriveAsync(SendContext context)
    {
        var last = await database.RunAsync(static rows => rows.Settings.GetNumber(SettingNames.Connected), context.Ended);
        var now = environment.Time.GetUtcNow();
        if (last == 0 && await HasOthersAsync(context) is not true)
        {
            await database.RunAsync(rows => SetConnected(rows), context.Ended);
            return;
        }

        await database.RunAsync(
            rows =>
            {
                if (last == 0) BeginNew(rows, context.Credentials.Identity.User, now);
                else if (now - DateTimeOffset.FromUnixTimeMilliseconds((long)last) > LongAway) BackfillSources.Begin(rows, context.Credentials.Identity.User, (long)last);
                SetConnected(rows);
            },
            context.Ended);
        PokeOwn(await database.RunAsync(rows => rows.Contacts.Find(OwnConversation(context)), context.Ended));
    }

    private void BeginNew(Rows rows, UserId self, DateTimeOffset now)
    {
        rows.Settings.SetNumber(SettingNames.HistorySince, (ulong)now.ToUnixTimeMilliseconds());
        if (rows.Contacts.Find(ConversationId.Direct(rows.Rooms.Anchor, self, self)) is { } own) rows.Outbox.AddOwn(own.Id, StateBody.Request, now);
        BackfillSources.Begin(rows, self, since: 0);
    }

    private void SetConnected(Rows rows) => rows.Settings.SetNumber(SettingNames.Connected, (ulong)environment.Time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>False when there is nothing to wait for.</summary>
    private async Task<bool> StepAsync(SendContext context)
    {
        var self = context.Credentials.Identity.User;
        var own = await database.RunAsync(rows => rows.Backfill.Find(self, null), context.Ended);
        if (own is { State: BackfillState.Waiting } || (own is { State: BackfillState.Asked } && HasWaited(own, OwnPatience)))
        {
            if (await HasOthersAsync(context) is not { } hasOthers) return true;
            PokeOwn(await database.RunAsync(rows => AskOwn(rows, own, hasOthers, context), context.Ended));
        }

        var asked = await database.RunAsync(rows => AskAuthors(rows, self), context.Ended);
        foreach (var contact in asked) outbox.Poke(contact);
        return await database.RunAsync(rows => rows.Backfill.HasWaiting() || IsAwaited(rows.Backfill.Find(self, null)), context.Ended);
    }

    /// <summary>Asks the own devices, or turns to the authors when none answered. Returns the conversation to send in.</summary>
    private Contact? AskOwn(Rows rows, BackfillJob job, bool hasOthers, SendContext context)
    {
        var now = environment.Time.GetUtcNow();
        if (job.State == BackfillState.Waiting && hasOthers && rows.Contacts.Find(OwnConversation(context)) is { } contact)
        {
            rows.Backfill.Save(job with { State = BackfillState.Asked, Asked = now });
            rows.Outbox.AddOwn(contact.Id, BackfillBody.Write(new BackfillRequest(job.Job, null, null, job.Since, "")), now);
            return contact;
        }

        // The whole history is worth waiting for; what was missed is asked of its authors too, and a late answer of an own device still counts.
        if (job.Since == 0) return null;
        BackfillSources.AddAuthors(rows, job.Peer, job.Since);
        rows.Backfill.Save(job with { State = hasOthers ? BackfillState.Asked : BackfillState.Done, Asked = now + Limits.MailboxLife });
        return null;
    }

    private List<long> AskAuthors(Rows rows, UserId self)
    {
        var now = environment.Time.GetUtcNow();
        rows.Backfill.GiveUp(now - Limits.MailboxLife);
        var contacts = new List<long>();
        foreach (var job in rows.Backfill.Waiting(self, Math.Max(0, AuthorsAtOnce - rows.Backfill.CountAsked(self, now - AuthorPatience))))
        {
            if (PersonOf(rows, job) is not { } person)
            {
                rows.Backfill.Save(job with { State = BackfillState.Done });
                continue;
            }

            rows.Backfill.Save(job with { State = BackfillState.Asked, Asked = now });
            rows.Outbox.AddOwn(person.Id, BackfillBody.Write(new BackfillRequest(job.Job, null, job.Conversation, job.Since, "")), now);
            contacts.Add(person.Id);
        }

        return contacts;
    }

    // A member who never wrote is known by id only; the verified certificate gives the name when the request is sealed.
    private static Contact? PersonOf(Rows rows, BackfillJob job) => rows.Contacts.Find(job.Peer)
        ?? rows.Contacts.Add(job.Peer.ToString(), job.Peer, ConversationId.Direct(rows.Rooms.Anchor, rows.Messages.Owner.User, job.Peer));

    private bool IsAwaited(BackfillJob? own) => own is { State: BackfillState.Asked, Since: > 0 } && own.Asked <= environment.Time.GetUtcNow();

    private bool HasWaited(BackfillJob job, TimeSpan patience) => environment.Time.GetUtcNow() - job.Asked > patience;

    private async Task<bool?> HasOthersAsync(SendContext context)
    {
        if (_hasOthers is null && await context.Rosters.OwnDevicesAsync() is { Devices: { } devices }) _hasOthers = devices.Count > 0;
        return _hasOthers;
    }

    private static ConversationId OwnConversation(SendContext context) =>
        ConversationId.Direct(context.Credentials.Anchor.Hash, context.Credentials.Identity.User, context.Credentials.Identity.User);

    private void PokeOwn(Contact? contact)
    {
        if (contact is not null) outbox.Poke(contact.Id);
    }
}
