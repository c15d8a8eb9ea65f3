using System.Text;
using Microsoft.Data.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>A person this profile talks with. <paramref name="User"/> is null until a verified certificate told it.</summary>
internal sealed record Contact(long Id, UserId? User, ConversationId? Conversation, string Username);

internal sealed class ContactRows(Rows rows)
{
    private const string Column = "contact.name";

    public List<Contact> All() => rows.Query("SELECT id, user, conversation, name FROM contact ORDER BY id", Read);

    public Contact? Find(long id) => rows.First("SELECT id, user, conversation, name FROM contact WHERE id = ?1", Read, id);

    public Contact? Find(UserId user) => rows.First("SELECT id, user, conversation, name FROM contact WHERE user = ?1", Read, user.ToArray());

    public Contact? Find(Target target) => target.IsRoom ? throw new NotSupportedException() : Find(target.Name.Trim());

    /// <summary>The newest contact of this name: names are given again after a person left, ids are not.</summary>
    public Contact? Find(string username) => All().FindLast(contact => string.Equals(contact.Username, username, StringComparison.OrdinalIgnoreCase));

    public Contact Add(string username, UserId? user, ConversationId? conversation)
    {
        var id = rows.Insert(
            "INSERT INTO contact(user, conversation, name) VALUES (?1, ?2, x'')", user?.ToArray(), conversation?.ToArray());
        Rename(id, username);
        return new Contact(id, user, conversation, username);
    }

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
            rows.Execute("DELETE FROM contact WHERE id = ?1", named.Id);
            return Ensure(user, username, conversation);
        }

        rows.Execute("UPDATE contact SET user = ?1, conversation = ?2 WHERE id = ?3", user.ToArray(), conversation.ToArray(), named.Id);
        return Ensure(user, username, conversation);
    }

    private void Rename(long id, string username) => rows.Execute(
        "UPDATE contact SET name = ?1 WHERE id = ?2", rows.Seal(Column, BitConverter.GetBytes(id), Encoding.UTF8.GetBytes(username)), id);

    private Contact Read(SqliteDataReader reader)
    {
        var id = reader.GetInt64(0);
        var name = Encoding.UTF8.GetString(rows.Open(Column, BitConverter.GetBytes(id), reader.Bytes(3)));
        return new Contact(
            id,
            UserId.TryRead(reader.BytesOrNull(1), out var user) ? user : null,
            ConversationId.TryRead(reader.BytesOrNull(2), out var conversation) ? conversation : null,
            name);
    }
}
