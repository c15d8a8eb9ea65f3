using System.Buffers.Binary;
using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>What a clearing is about: so many messages of one conversation, or of all, that were stored when it began.</summary>
internal sealed record ClearedScope(long? Contact, long UpTo, long Count);

/// <summary>
/// Deletes messages for good. A message that still waits to be sent is no history yet and stays. Session states stay, and 64 bits of a hash for each deleted message, so that
/// none comes back: not when it is delivered again, not when its session is forgotten and given again, not from another device.
/// </summary>
internal sealed class ClearedRows(Rows rows)
{
    /// <summary>Parts of files after which a transaction ends: one message more may have as many again.</summary>
    private const int MaxParts = Limits.File / Limits.FilePart;

    private const string Mine = "FROM message WHERE contact = ?1 AND +id <= ?2 AND state <> 0", All = "FROM message WHERE ?1 IS NULL AND id <= ?2 AND state <> 0";

    public bool Has(UserId author, MessageId message) => rows.Number("SELECT EXISTS (SELECT 1 FROM cleared WHERE id = ?1)", Mark(author.ToArray(), message.ToArray())) > 0;

    /// <summary>What is missing before the messages to be deleted is no gap any more, and listeners go on behind them.</summary>
    public ClearedScope Begin(long? contact)
    {
        var upTo = rows.Number("SELECT coalesce(max(id), 0) FROM message");
        rows.Execute("UPDATE arrival SET last = max(last, coalesce((SELECT max(sequence) FROM message WHERE sequence > 0), 0))");
        rows.Execute("UPDATE receiving SET settled = max(settled, next) WHERE ?1 IS NULL OR contact = ?1", contact);
        rows.Execute("DELETE FROM gap WHERE ?1 IS NULL OR session IN (SELECT session FROM message WHERE contact = ?1 UNION SELECT session FROM receiving WHERE contact = ?1)", contact);
        return new ClearedScope(contact, upTo, rows.Number($"SELECT count(*) {From(contact)}", contact, upTo));
    }

    /// <summary>Returns how many were deleted.</summary>
    public int Delete(ClearedScope scope, int limit)
    {
        var found = rows.Query(
            $"SELECT id, author, message {From(scope.Contact)} LIMIT ?3", static reader => (Id: reader.GetInt64(0), Author: reader.Bytes(1), Message: reader.Bytes(2)),
            scope.Contact, scope.UpTo, limit);
        var (done, parts) = (0, 0);
        for (; done < found.Count && parts < MaxParts; done++) parts += Delete(found[done].Id, found[done].Author, found[done].Message);
        return done;
    }

    /// <summary>Deletes one own message that failed. False when it is none. Copies may stay in the files' free space, sealed, until the next clearing.</summary>
    public bool Discard(long contact, MessageId message)
    {
        var author = rows.Messages.Owner.User.ToArray();
        var id = rows.Number(
            "SELECT id FROM message WHERE author = ?1 AND message = ?2 AND contact = ?3 AND state = ?4", author, message.ToArray(), contact, (int)MessageState.Failed);
        if (id == 0) return false;
        Delete(id, author, message.ToArray());
        return true;
    }

    /// <summary>
    /// Writes the file anew and empties its log. secure_delete alone is not enough: where SQLite moved rows between pages, copies stay behind in the pages' free space.
    /// Takes as long as copying the file, and as much memory. Only between transactions.
    /// </summary>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">Another program reads the file, or the disk is full: copies may be left.</exception>
    public void Shred()
    {
        rows.Execute("VACUUM");
        if (rows.Number("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
            throw new Microsoft.Data.Sqlite.SqliteException("another program reads the profile; close it and clear the history again", SQLitePCL.raw.SQLITE_BUSY);
    }

    /// <summary>Returns how many parts of a file it had.</summary>
    private int Delete(long id, byte[] author, byte[] message)
    {
        var parts = rows.Parts.Delete(author, message);
        foreach (var part in parts) rows.Execute("INSERT OR IGNORE INTO cleared(id) VALUES (?1)", Mark(author, part));
        rows.Execute("INSERT OR IGNORE INTO cleared(id) VALUES (?1)", Mark(author, message));
        rows.Execute("DELETE FROM told WHERE message = ?1", message);
        rows.Execute("DELETE FROM message WHERE id = ?1", id);
        return parts.Count;
    }

    private static string From(long? contact) => contact is null ? All : Mine;

    private static long Mark(byte[] author, byte[] message) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData([.. author, .. message]));
}
