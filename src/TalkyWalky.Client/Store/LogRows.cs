using Microsoft.Data.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>Which head is kept.</summary>
internal enum LogHead
{
    LargestTree = 0,
    NewestTreeHead = 1,

    /// <summary>How the log's key was replaced; no head, but as bound to them.</summary>
    Keys = 2,
}

/// <summary>What this device remembers of the transparency log.</summary>
internal sealed class LogRows(Rows rows)
{
    private const string Column = "log_head.value";

    /// <summary>Tokens, and the text of <see cref="LogHead.Keys"/>.</summary>
    public IReadOnlyDictionary<LogHead, byte[]> Heads() => rows
        .Query("SELECT kind, value FROM log_head", reader => (Kind: (LogHead)reader.GetInt64(0), Token: rows.Open(Column, [(byte)reader.GetInt64(0)], reader.Bytes(1))))
        .ToDictionary(static head => head.Kind, static head => head.Token);

    public void SetHead(LogHead kind, byte[] token) => rows.Execute(
        "INSERT INTO log_head(kind, value) VALUES (?1, ?2) ON CONFLICT(kind) DO UPDATE SET value = excluded.value", (long)kind, rows.Seal(Column, [(byte)kind], token));

    public void RemoveHead(LogHead kind) => rows.Execute("DELETE FROM log_head WHERE kind = ?1", (long)kind);

    /// <summary>The newest device list of a person that was verified here; null when none was.</summary>
    public SeenList? SeenList(UserId user) => rows.First("SELECT seq, hash, signed, first FROM user_list WHERE user = ?1", Read, user.ToArray());

    /// <summary>Unless a newer one is there.</summary>
    public void SetSeenList(UserId user, SeenList list) => rows.Execute(
        """
        INSERT INTO user_list(user, seq, hash, signed, first) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT(user) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, signed = excluded.signed, first = excluded.first WHERE excluded.seq > seq
        """,
        user.ToArray(), (long)list.Seq, list.Hash.ToArray(), list.SignedAt.ToUnixTimeMilliseconds(), list.First?.ToArray());

    /// <summary>Proven before: it stands in a device list of this person in the log.</summary>
    /// <param name="certificate">SHA-256 over an identity certificate's DER.</param>
    public bool IsProven(UserId user, Digest certificate) =>
        rows.Number("SELECT count(*) FROM proven_identity WHERE user = ?1 AND certificate = ?2", user.ToArray(), certificate.ToArray()) > 0;

    public void SetProven(UserId user, Digest certificate) =>
        rows.Execute("INSERT OR IGNORE INTO proven_identity(user, certificate) VALUES (?1, ?2)", user.ToArray(), certificate.ToArray());

    /// <summary>Verified before: this approval lets this device of this person in.</summary>
    public bool IsAdmitted(UserId user, DeviceId device, Digest approval) =>
        rows.Number("SELECT count(*) FROM admission WHERE user = ?1 AND device = ?2 AND approval = ?3", user.ToArray(), device.ToArray(), approval.ToArray()) > 0;

    public void SetAdmitted(UserId user, DeviceId device, Digest approval) =>
        rows.Execute("INSERT OR IGNORE INTO admission(user, device, approval) VALUES (?1, ?2, ?3)", user.ToArray(), device.ToArray(), approval.ToArray());

    private static SeenList Read(SqliteDataReader reader)
    {
        Digest.TryRead(reader.Bytes(1), out var hash);
        return new SeenList((ulong)reader.GetInt64(0), hash, reader.Time(2), DeviceId.TryRead(reader.BytesOrNull(3), out var first) ? first : null);
    }
}

/// <param name="Hash">Of the leaf.</param>
/// <param name="SignedAt">The head that first named it here.</param>
/// <param name="First">The device that came in as the person's first, when it was listed.</param>
internal sealed record SeenList(ulong Seq, Digest Hash, DateTimeOffset SignedAt, DeviceId? First);
