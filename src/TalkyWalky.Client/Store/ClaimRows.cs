using Microsoft.Data.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>What the grant of a receiving session says of the transparency log, and the log has not shown to be so yet.</summary>
/// <param name="Author">Who signed the grant, by the identity certificate of this hash.</param>
/// <param name="Tree">Token of the author's newest tree head.</param>
/// <param name="ListSeq">The device list by which the author knows this device's person.</param>
/// <param name="Sent">The author's clock.</param>
internal sealed record GrantClaim(SessionId Session, UserId Author, Digest Certificate, ReadOnlyMemory<byte> Tree, ulong ListSeq, Digest ListHash, DateTimeOffset Sent);

/// <summary>Grants whose author is not proven by the log yet. A session without a row here is.</summary>
internal sealed class ClaimRows(Rows rows)
{
    private const string Column = "claim.tree";

    /// <summary>Grants of an honest log are proven within a moment; who sends others shall not fill the disk.</summary>
    public const int MaxCount = 10_000;

    public int Count() => (int)rows.Number("SELECT count(*) FROM claim");

    public bool Has(SessionId session) => rows.Number("SELECT count(*) FROM claim WHERE session = ?1", session.ToArray()) > 0;

    /// <summary>Something of this person waits to be proven.</summary>
    public bool HasOf(UserId author) => rows.Number("SELECT count(*) FROM claim WHERE author = ?1", author.ToArray()) > 0;

    public void Add(GrantClaim claim) => rows.Execute(
        "INSERT OR IGNORE INTO claim(session, author, certificate, tree, seq, hash, sent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        claim.Session.ToArray(), claim.Author.ToArray(), claim.Certificate.ToArray(), rows.Seal(Column, claim.Session.ToArray(), claim.Tree.ToArray()), (long)claim.ListSeq,
        claim.ListHash.ToArray(), claim.Sent.ToUnixTimeMilliseconds());

    /// <summary>The oldest, after <paramref name="after"/>; null for none.</summary>
    /// <param name="after">0 at first.</param>
    public (long Id, GrantClaim Claim)? Next(long after) => rows.Query(
        "SELECT id, session, author, certificate, tree, seq, hash, sent FROM claim WHERE id > ?1 ORDER BY id LIMIT 1", Read, after) is [var next] ? next : null;

    public void Remove(SessionId session) => rows.Execute("DELETE FROM claim WHERE session = ?1", session.ToArray());

    /// <summary>Those of sessions whose keys were forgotten.</summary>
    public void Forget() => rows.Execute("DELETE FROM claim WHERE session NOT IN (SELECT session FROM receiving)");

    private (long, GrantClaim) Read(SqliteDataReader reader)
    {
        SessionId.TryRead(reader.Bytes(1), out var session);
        UserId.TryRead(reader.Bytes(2), out var author);
        Digest.TryRead(reader.Bytes(3), out var certificate);
        Digest.TryRead(reader.Bytes(6), out var hash);
        var tree = rows.Open(Column, session.ToArray(), reader.Bytes(4));
        return (reader.GetInt64(0), new GrantClaim(session, author, certificate, tree, (ulong)reader.GetInt64(5), hash, reader.Time(7)));
    }
}
