using Microsoft.Data.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>What the person did with the conversations: read, muted, closed.</summary>
internal sealed class ConversationRows(Rows rows)
{
    /// <summary>Unread messages are counted up to this many.</summary>
    public const int MostUnread = 10_000;

    // Whatever the number of conversations, two queries: this one, and the one for their newest messages.
    private static readonly string Select = $"""
        SELECT c.id, c.read, c.muted, c.closed,
            (SELECT count(*) FROM (SELECT 1 FROM message u WHERE u.contact = c.id AND u.state = 4 AND u.position > c.read LIMIT {MostUnread}))
        FROM contact c
        """;

    /// <summary>Those not closed, the one with the newest message first. People with whom nothing was written are none yet.</summary>
    public List<ConversationInfo> Open()
    {
        var names = new PageNames(rows);
        names.Load();
        var newest = rows.Messages.Newest(names);
        return
        [
            .. rows.Query(Select + " WHERE c.closed = 0 AND c.kind IN (0, 1) ORDER BY c.id", reader => Read(reader, names, newest.GetValueOrDefault(reader.GetInt64(0))))
                .Where(static one => one.Target.IsRoom || one.Last is not null)
                .OrderByDescending(static one => one.Last?.Position ?? 0),
        ];
    }

    public ConversationInfo Find(long contact)
    {
        var last = rows.Messages.History(contact, 1, null) is [var one] ? one : null;
        return rows.First(Select + " WHERE c.id = ?1", reader => Read(reader, new PageNames(rows), last), contact) ?? throw new InvalidOperationException("no such conversation");
    }

    private static ConversationInfo Read(SqliteDataReader reader, PageNames names, ChatMessage? last)
    {
        var contact = names.Conversation(reader.GetInt64(0));
        return new ConversationInfo(
            contact.Conversation ?? default, contact.Target, reader.GetInt32(4), reader.GetBoolean(2), reader.GetBoolean(3), last, reader.GetInt64(1));
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
