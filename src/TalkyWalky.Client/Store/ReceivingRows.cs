using System.Security.Cryptography;
using TalkyWalky.Client.Status;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>Receiving sessions, and which of their messages have not arrived.</summary>
internal sealed class ReceivingRows(Rows rows)
{
    private const string Column = "receiving.value";

    public bool Has(SessionId session) => rows.Number("SELECT count(*) FROM receiving WHERE session = ?1", session.ToArray()) > 0;

    /// <param name="author">The identity certificate by which the session was granted.</param>
    public void Add(long contact, ReceivingSession session, SessionEnd? before, CertificateName author, DateTimeOffset now) => rows.Execute(
        "INSERT OR IGNORE INTO receiving(session, contact, next, before, before_n, opened, used, value, epoch, head, author) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10)",
        session.Id.ToArray(), contact, session.Next, before?.Session.ToArray(), before?.N, now.ToUnixTimeMilliseconds(), Sealed(session), (long)session.Epoch,
        session.LedgerHead?.ToArray(), author.ToArray());

    /// <summary>The identity certificate by which the session was granted; null of one from before status was looked at.</summary>
    public CertificateName? AuthorOf(SessionId session) => CertificateName.Read(rows.Blob("SELECT author FROM receiving WHERE session = ?1", session.ToArray()));

    /// <summary>Null when no grant of this session was opened here.</summary>
    public ulong? EpochOf(SessionId session) => Has(session) ? (ulong)rows.Number("SELECT epoch FROM receiving WHERE session = ?1", session.ToArray()) : null;

    /// <summary>Null when no grant of this session was opened here.</summary>
    public (ReceivingSession Session, long Contact)? Load(SessionId session)
    {
        var id = session.ToArray();
        if (rows.Blob("SELECT value FROM receiving WHERE session = ?1", id) is not { } value) return null;
        var state = rows.Open(Column, id, value);
        var loaded = ReceivingSession.Load(state);
        CryptographicOperations.ZeroMemory(state);
        return (loaded, rows.Number("SELECT contact FROM receiving WHERE session = ?1", id));
    }

    public void Save(ReceivingSession session, DateTimeOffset now)
    {
        var id = session.Id.ToArray();
        rows.Execute(
            "UPDATE receiving SET value = ?1, next = ?2, used = ?3 WHERE session = ?4", Sealed(session), session.Next, now.ToUnixTimeMilliseconds(), id);
        rows.Execute("DELETE FROM gap WHERE session = ?1", id);
        var settled = rows.Number("SELECT settled FROM receiving WHERE session = ?1", id);
        foreach (var n in session.Missing)
        {
            if (n >= settled) rows.Execute("INSERT INTO gap(session, n) VALUES (?1, ?2)", id, n);
        }
    }

    /// <summary>An author gave all that is missing of the sessions so far: what did not come of them was nothing to show.</summary>
    public void Settle(long contact, UserId author) => rows.Execute(
        "UPDATE receiving SET settled = next WHERE contact = ?1 AND session IN (SELECT session FROM message WHERE contact = ?1 AND author = ?2 AND session IS NOT NULL)",
        contact, author.ToArray());

    public void SettleAll() => rows.Execute("UPDATE receiving SET settled = next");

    /// <summary>Forgets the keys of sessions that nothing can arrive for any more.</summary>
    public void Forget(DateTimeOffset usedBefore) => rows.Execute("DELETE FROM receiving WHERE used < ?1", usedBefore.ToUnixTimeMilliseconds());

    private byte[] Sealed(ReceivingSession session)
    {
        var state = session.Save();
        var value = rows.Seal(Column, session.Id.ToArray(), state);
        CryptographicOperations.ZeroMemory(state);
        return value;
    }
}
