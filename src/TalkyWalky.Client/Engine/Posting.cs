using Microsoft.Data.Sqlite;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Engine;

/// <summary>What a person writes.</summary>
/// <param name="Text">The text, or the name of the file.</param>
internal sealed record Post(MessageId Id, Target To, string Text, OutgoingFile? File = null);

/// <summary>Keeps what a person writes, and follows it to its fate.</summary>
/// <param name="meetRoom">Looks for a room that this person was added to while the device was away.</param>
internal sealed class Posting(
    Database database, Outbox outbox, UserId self, ConnectionStatus status, ConnectionLoop loop, TimeProvider time, Func<string, CancellationToken, Task<bool>> meetRoom)
{
    public static bool IsLoggedOut(Rows rows) => rows.Settings.Get(SettingNames.LoggedOut) is not null;

    /// <param name="isFollowed">Waits for the fate.</param>
    public async Task<SendOutcome> PostAsync(Post post, bool isFollowed, CancellationToken cancellation)
    {
        if (Check(post) is { } why) return new SendOutcome.Refused(why);
        var draft = post.File is { } file ? FileDraft.Of(file) : null;
        try
        {
            // The first thing that waits, so that calls made one after the other are kept in that order.
            var stored = await database.RunAsync(rows => Keep(rows, post, draft), cancellation);
            if (stored.IsUnknownRoom && await meetRoom(post.To.Name, cancellation)) stored = await database.RunAsync(rows => Keep(rows, post, draft), cancellation);
            if (stored.Known is { } known) return known;
            return isFollowed ? await FollowAsync(post.Id, stored.Message!, stored.Contact, cancellation) : Begin(stored.Message!, stored.Contact);
        }
        catch (SqliteException failure)
        {
            return new SendOutcome.Refused($"The message was not kept and not sent: {StoreFailure.Explain(failure)}");
        }
    }

    private SendOutcome.Queued Begin(ChatMessage message, long contact)
    {
        outbox.Poke(contact);
        var (state, trouble) = status.Now;
        if (state is ConnectionState.Offline) loop.TryNudge();
        return new SendOutcome.Queued(message, trouble ?? "The message is kept and on its way.");
    }

    private sealed record Kept(ChatMessage? Message, long Contact, SendOutcome? Known, bool IsUnknownRoom = false);

    private Kept Keep(Rows rows, Post post, FileDraft? draft)
    {
        if (IsLoggedOut(rows)) return new Kept(null, 0, new SendOutcome.NotLoggedIn(NotLoggedInException.Sentence));
        if (rows.Messages.Find(self, post.Id) is { } message)
            return new Kept(message, rows.Contacts.Find(post.To)?.Id ?? 0, Fate(message));
        if (rows.Cleared.Has(self, post.Id))
            return new Kept(null, 0, new SendOutcome.Refused("This message was kept before and is cleared from the history since; it is not sent again."));
        var contact = rows.Contacts.Find(post.To);
        if (contact is null && post.To.IsRoom)
            return new Kept(null, 0, new SendOutcome.Refused($"You are in no room called \"{post.To.Name}\"; see: room list --all."), IsUnknownRoom: true);
        contact ??= rows.Contacts.Add(post.To.Name.Trim(), user: null, conversation: null);
        var now = time.GetUtcNow();
        rows.Conversations.Reopen(contact.Id);
        if (draft is not null) return new Kept(rows.Files.AddOwn(contact.Id, post.Id, draft, now), contact.Id, Known: null);
        message = rows.Messages.AddOwn(contact.Id, post.Id, post.Text, now);
        rows.Outbox.AddText(contact.Id, post.Id, post.Text, now);
        return new Kept(message, contact.Id, Known: null);
    }

    private static SendOutcome? Fate(ChatMessage message) => message.State switch
    {
        MessageState.Sent or MessageState.Delivered or MessageState.Read => new SendOutcome.Sent(message),
        MessageState.Failed => new SendOutcome.Refused(message.Trouble ?? "The server refused the message."),
        _ => null,
    };

    // Watching begins before the state is looked at, so that a connection lost in between is not missed.
    private async Task<SendOutcome> FollowAsync(MessageId id, ChatMessage message, long contact, CancellationToken cancellation)
    {
        var fate = outbox.Watch(id, contact);
        outbox.Poke(contact);
        var current = await database.RunAsync(rows => rows.Messages.Find(self, id), cancellation) ?? message;
        if (Fate(current) is { } known) outbox.Resolve(id, known);
        var (state, trouble) = status.Now;
        if (state is ConnectionState.Refused or ConnectionState.LoggedOut || (state is ConnectionState.Offline && !loop.TryNudge() && !outbox.IsCarried(contact)))
            outbox.Resolve(id, new SendOutcome.Queued(current, trouble ?? "There is no connection; the message is kept and goes out when the server is back."));
        return await fate.WaitAsync(cancellation);
    }

    private static string? Check(Post post)
    {
        if (post.To.Name.Trim().Length is 0 or > Limits.RoomName) return "Name the person to write to by username, or the room.";
        if (post.File is { } file) return file.Problem(post.To.IsRoom);
        if (post.Text.Length == 0) return "The message is empty.";
        if (post.Text.Length > Limits.Text) return $"The message is too long: {Limits.Text / 1024} KiB of text are the limit. Split it.";
        return new MessageBody.Text(post.Text).Problem() is { } problem ? Sentences.Of(problem) : null;
    }
}
