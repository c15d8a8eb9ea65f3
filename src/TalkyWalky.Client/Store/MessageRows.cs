using System.Text;
using Microsoft.Data.Sqlite;
using TalkyWalky.Client.Backfill;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>A received message as it is stored.</summary>
/// <param name="Kind">Null for a text; else a file, or a kind that this version cannot show, and <paramref name="Text"/> is its JSON.</param>
internal sealed record ReceivedText(
    UserId Author, MessageId Message, long Contact, SessionId Session, int N, DateTimeOffset SentAt, string? Kind, string Text, string? Trouble, bool Mine);

/// <summary>The history.</summary>
internal sealed class MessageRows(Rows rows)
{
    private const string TextColumn = "message.text", TroubleColumn = "message.trouble";

    // A gap lies between this message and the one shown before it of the same session; before the first, also when the sender names an end of its previous
    // session that never came.
    private const string Select = """
        SELECT m.author, m.message, m.contact, m.state, m.sent, m.received, m.sequence, m.position, m.text, m.trouble, m.kind, m.here,
            m.session IS NOT NULL AND (
                EXISTS (SELECT 1 FROM gap g WHERE g.session = m.session AND g.n < m.n
                    AND NOT EXISTS (SELECT 1 FROM receiving s WHERE s.session = m.session AND s.settled > g.n)
                    AND g.n > coalesce((SELECT max(e.n) FROM message e WHERE e.session = m.session AND e.n < m.n), -1))
                OR (NOT EXISTS (SELECT 1 FROM message e WHERE e.session = m.session AND e.n < m.n)
                    AND EXISTS (SELECT 1 FROM receiving r WHERE r.session = m.session AND r.before IS NOT NULL AND r.settled = 0
                        AND NOT EXISTS (SELECT 1 FROM receiving p WHERE p.session = r.before AND p.next > r.before_n
                            AND NOT EXISTS (SELECT 1 FROM gap g WHERE g.session = p.session AND g.n = r.before_n)))))
        FROM message m
        """;

    /// <summary>Who owns the profile; set once, when it is opened.</summary>
    public (UserId User, string Username) Owner { get; set; }

    /// <summary>Messages of one page.</summary>
    public const int LargestPage = 1000;

    public long Count() => rows.Number("SELECT count(*) FROM message");

    public ChatMessage? Find(UserId author, MessageId message) =>
        rows.First(Select + " WHERE m.author = ?1 AND m.message = ?2", Reader(), author.ToArray(), message.ToArray());

    /// <param name="kind">Null for a text.</param>
    public ChatMessage AddOwn(long contact, MessageId message, string text, DateTimeOffset now, string? kind = null)
    {
        Insert(Owner.User, message, contact, MessageState.Queued, now, null, 0, new Places(rows).ForOwn(contact, now), null, null, kind, text, null);
        if (kind is MessageBody.File.Kind) SetHere(Owner.User, message);
        return Find(Owner.User, message)!;
    }

    /// <summary>False when this message of this author is stored already, or was and is cleared.</summary>
    public bool AddReceived(ReceivedText text, DateTimeOffset now)
    {
        if (IsKnown(text.Author, text.Message)) return false;
        var time = text.SentAt < now ? text.SentAt : now;
        var place = new Places(rows).ForReceived(text.Contact, text.Session, text.N, time);
        var sequence = text.Mine ? 0 : NextSequence();
        Insert(
            text.Author, text.Message, text.Contact, text.Mine ? MessageState.Sent : MessageState.Received, text.SentAt, now, sequence, place, text.Session, text.N,
            text.Kind, text.Text, text.Trouble);
        if (FileOf(text.Kind, text.Text) is { } file) rows.Files.Arrived(text.Author, text.Message, text.Contact, file, now);
        return true;
    }

    /// <summary>What another device gave of what this one missed, at its place. False when it is stored already, or was and is cleared.</summary>
    /// <param name="isNews">It is told like a message that arrives now.</param>
    public bool AddGiven(long contact, GivenMessage message, bool isNews, DateTimeOffset now)
    {
        if (IsKnown(message.Author, message.Id)) return false;
        var mine = message.Author == Owner.User;
        var sent = DateTimeOffset.FromUnixTimeMilliseconds(message.Sent);
        var places = new Places(rows);
        var time = sent < now ? sent : now;
        var place = message.Session is { } session && !mine ? places.ForReceived(contact, session, message.N, time) : places.ForTime(contact, time);
        var sequence = mine || !isNews ? 0 : NextSequence();
        var what = message.What.Length > 0 ? message.What : null;
        var file = FileOf(what, message.Text);
        var trouble = what is null || file is not null ? null : "This message is of a kind that this version cannot show; update this program to read it.";
        Insert(
            message.Author, message.Id, contact, mine ? MessageState.Sent : MessageState.Received, sent, now, sequence, place, message.Session,
            message.Session is null ? null : message.N, what, message.Text, trouble);
        rows.Execute("UPDATE message SET epoch = ?1 WHERE author = ?2 AND message = ?3", (long)message.Epoch, message.Author.ToArray(), message.Id.ToArray());
        if (file is not null) rows.Files.Arrived(message.Author, message.Id, contact, file, now);
        return true;
    }

