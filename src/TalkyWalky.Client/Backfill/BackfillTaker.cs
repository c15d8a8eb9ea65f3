using TalkyWalky.Client.Own;
using TalkyWalky.Client.Receive;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Backfill;

/// <summary>Puts a page that was asked for into the history, each message once and at its place, and asks for the next.</summary>
internal sealed class BackfillTaker(Rows rows, UserId self, InboxResult result, DateTimeOffset now)
{
    public string? Take(OwnLetter letter, BackfillPage page, bool isOwn)
    {
        if (rows.Backfill.Find(page.Job) is not { State: BackfillState.Asked } job || job.Peer != letter.User) return "nobody asked for this";
        foreach (var part in page.Parts)
        {
            if ((isOwn ? ContactOf(part) : AskedContact(job, part)) is not { } contact) return "not what was asked for";
            foreach (var message in part.Messages)
            {
                if (MayHaveWritten(contact, message, isOwn ? null : letter.User)) Store(contact, message, job, isOwn);
            }
        }

        result.HasBackfill = true;
        if (job.Device is { } device && device != letter.Device) return null; // another one goes on
        if (page.Next.Length > 0) Ask(letter, job with { Device = letter.Device, Cursor = page.Next, Asked = now });
        else Finish(job with { Device = letter.Device, State = BackfillState.Done }, page.IsWhole, isOwn);
        return null;
    }

    /// <summary>The conversation, as an own device knows it.</summary>
    private Contact? ContactOf(GivenPart part)
    {
        if (part.Peer is not { } peer)
            return rows.Contacts.Find(part.Conversation) is { } room ? (room.Kind == ContactKind.Room ? room : null) : rows.Contacts.EnsureRoom(part.Conversation, part.Name, isMember: false);
        return peer != self && part.Conversation == ConversationId.Direct(rows.Rooms.Anchor, self, peer) ? Person(peer, part.Name) : null;
    }

    private Contact? AskedContact(BackfillJob job, GivenPart part) => part.Conversation == job.Conversation ? rows.Contacts.Find(part.Conversation) : null;

    private Contact Person(UserId user, string username)
    {
        if (rows.Contacts.Find(user) is { } known) return known;
        result.HasNewContacts = true;
        return rows.Contacts.Add(username, user, ConversationId.Direct(rows.Rooms.Anchor, self, user));
    }

    /// <param name="giver">Null for an own device; anyone else gives own words only, as a member with this person.</param>
    private bool MayHaveWritten(Contact contact, GivenMessage message, UserId? giver)
    {
        if (giver is null) return contact.Kind == ContactKind.Room || message.Author == self || message.Author == contact.User;
        if (message.Author != giver) return false;
        return contact.Kind == ContactKind.Person
            ? contact.User == giver
            : rows.Rooms.At(contact.Conversation!.Value, message.Epoch) is { } state && state.Members.ContainsKey(message.Author) && state.Members.ContainsKey(self);
    }

    private void Store(Contact contact, GivenMessage message, BackfillJob job, bool isOwn)
    {
        var isNews = IsNews(message, job);
        if (!rows.Messages.AddGiven(contact.Id, message, isNews, now)) return;
        result.Conversations.Add(contact.Id);
        if (message.Author == self) return;
        var author = Person(message.Author, message.From);
        result.HasArrivals |= isNews;
        if (isOwn || !OwnSettings.IsOn(rows, OwnSettings.Delivered)) return; // the own device has told the author
        rows.Receipts.Add(author.Id, message.Id);
        result.HasReceipts = true;
    }

    // What was written before this device existed is not news; what it missed is.
    private bool IsNews(GivenMessage message, BackfillJob job) =>
        job.Since > 0 || (rows.Settings.GetNumber(SettingNames.HistorySince) is > 0 and var since && message.Sent >= (long)since);

    private void Ask(OwnLetter letter, BackfillJob job)
    {
        rows.Backfill.Save(job);
        rows.Outbox.AddOwn(letter.Contact, BackfillBody.Write(new BackfillRequest(job.Job, job.Device, job.Conversation, job.Since, job.Cursor)), now);
        result.Pokes.Add(letter.Contact);
    }

    private void Finish(BackfillJob job, bool isWhole, bool isOwn)
    {
        rows.Backfill.Save(job);
        if (!isOwn)
        {
            if (isWhole && rows.Contacts.Find(job.Conversation!.Value) is { } contact) rows.Receiving.Settle(contact.Id, job.Peer);
        }
        else if (isWhole)
        {
            rows.Receiving.SettleAll();
            if (job.Since == 0) rows.Settings.Remove(SettingNames.HistorySince);
        }
        else
        {
            BackfillSources.AddAuthors(rows, self, job.Since);
        }
    }
}
