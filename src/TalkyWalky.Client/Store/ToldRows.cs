using TalkyWalky.Ledger;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>Who told of an own message that it came, or was seen. Only people to whom it went have a say.</summary>
internal sealed class ToldRows(Rows rows)
{
    private const int MaxRemembered = 64;

    // A message to a room of a thousand gets a thousand receipts: whom it waits for is worked out once for a session and the room's newest head.
    private readonly Dictionary<SessionId, (Digest Head, HashSet<UserId> Users)> _awaited = [];

    /// <summary>Returns the message when its state is another one now.</summary>
    public ChatMessage? Add(UserId by, MessageId message, bool isRead)
    {
        if (Place(message) is not { } place || !WentTo(place, by)) return null;
        rows.Execute(
            "INSERT INTO told(message, user, read) VALUES (?1, ?2, ?3) ON CONFLICT(message, user) DO UPDATE SET read = max(read, excluded.read)",
            message.ToArray(), by.ToArray(), isRead);
        return Judge(message);
    }

    /// <summary>Delivered or read, once all who were to get it have told. Returns the message when that changed it.</summary>
    public ChatMessage? Judge(MessageId message)
    {
        if (Place(message) is not { } place) return null;
        var awaited = Awaited(place);
        if (awaited.Count == 0) return null;
        if (HasAll(message, awaited, isRead: true)) return Set(message, MessageState.Read);
        return HasAll(message, awaited, isRead: false) ? Set(message, MessageState.Delivered) : null;
    }

    private sealed record OwnPlace(Contact Contact, SessionId? Session, ulong Epoch);

    private OwnPlace? Place(MessageId message) => rows.First(
        "SELECT contact, session, epoch FROM message WHERE author = ?1 AND message = ?2",
        reader => new OwnPlace(rows.Contacts.Find(reader.GetInt64(0))!, SessionId.TryRead(reader.BytesOrNull(1), out var session) ? session : null, (ulong)reader.GetInt64(2)),
        rows.Messages.Owner.User.ToArray(), message.ToArray());

    private bool WentTo(OwnPlace place, UserId user) => place.Contact.Kind switch
    {
        ContactKind.Person => place.Contact.User == user,
        ContactKind.Room => user != rows.Messages.Owner.User && (place.Epoch == 0 || rows.Rooms.At(place.Contact.Conversation!.Value, place.Epoch)?.Members.ContainsKey(user) == true),
        _ => false,
    };

    private HashSet<UserId> Awaited(OwnPlace place)
    {
        if (place.Contact is { Kind: ContactKind.Person, User: { } peer }) return [peer];
        if (place.Contact.Kind != ContactKind.Room || place.Session is not { } session || rows.Rooms.State(place.Contact.Conversation!.Value) is not { } now) return [];
        if (_awaited.TryGetValue(session, out var known) && known.Head == now.Head) return known.Users;
        if (_awaited.Count >= MaxRemembered) _awaited.Clear();
        var users = Readers(session, place.Epoch, now);
        _awaited[session] = (now.Head, users);
        return users;
    }

    // Who was asleep got no slice and is not waited for; nor is who left since. Sent by another own device, the slices are not here: then the members of that time.
    private HashSet<UserId> Readers(SessionId session, ulong epoch, RoomState now)
    {
        HashSet<UserId> users = [.. rows.Query(
            "SELECT DISTINCT user FROM slice WHERE session = ?1 AND user IS NOT NULL", static reader => UserId.TryRead(reader.Bytes(0), out var user) ? user : default, session.ToArray())];
        if (users.Count == 0 && rows.Rooms.At(now.Room, epoch) is { } then) users.UnionWith(then.Members.Keys);
        users.IntersectWith(now.Members.Keys);
        users.Remove(rows.Messages.Owner.User);
        return users;
    }

    private bool HasAll(MessageId message, HashSet<UserId> awaited, bool isRead)
    {
        // The count alone says no for nearly every receipt of a large room.
        if (rows.Number("SELECT count(*) FROM told WHERE message = ?1 AND read >= ?2", message.ToArray(), isRead) < awaited.Count) return false;
        var told = rows.Query(
            "SELECT user FROM told WHERE message = ?1 AND read >= ?2", static reader => UserId.TryRead(reader.Bytes(0), out var user) ? user : default, message.ToArray(), isRead);
        return awaited.IsSubsetOf(told);
    }

    // Forward only: read stays read.
    private ChatMessage? Set(MessageId message, MessageState state)
    {
        var owner = rows.Messages.Owner.User;
        var changed = rows.Execute(
            "UPDATE message SET state = ?1, trouble = NULL WHERE author = ?2 AND message = ?3 AND (state IN (0, 1) OR (state = 2 AND ?1 = 5))",
            (int)state, owner.ToArray(), message.ToArray());
        return changed > 0 ? rows.Messages.Find(owner, message) : null;
    }
}
