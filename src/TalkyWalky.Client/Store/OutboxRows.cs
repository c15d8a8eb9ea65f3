using System.Text;
using Microsoft.Data.Sqlite;
using TalkyWalky.Crypto;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

internal enum OutboxKind
{
    Text = 0,
    Receipt = 1,

    /// <summary>Carries nothing but the place of its session: the newest head of a room.</summary>
    Empty = 2,
    Read = 3,

    /// <summary>What a device tells another without showing it: JSON whose first member is its kind.</summary>
    Own = 4,

    /// <summary>Bytes of a file, which the <see cref="File"/> after them names.</summary>
    Part = 5,
    File = 6,
}

/// <summary>One message on its way out: a draft, or sealed at (<paramref name="Session"/>, <paramref name="N"/>).</summary>
internal sealed record OutboxItem(long Ticket, long Contact, OutboxKind Kind, MessageId Message, DateTimeOffset Written, SessionId? Session, int N)
{
    /// <summary>A message of the history, whose fate somebody waits for.</summary>
    public bool IsShown => Kind is OutboxKind.Text or OutboxKind.File;
}

/// <summary>What is written and not yet accepted by the gateway, in the order it was written.</summary>
internal sealed class OutboxRows(Rows rows)
{
    private const string Columns = "ticket, contact, kind, message, written, session, n";
    private const int MaxKind = 32;
    private const string BodyColumn = "outbox.body", JweColumn = "outbox.jwe";

    public void AddText(long contact, MessageId message, string text, DateTimeOffset now) => Add(contact, OutboxKind.Text, message, Encoding.UTF8.GetBytes(text), now);

    public void AddReceipt(long contact, IReadOnlyList<MessageId> delivered, DateTimeOffset now) =>
        Add(contact, OutboxKind.Receipt, MessageId.New(), [.. delivered.SelectMany(static id => id.ToArray())], now);

    public void AddRead(long contact, IReadOnlyList<MessageId> read, DateTimeOffset now) =>
        Add(contact, OutboxKind.Read, MessageId.New(), [.. read.SelectMany(static id => id.ToArray())], now);

    public void AddOwn(long contact, ReadOnlySpan<byte> json, DateTimeOffset now) => Add(contact, OutboxKind.Own, MessageId.New(), json, now);

    public void AddPart(long contact, MessageId part, ReadOnlySpan<byte> data, DateTimeOffset now) => Add(contact, OutboxKind.Part, part, data, now);

    public void AddFile(long contact, MessageId message, ReadOnlySpan<byte> json, DateTimeOffset now) => Add(contact, OutboxKind.File, message, json, now);

    /// <summary>Bodies of <see cref="OutboxKind.Own"/> that wait for this contact.</summary>
    public int CountOwn(long contact) => (int)rows.Number("SELECT count(*) FROM outbox WHERE contact = ?1 AND kind = ?2", contact, (int)OutboxKind.Own);

    public void AddEmpty(long contact, DateTimeOffset now) => Add(contact, OutboxKind.Empty, MessageId.New(), [], now);

    /// <summary>Texts and files only: nobody waits for a receipt.</summary>
    public int Count() => (int)rows.Number("SELECT count(*) FROM outbox WHERE kind IN (?1, ?2)", (int)OutboxKind.Text, (int)OutboxKind.File);

    public List<long> Contacts() => rows.Query("SELECT DISTINCT contact FROM outbox", static reader => reader.GetInt64(0));

    public List<OutboxItem> Sealed(long contact, int limit, long after = 0) => rows.Query(
        $"SELECT {Columns} FROM outbox WHERE contact = ?1 AND jwe IS NOT NULL AND ticket > ?3 ORDER BY ticket LIMIT ?2", Read, contact, limit, after);

    public List<OutboxItem> Drafts(long contact, int limit) => rows.Query(
        $"SELECT {Columns} FROM outbox WHERE contact = ?1 AND jwe IS NULL ORDER BY ticket LIMIT ?2", Read, contact, limit);

    public MessageBody Body(OutboxItem item)
    {
        var plain = rows.Open(BodyColumn, item.Message.ToArray(), rows.Blob("SELECT body FROM outbox WHERE ticket = ?1", item.Ticket)!);
        return item.Kind switch
        {
            OutboxKind.Text => new MessageBody.Text(Encoding.UTF8.GetString(plain)),
            OutboxKind.Receipt => new MessageBody.Receipt(Ids(plain)),
            OutboxKind.Empty => new MessageBody.Empty(),
            OutboxKind.Read => new MessageBody.Read(Ids(plain)),
            OutboxKind.Part => new MessageBody.Part(plain),
            OutboxKind.File when MessageBody.File.TryRead(plain) is { } file => file,
            OutboxKind.Own when KindOf(plain) is { } kind => new MessageBody.Unknown(kind, plain),
            _ => throw new ProfileDamagedException("something to send is of a kind that this version does not know"),
        };
    }

    public byte[] Jwe(OutboxItem item) => rows.Open(JweColumn, item.Message.ToArray(), rows.Blob("SELECT jwe FROM outbox WHERE ticket = ?1", item.Ticket)!);

