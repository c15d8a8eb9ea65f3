using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Own;

/// <summary>What the person began and did not send yet. It stays on this device.</summary>
internal sealed class DraftDesk(Database database)
{
    public Task<OwnAnswer> KeepAsync(Target conversation, string text, CancellationToken cancellation)
    {
        if (conversation.Name.Trim().Length is 0 or > Limits.RoomName) return Refuse("Name the person by username, or the room.");
        if (text.Length > Limits.Text) return Refuse($"The text is too long to be kept: {Limits.Text / 1024} KiB are the limit.");
        return database.RunAsync(rows => Keep(rows, conversation, text), cancellation);
    }

    public Task<OwnAnswer> ListAsync(CancellationToken cancellation) => database.RunAsync<OwnAnswer>(
        static rows => new OwnAnswer.Drafts(
            [.. rows.Drafts.All().Select(static one => new Draft(one.Contact.Conversation ?? default, one.Contact.Target, one.Text))]),
        cancellation);

    private static OwnAnswer Keep(Rows rows, Target conversation, string text)
    {
        var contact = rows.Contacts.Find(conversation);
        if (contact is null && conversation.IsRoom) return new OwnAnswer.Refused($"You are in no room called \"{conversation.Name}\"; see: room list.");
        if (text.Length > 0) rows.Drafts.Keep(contact ?? rows.Contacts.Add(conversation.Name.Trim(), user: null, conversation: null), text);
        else if (contact is not null) rows.Drafts.Forget(contact);
        return new OwnAnswer.Done();
    }

    private static Task<OwnAnswer> Refuse(string why) => Task.FromResult<OwnAnswer>(new OwnAnswer.Refused(why));
}
