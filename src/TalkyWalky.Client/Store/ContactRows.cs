using System.Text;
using Microsoft.Data.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

internal enum ContactKind
{
    Person = 0,
    Room = 1,

    /// <summary>The person's own devices among themselves.</summary>
    OwnDevices = 2,
}

/// <summary>A conversation. Of a person, <paramref name="User"/> is null until a verified certificate told it.</summary>
/// <param name="Username">Of a room its name.</param>
internal sealed record Contact(long Id, ContactKind Kind, UserId? User, ConversationId? Conversation, string Username)
{
    public Target Target => new(Username, Kind == ContactKind.Room);
}

internal sealed class ContactRows(Rows rows)
{
    private const string Column = "contact.name";
    private const string Select = "SELECT id, kind, user, conversation, name FROM contact";

    /// <summary>Digits of a room's id that name it.</summary>
    private const int IdDigits = 8;

    // Names are sealed, so no index finds one: the newest contact of each name of a person, once asked for. Null when it may be wrong.
    private Dictionary<string, long>? _named;

    /// <summary>People.</summary>
    public List<Contact> All() => rows.Query(Select + " WHERE kind = 0 ORDER BY id", Read);

    /// <summary>Every conversation; of a person with the name that he wants to be shown by.</summary>
    public List<(Contact Contact, string? Shown)> Everyone() => rows.Query(
        "SELECT id, kind, user, conversation, name, profile FROM contact ORDER BY id",
        reader =>
        {
            var contact = Read(reader);
            return (contact, contact.User is { } user && reader.BytesOrNull(5) is { } profile ? rows.Names.Shown(user, profile) : null);
        });

    public Contact? Find(long id) => rows.First(Select + " WHERE id = ?1", Read, id);

    public Contact? Find(UserId user) => rows.First(Select + " WHERE user = ?1 AND kind = 0", Read, user.ToArray());

    public Contact? Find(ConversationId conversation) => rows.First(Select + " WHERE conversation = ?1", Read, conversation.ToArray());

    /// <summary>Null as well when a name stands for more than one room: its id tells them apart.</summary>
    public Contact? Find(Target target) => target.IsRoom ? FindRooms(target.Name) is [var one] ? one : null : Find(target.Name.Trim());

    /// <summary>The room of this whole id, whatever others are called; else rooms of this name, those first and alone that the person is in; or the one whose id begins like this.</summary>
    public List<Contact> FindRooms(string name)
    {
        var wanted = name.Trim();
        if (Digest.TryParse(wanted, out var id) && Find(new ConversationId(id)) is { Kind: ContactKind.Room } exact) return [exact];
        var rooms = rows.Query(Select + " WHERE kind = 1 ORDER BY id", Read);
        var named = rooms.FindAll(room => string.Equals(room.Username, wanted, StringComparison.OrdinalIgnoreCase));
        var joined = named.FindAll(room => rows.Rooms.Find(room.Id) is { IsMember: true });
        if (joined.Count > 0) return joined;
        return named.Count > 0 || wanted.Length < IdDigits ? named
            : rooms.FindAll(room => room.Conversation!.Value.ToString().StartsWith(wanted, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The newest contact of this name: names are given again after a person left, ids are not.</summary>
    public Contact? Find(string username)
    {
        if (_named is null)
        {
            _named = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
            foreach (var contact in All()) _named[contact.Username] = contact.Id;
        }

        return _named.TryGetValue(username, out var id) ? Find(id) : null;
    }

    /// <summary>What was written is undone.</summary>
    public void Undone() => _named = null;

    public Contact Add(string username, UserId? user, ConversationId? conversation) => Add(ContactKind.Person, username, user, conversation);

    /// <summary>The conversation of a room. One that the person is not in is kept closed: it is not among those shown.</summary>
    public Contact EnsureRoom(ConversationId room, string name, bool isMember)
    {
        var known = Find(room) ?? Add(ContactKind.Room, name, user: null, room);
        if (isMember && rows.Rooms.Find(room) is not { IsMember: true }) rows.Execute("UPDATE contact SET closed = 0 WHERE id = ?1", known.Id);
        else if (!isMember && rows.Rooms.Find(room) is null) rows.Execute("UPDATE contact SET closed = 1 WHERE id = ?1", known.Id);
        if (string.Equals(known.Username, name, StringComparison.Ordinal)) return known;
        Rename(known.Id, name);
        return known with { Username = name };
    }

    /// <summary>The conversation between the person's own devices.</summary>
    public Contact EnsureOwnDevices(UserId self, string username, ConversationId conversation) =>
        Find(conversation) ?? Add(ContactKind.OwnDevices, username, self, conversation);

    /// <summary>The contact of a person whose certificate was verified; its name follows the certificate.</summary>
    public Contact Ensure(UserId user, string username, ConversationId conversation)
    {
        if (Find(user) is not { } known) return Add(username, user, conversation);
        if (string.Equals(known.Username, username, StringComparison.Ordinal)) return known;
        Rename(known.Id, username);
        return known with { Username = username };
    }

    /// <summary>Gives a contact that was only a name its verified person. Returns the contact to go on with: an older one of the same person takes over.</summary>
    public Contact Resolve(Contact named, UserId user, string username, ConversationId conversation)
    {
        if (Find(user) is { } known && known.Id != named.Id)
        {
            rows.Execute("UPDATE message SET contact = ?1 WHERE contact = ?2", known.Id, named.Id);
            rows.Execute("UPDATE outbox SET contact = ?1 WHERE contact = ?2", known.Id, named.Id);
            rows.Execute("UPDATE part SET contact = ?1 WHERE contact = ?2", known.Id, named.Id);
            rows.Drafts.Move(named, known);
            rows.Execute("DELETE FROM contact WHERE id = ?1", named.Id);
            _named = null;
            return Ensure(user, username, conversation);
        }

        rows.Execute("UPDATE contact SET user = ?1, conversation = ?2 WHERE id = ?3", user.ToArray(), conversation.ToArray(), named.Id);
        return Ensure(user, username, conversation);
    }

    private Contact Add(ContactKind kind, string username, UserId? user, ConversationId? conversation)
    {
        var id = rows.Insert(
            "INSERT INTO contact(kind, user, conversation, name) VALUES (?1, ?2, ?3, x'')", (int)kind, user?.ToArray(), conversation?.ToArray());
        rows.Execute("UPDATE contact SET name = ?1 WHERE id = ?2", Sealed(id, username), id);
        if (kind == ContactKind.Person && _named is not null) _named[username] = id;
        return new Contact(id, kind, user, conversation, username);
    }

    private void Rename(long id, string username)
    {
        rows.Execute("UPDATE contact SET name = ?1 WHERE id = ?2", Sealed(id, username), id);
        _named = null;
    }

    private byte[] Sealed(long id, string username) => rows.Seal(Column, BitConverter.GetBytes(id), Encoding.UTF8.GetBytes(username));

    private Contact Read(SqliteDataReader reader)
    {
        var id = reader.GetInt64(0);
        var name = Encoding.UTF8.GetString(rows.Open(Column, BitConverter.GetBytes(id), reader.Bytes(4)));
        return new Contact(
            id,
            (ContactKind)reader.GetInt32(1),
            UserId.TryRead(reader.BytesOrNull(2), out var user) ? user : null,
            ConversationId.TryRead(reader.BytesOrNull(3), out var conversation) ? conversation : null,
            name);
    }
}
