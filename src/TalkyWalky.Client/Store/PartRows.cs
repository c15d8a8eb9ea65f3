using TalkyWalky.Crypto;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>The bytes of files, in the parts they came in. A part waits for the file that names it, and a file for its parts, whichever comes first.</summary>
internal sealed class PartRows(Rows rows)
{
    /// <summary>Of one author, what no file names yet; the oldest goes first.</summary>
    public const long MaxUnclaimedBytes = 2 * Limits.File;

    public const int MaxUnclaimed = 4 * (Limits.File / Limits.FilePart);

    public static readonly TimeSpan UnclaimedLife = TimeSpan.FromDays(7);

    private const string Column = "part.value";

    /// <summary>A part of an own file, which is claimed from the beginning.</summary>
    public void AddOwn(MessageId file, long contact, MessageId part, ReadOnlySpan<byte> data, DateTimeOffset now)
    {
        var author = rows.Messages.Owner.User.ToArray();
        rows.Execute(
            "INSERT INTO part(author, message, contact, received, size, file, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            author, part.ToArray(), contact, now.ToUnixTimeMilliseconds(), data.Length, file.ToArray(), Seal(author, part, data));
    }

    /// <summary>Returns the file that waited for it, if one did.</summary>
    public MessageId? Add(UserId user, MessageId part, long contact, ReadOnlySpan<byte> data, DateTimeOffset now)
    {
        if (rows.Cleared.Has(user, part)) return null;
        var author = user.ToArray();
        if (rows.Execute(
            "UPDATE part SET size = ?1, value = ?2 WHERE author = ?3 AND message = ?4 AND contact = ?5 AND value IS NULL",
            data.Length, Seal(author, part, data), author, part.ToArray(), contact) > 0)
            return MessageId.TryRead(rows.Blob("SELECT file FROM part WHERE author = ?1 AND message = ?2", author, part.ToArray()), out var file) ? file : null;
        rows.Execute(
            "INSERT OR IGNORE INTO part(author, message, contact, received, size, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            author, part.ToArray(), contact, now.ToUnixTimeMilliseconds(), data.Length, Seal(author, part, data));
        // The newest stay, as many as fit.
        rows.Execute(
            """
            DELETE FROM part WHERE id IN (
                SELECT id FROM (SELECT id, sum(size) OVER newest AS bytes, row_number() OVER newest AS place FROM part WHERE author = ?1 AND file IS NULL
                    WINDOW newest AS (ORDER BY id DESC))
                WHERE bytes > ?2 OR place > ?3)
            """,
            author, MaxUnclaimedBytes, MaxUnclaimed);
        return null;
    }

    /// <summary>These parts belong to this file: those here, and those that are still to come. One that another file named first stays that one's.</summary>
    public void Claim(UserId user, MessageId file, long contact, IReadOnlyList<MessageId> parts, DateTimeOffset now)
    {
        foreach (var part in parts)
        {
            rows.Execute(
                """
                INSERT INTO part(author, message, contact, received, size, file) VALUES (?1, ?2, ?3, ?4, 0, ?5)
                ON CONFLICT(author, message) DO UPDATE SET file = excluded.file WHERE file IS NULL AND contact = excluded.contact
                """,
                user.ToArray(), part.ToArray(), contact, now.ToUnixTimeMilliseconds(), file.ToArray());
        }
    }

    /// <summary>All bytes of a file; null when parts are missing, or when they are not what the file says.</summary>
    public byte[]? Read(UserId user, MessageId file, MessageBody.File body)
    {
        var author = user.ToArray();
        var here = rows.Number("SELECT count(*) FROM part WHERE author = ?1 AND file = ?2 AND value IS NOT NULL", author, file.ToArray());
        if (here < body.Parts.Count) return null;
        var content = new byte[body.Size];
        var length = 0;
        foreach (var part in body.Parts)
        {
            if (rows.Blob("SELECT value FROM part WHERE author = ?1 AND message = ?2 AND file = ?3", author, part.ToArray(), file.ToArray()) is not { } value) return null;
            var data = rows.Open(Column, Row(author, part), value);
            if (data.Length > content.Length - length) return null;
            data.CopyTo(content, length);
            length += data.Length;
        }

        return length == content.Length && Digest.Sha256(content) == body.Digest ? content : null;
    }

    /// <summary>Parts that a file still waits for.</summary>
    public bool IsAwaited(UserId user, MessageId file) =>
        rows.Number("SELECT EXISTS (SELECT 1 FROM part WHERE author = ?1 AND file = ?2 AND value IS NULL)", user.ToArray(), file.ToArray()) > 0;

    /// <summary>The file that a part of an own one belongs to.</summary>
    public MessageId? FileOf(MessageId part) =>
        MessageId.TryRead(rows.Blob("SELECT file FROM part WHERE author = ?1 AND message = ?2", rows.Messages.Owner.User.ToArray(), part.ToArray()), out var file) ? file : null;

    /// <summary>Deletes the bytes of a file. Returns which parts they were.</summary>
    public List<byte[]> Delete(byte[] author, byte[] file)
    {
        var parts = rows.Query("SELECT message FROM part WHERE author = ?1 AND file = ?2", static reader => reader.Bytes(0), author, file);
        if (parts.Count > 0) rows.Execute("DELETE FROM part WHERE author = ?1 AND file = ?2", author, file);
        return parts;
    }

    /// <summary>Deletes what no file named in time.</summary>
    public void Expire(DateTimeOffset now) => rows.Execute("DELETE FROM part WHERE file IS NULL AND received < ?1", (now - UnclaimedLife).ToUnixTimeMilliseconds());

    private byte[] Seal(byte[] author, MessageId part, ReadOnlySpan<byte> data) => rows.Seal(Column, Row(author, part), data);

    private static byte[] Row(byte[] author, MessageId part) => [.. author, .. part.ToArray()];
}