    /// <summary>Messages that were sent, with their places, those after one; of everybody or of one author.</summary>
    public List<(long Position, GivenMessage Message)> Stored(long contact, long after, UserId? author, int limit) => rows.Query(
        """
        SELECT author, message, sent, position, session, n, epoch, kind, text FROM message
        WHERE contact = ?1 AND position > ?2 AND state NOT IN (0, 3) AND (?3 IS NULL OR author = ?3) ORDER BY position LIMIT ?4
        """,
        ReadStored, contact, after, author?.ToArray(), limit);

    /// <summary>An own message went out: where it stands for its readers.</summary>
    public void SetPlace(MessageId message, SessionId session, int n, ulong epoch) => rows.Execute(
        "UPDATE message SET session = ?1, n = ?2, epoch = ?3 WHERE author = ?4 AND message = ?5", session.ToArray(), n, (long)epoch, Owner.User.ToArray(), message.ToArray());

    /// <summary>All of a file is here.</summary>
    public void SetHere(UserId author, MessageId message) => rows.Execute("UPDATE message SET here = 1 WHERE author = ?1 AND message = ?2", author.ToArray(), message.ToArray());

    /// <summary>The message at a position, and who wrote it.</summary>
    public (UserId Author, ChatMessage Message)? At(long contact, long position)
    {
        var author = rows.Blob("SELECT author FROM message WHERE contact = ?1 AND position = ?2", contact, position);
        var message = rows.First(Select + " WHERE m.contact = ?1 AND m.position = ?2", Reader(), contact, position);
        return message is not null && UserId.TryRead(author, out var user) ? (user, message) : null;
    }

    /// <summary>The text, or the JSON of another kind, as it is stored.</summary>
    public byte[]? BodyOf(UserId author, MessageId message) =>
        rows.Blob("SELECT text FROM message WHERE author = ?1 AND message = ?2", author.ToArray(), message.ToArray()) is { } value
            ? rows.Open(TextColumn, Row(author.ToArray(), message), value)
            : null;

    /// <summary>The newest messages before a position, oldest first; at most <see cref="LargestPage"/>.</summary>
    public List<ChatMessage> History(long contact, int limit, long? before)
    {
        var found = rows.Query(
            Select + " WHERE m.contact = ?1 AND m.position < ?2 ORDER BY m.position DESC LIMIT ?3", Reader(), contact, before ?? long.MaxValue, Math.Clamp(limit, 0, LargestPage));
        found.Reverse();
        return found;
    }

    /// <summary>The oldest messages after a position, oldest first; at most <see cref="LargestPage"/>.</summary>
    public List<ChatMessage> HistoryAfter(long contact, int limit, long after) =>
        rows.Query(Select + " WHERE m.contact = ?1 AND m.position > ?2 ORDER BY m.position LIMIT ?3", Reader(), contact, after, Math.Clamp(limit, 0, LargestPage));

    /// <summary>The newest message of each conversation that is not closed.</summary>
    public Dictionary<long, ChatMessage> Newest(PageNames names) => rows.Query(
        Select + " WHERE m.id IN (SELECT (SELECT n.id FROM message n WHERE n.contact = c.id ORDER BY n.position DESC LIMIT 1) FROM contact c WHERE c.closed = 0)",
        reader => (Contact: reader.GetInt64(2), Message: Read(reader, names))).ToDictionary(static one => one.Contact, static one => one.Message);

    public List<ChatMessage> ArrivedAfter(long sequence, int limit) =>
        rows.Query(Select + " WHERE m.sequence > ?1 AND m.sequence > 0 ORDER BY m.sequence LIMIT ?2", Reader(), sequence, limit);

    /// <summary>Moves an own message forward: never from Delivered back to Sent. Returns it when it changed.</summary>
    public ChatMessage? SetSent(MessageId message) => Set(message, MessageState.Sent, null, MessageState.Queued, MessageState.Failed);

    public ChatMessage? SetFailed(MessageId message, string trouble) => Set(message, MessageState.Failed, trouble, MessageState.Queued, MessageState.Queued);

    /// <summary>Only for a message that went to this contact.</summary>
    public ChatMessage? SetDelivered(MessageId message, long contact) =>
        rows.Number("SELECT count(*) FROM message WHERE author = ?1 AND message = ?2 AND contact = ?3", Owner.User.ToArray(), message.ToArray(), contact) == 0
            ? null
            : Set(message, MessageState.Delivered, null, MessageState.Queued, MessageState.Sent);

    /// <summary>Why a queued message still waits.</summary>
    public ChatMessage? SetTrouble(MessageId message, string? trouble) => Set(message, MessageState.Queued, trouble, MessageState.Queued, MessageState.Queued);

    private bool IsKnown(UserId author, MessageId message) =>
        rows.Number("SELECT count(*) FROM message WHERE author = ?1 AND message = ?2", author.ToArray(), message.ToArray()) > 0 || rows.Cleared.Has(author, message);

