using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>What the person did with the conversations: read, muted, closed.</summary>
internal sealed class ConversationRows(Rows rows)
{
    /// <summary>Those not closed, the one with the newest message first. People with whom nothing was written are none yet.</summary>
    public List<ConversationInfo> Open()
    {
        var contacts = rows.Query(
            """
            SELECT c.id FROM contact c
            WHERE c.closed = 0 AND (c.kind = 1 OR (c.kind = 0 AND EXISTS (SELECT 1 FROM message m WHERE m.contact = c.id)))
            ORDER BY coalesce((SELECT max(m.position) FROM message m WHERE m.contact = c.id), 0) DESC, c.id
            """,
            static reader => reader.GetInt64(0));
        return contacts.ConvertAll(Find);
    }

    public ConversationInfo Find(long contact)
    {
        var known = rows.Contacts.Find(contact) ?? throw new InvalidOperationException("no such conversation");
        var (read, muted, closed) = rows.Query(
            "SELECT read, muted, closed FROM contact WHERE id = ?1", static reader => (reader.GetInt64(0), reader.GetBoolean(1), reader.GetBoolean(2)), contact)[0];
        var unread = rows.Number("SELECT count(*) FROM message WHERE contact = ?1 AND state = 4 AND position > ?2", contact, read);
        return new ConversationInfo(
            known.Conversation ?? default, known.Target, (int)Math.Min(unread, int.MaxValue), muted, closed, rows.Messages.History(contact, 1, null) is [var last] ? last : null);
    }

    public long ReadUpTo(long contact) => rows.Number("SELECT read FROM contact WHERE id = ?1", contact);

    /// <summary>Forward only. False when it was read up to there already.</summary>
    public bool SetRead(long contact, long position) => rows.Execute("UPDATE contact SET read = ?2 WHERE id = ?1 AND read < ?2", contact, position) > 0;

    public bool SetMuted(long contact, bool muted) => rows.Execute("UPDATE contact SET muted = ?2 WHERE id = ?1 AND muted <> ?2", contact, muted) > 0;

    public bool SetClosed(long contact, bool closed) => rows.Execute("UPDATE contact SET closed = ?2 WHERE id = ?1 AND closed <> ?2", contact, closed) > 0;

    /// <summary>Something new opens a closed conversation again; a room only for who is in it. False when it was open.</summary>
    public bool Reopen(long contact) => rows.Execute(
        "UPDATE contact SET closed = 0 WHERE id = ?1 AND closed = 1 AND (kind = 0 OR EXISTS (SELECT 1 FROM room r WHERE r.contact = ?1 AND r.member = 1))", contact) > 0;

    /// <summary>The newest message of someone else at or before a place.</summary>
    public (UserId Author, MessageId Message, long Position)? NewestReceived(long contact, long upTo)
    {
        var found = rows.Query(
            "SELECT author, message, position FROM message WHERE contact = ?1 AND state = 4 AND position <= ?2 ORDER BY position DESC LIMIT 1",
            static reader => (Author(reader.Bytes(0)), Id(reader.Bytes(1)), reader.GetInt64(2)),
            contact, upTo);
        return found.Count > 0 ? found[0] : null;
    }

    /// <summary>Messages of others between two places, the newest ones.</summary>
    public List<(UserId Author, MessageId Message)> Received(long contact, long after, long upTo, int limit) => rows.Query(
        "SELECT author, message FROM message WHERE contact = ?1 AND state = 4 AND position > ?2 AND position <= ?3 ORDER BY position DESC LIMIT ?4",
        static reader => (Author(reader.Bytes(0)), Id(reader.Bytes(1))),
        contact, after, upTo, limit);

    /// <summary>Where a message stands; null when it is not here.</summary>
    public (long Contact, long Position)? Place(UserId author, MessageId message)
    {
        var found = rows.Query(
            "SELECT contact, position FROM message WHERE author = ?1 AND message = ?2", static reader => (reader.GetInt64(0), reader.GetInt64(1)), author.ToArray(), message.ToArray());
        return found.Count > 0 ? found[0] : null;
    }

    public long NewestPosition(long contact) => rows.Number("SELECT coalesce(max(position), 0) FROM message WHERE contact = ?1", contact);

    private static UserId Author(byte[] value) => UserId.TryRead(value, out var id) ? id : default;

    private static MessageId Id(byte[] value) => MessageId.TryRead(value, out var id) ? id : default;
}