    public OutboxItem SetSealed(OutboxItem item, SessionId session, int n, byte[] jwe)
    {
        rows.Execute(
            "UPDATE outbox SET session = ?1, n = ?2, jwe = ?3 WHERE ticket = ?4", session.ToArray(), n, rows.Seal(JweColumn, item.Message.ToArray(), jwe), item.Ticket);
        return item with { Session = session, N = n };
    }

    /// <summary>Back to a draft, to be sealed anew under the same message id.</summary>
    public void Unseal(long ticket) => rows.Execute("UPDATE outbox SET session = NULL, n = NULL, jwe = NULL WHERE ticket = ?1", ticket);

    public void UnsealAll(SessionId session) => rows.Execute("UPDATE outbox SET session = NULL, n = NULL, jwe = NULL WHERE session = ?1", session.ToArray());

    public void UnsealAll() => rows.Execute("UPDATE outbox SET session = NULL, n = NULL, jwe = NULL");

    /// <summary>What waits of an own file: its parts and itself.</summary>
    public List<OutboxItem> OfFile(long contact, MessageId file) => rows.Query(
        $"SELECT {Columns} FROM outbox WHERE contact = ?1 AND (message = ?2 OR message IN (SELECT message FROM part WHERE author = ?3 AND file = ?2)) ORDER BY ticket",
        Read, contact, file.ToArray(), rows.Messages.Owner.User.ToArray());

    public void Remove(long ticket) => rows.Execute("DELETE FROM outbox WHERE ticket = ?1", ticket);

    private void Add(long contact, OutboxKind kind, MessageId message, ReadOnlySpan<byte> body, DateTimeOffset now) => rows.Execute(
        "INSERT INTO outbox(contact, kind, message, written, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        contact, (int)kind, message.ToArray(), now.ToUnixTimeMilliseconds(), rows.Seal(BodyColumn, message.ToArray(), body));

    private static string? KindOf(byte[] json)
    {
        var reader = new CanonicalJsonReader(json);
        return reader.Literal("{\"kind\":"u8) && reader.String(MaxKind, out var kind) ? kind : null;
    }

    private static List<MessageId> Ids(byte[] joined)
    {
        var ids = new List<MessageId>();
        foreach (var part in joined.Chunk(16))
        {
            if (MessageId.TryRead(part, out var id)) ids.Add(id);
        }

        return ids;
    }

    private static OutboxItem Read(SqliteDataReader reader)
    {
        MessageId.TryRead(reader.Bytes(3), out var message);
        return new OutboxItem(
            reader.GetInt64(0), reader.GetInt64(1), (OutboxKind)reader.GetInt32(2), message, reader.Time(4),
            SessionId.TryRead(reader.BytesOrNull(5), out var session) ? session : null, reader.IsDBNull(6) ? 0 : reader.GetInt32(6));
    }
}

/// <summary>Messages stored here whose author has not been told yet.</summary>
internal sealed class ReceiptRows(Rows rows)
{
    public const int MaxBatch = 500;

    public void Add(long contact, MessageId message) => rows.Execute("INSERT OR IGNORE INTO receipt(contact, message) VALUES (?1, ?2)", contact, message.ToArray());

    /// <summary>The person has seen what others wrote in a conversation between two places, the newest so many of it. Each receipt is its author's.</summary>
    public void AddRead(long contact, long after, long upTo, int limit) => rows.Execute(
        """
        INSERT INTO receipt(contact, message, read)
        SELECT c.id, m.message, 1
        FROM (SELECT author, message FROM message WHERE contact = ?1 AND state = 4 AND position > ?2 AND position <= ?3 ORDER BY position DESC LIMIT ?4) m
        JOIN contact c ON c.user = m.author AND c.kind = 0
        WHERE true ON CONFLICT(contact, message) DO UPDATE SET read = 1
        """,
        contact, after, upTo, limit);

    /// <summary>Moves what is due into the outbox. Returns the contacts that got something.</summary>
    public List<long> Collect(DateTimeOffset now)
    {
        var contacts = rows.Query("SELECT DISTINCT contact FROM receipt", static reader => reader.GetInt64(0));
        foreach (var contact in contacts)
        {
            while (Take(contact, isRead: false) is { Count: > 0 } batch) rows.Outbox.AddReceipt(contact, batch, now);
            while (Take(contact, isRead: true) is { Count: > 0 } batch) rows.Outbox.AddRead(contact, batch, now);
        }

        return contacts;
    }

    private List<MessageId> Take(long contact, bool isRead)
    {
        var batch = rows.Query(
            "SELECT message FROM receipt WHERE contact = ?1 AND read = ?2 LIMIT ?3",
            static reader => MessageId.TryRead(reader.Bytes(0), out var id) ? id : default,
            contact, isRead, MaxBatch);
        foreach (var id in batch) rows.Execute("DELETE FROM receipt WHERE contact = ?1 AND message = ?2", contact, id.ToArray());
        return batch;
    }
}