    /// <summary>Of the last message received. It rises over a clearing too: listeners go on after the last one that they saw.</summary>
    public long NewestSequence() =>
        rows.Number("SELECT max(coalesce((SELECT max(sequence) FROM message WHERE sequence > 0), 0), (SELECT last FROM arrival))");

    private long NextSequence() => NewestSequence() + 1;

    private ChatMessage? Set(MessageId message, MessageState state, string? trouble, MessageState from, MessageState orFrom)
    {
        var author = Owner.User.ToArray();
        var changed = rows.Execute(
            "UPDATE message SET state = ?1, trouble = ?2 WHERE author = ?3 AND message = ?4 AND state IN (?5, ?6)",
            (int)state, SealTrouble(author, message, trouble), author, message.ToArray(), (int)from, (int)orFrom);
        return changed > 0 ? Find(Owner.User, message) : null;
    }

    private void Insert(
        UserId author, MessageId message, long contact, MessageState state, DateTimeOffset sent, DateTimeOffset? received, long sequence, long position,
        SessionId? session, int? n, string? kind, string text, string? trouble)
    {
        var id = author.ToArray();
        rows.Execute(
            """
            INSERT INTO message(author, message, contact, state, sent, received, sequence, position, session, n, kind, text, trouble, epoch)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, coalesce((SELECT epoch FROM receiving WHERE session = ?9), 0))
            """,
            id, message.ToArray(), contact, (int)state, sent.ToUnixTimeMilliseconds(), received?.ToUnixTimeMilliseconds(), sequence, position, session?.ToArray(), n, kind,
            rows.Seal(TextColumn, Row(id, message), Encoding.UTF8.GetBytes(text)), SealTrouble(id, message, trouble));
    }

    private byte[]? SealTrouble(byte[] author, MessageId message, string? trouble) =>
        trouble is null ? null : rows.Seal(TroubleColumn, Row(author, message), Encoding.UTF8.GetBytes(trouble));

    // Names are decrypted once for a whole page.
    private Func<SqliteDataReader, ChatMessage> Reader()
    {
        var names = new PageNames(rows);
        return reader => Read(reader, names);
    }

    private ChatMessage Read(SqliteDataReader reader, PageNames names)
    {
        var author = reader.Bytes(0);
        if (!UserId.TryRead(author, out var user) || !MessageId.TryRead(reader.Bytes(1), out var message)) throw new ProfileDamagedException("a message has no id");
        var contact = names.Conversation(reader.GetInt64(2));
        var state = (MessageState)reader.GetInt32(3);
        var mine = state is not MessageState.Received;
        var row = Row(author, message);
        var kind = reader.IsDBNull(10) ? null : reader.GetString(10);
        var text = kind is null or MessageBody.File.Kind ? Encoding.UTF8.GetString(rows.Open(TextColumn, row, reader.Bytes(8))) : "";
        var file = FileOf(kind, text) is { } body ? new SharedFile(body.Name, body.Type, body.Size, reader.GetBoolean(11)) : null;
        var trouble = reader.BytesOrNull(9) is { } value ? Encoding.UTF8.GetString(rows.Open(TroubleColumn, row, value)) : null;
        return new ChatMessage(
            message, contact.Conversation ?? default, contact.Username, mine ? Owner.Username : AuthorOf(contact, user, names), mine, kind is null ? text : file?.Name ?? "",
            reader.Time(4),
            reader.IsDBNull(5) ? null : reader.Time(5), state, Verified: true, reader.GetBoolean(12), trouble, reader.GetInt64(6), reader.GetInt64(7), contact.Kind == ContactKind.Room,
            names.Author(user).Shown, file);
    }

    private static MessageBody.File? FileOf(string? kind, string json) => kind is MessageBody.File.Kind ? MessageBody.File.TryRead(Encoding.UTF8.GetBytes(json)) : null;

    private static string AuthorOf(Contact conversation, UserId author, PageNames names) => conversation.Kind == ContactKind.Person ? conversation.Username
        : names.Author(author).Username ?? throw new ProfileDamagedException("a message has no author");

    private (long Position, GivenMessage Message) ReadStored(SqliteDataReader reader)
    {
        var author = reader.Bytes(0);
        UserId.TryRead(author, out var user);
        MessageId.TryRead(reader.Bytes(1), out var message);
        var text = Encoding.UTF8.GetString(rows.Open(TextColumn, Row(author, message), reader.Bytes(8)));
        var from = user == Owner.User ? Owner.Username : rows.Contacts.Find(user)?.Username ?? user.ToString();
        return (reader.GetInt64(3), new GivenMessage(
            user, from, message, Math.Max(0, reader.GetInt64(2)), SessionId.TryRead(reader.BytesOrNull(4), out var session) ? session : null,
            reader.IsDBNull(5) ? 0 : reader.GetInt32(5), (ulong)reader.GetInt64(6), reader.IsDBNull(7) ? "" : reader.GetString(7), text));
    }

    private static byte[] Row(byte[] author, MessageId message) => [.. author, .. message.ToArray()];
}
