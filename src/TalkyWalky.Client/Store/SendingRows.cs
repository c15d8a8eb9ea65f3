using Microsoft.Data.Sqlite;
using TalkyWalky.Client.Status;
using TalkyWalky.Crypto;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

internal enum SendingState
{
    /// <summary>Its grant is not yet accepted for every recipient device.</summary>
    GrantDue = 0,
    Open = 1,

    /// <summary>Seals nothing more; kept to answer requests for its grant.</summary>
    Closed = 2,

    /// <summary>Seals nothing more, and its grant is not yet accepted: what it sealed went over a direct connection only.</summary>
    ClosedGrantDue = 3,
}

/// <param name="Head">The room's head that the session is for; null outside rooms.</param>
internal sealed record SendingRow(SessionId Session, SendingState State, ulong Epoch, Digest? Head);

/// <summary>Sending sessions and their sealed grants.</summary>
internal sealed class SendingRows(Rows rows)
{
    private const string ValueColumn = "sending.value", PayloadColumn = "sending.payload", SliceColumn = "slice.value";

    /// <param name="recipients">The encryption certificates that the grant was sealed to.</param>
    public void Add(long contact, StartedSession started, IReadOnlyList<VerifiedDevice> recipients)
    {
        Close(contact);
        var id = started.Session.Id.ToArray();
        rows.Execute(
            "INSERT INTO sending(session, contact, state, started, value, payload, epoch, head) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            id, contact, (int)SendingState.GrantDue, started.Session.StartedAt.ToUnixTimeMilliseconds(), Sealed(started.Session),
            rows.Seal(PayloadColumn, id, started.Payload), (long)started.Session.Epoch, started.Session.LedgerHead?.ToArray());
        var certificates = recipients.ToDictionary(static recipient => recipient.Device);
        foreach (var (device, slice) in started.Slices)
        {
            byte[] row = [.. id, .. device.ToArray()];
            var recipient = certificates[device];
            rows.Execute(
                "INSERT INTO slice(session, device, certificate, given, value, user, named) VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6)",
                id, device.ToArray(), recipient.CertificateHash.ToArray(), rows.Seal(SliceColumn, row, slice.Encode()), recipient.User.ToArray(), CertificateName.Of(recipient).ToArray());
        }
    }

    /// <summary>The session that seals for this contact now, if any.</summary>
    public SendingRow? Active(long contact) => rows.First(
        "SELECT session, state, epoch, head FROM sending WHERE contact = ?1 AND state < ?2 ORDER BY started DESC, rowid DESC LIMIT 1", Read, contact, (int)SendingState.Closed);

    public SendingRow? Find(SessionId session) => rows.First("SELECT session, state, epoch, head FROM sending WHERE session = ?1", Read, session.ToArray());

    public SendingSession Load(SessionId session)
    {
        var id = session.ToArray();
        var state = rows.Open(ValueColumn, id, rows.Blob("SELECT value FROM sending WHERE session = ?1", id)!);
        try
        {
            return SendingSession.Load(state);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(state);
        }
    }

    public void Save(SendingSession session) =>
        rows.Execute("UPDATE sending SET value = ?1 WHERE session = ?2", Sealed(session), session.Id.ToArray());

    public void SetState(SessionId session, SendingState state) =>
        rows.Execute("UPDATE sending SET state = ?1 WHERE session = ?2", (int)state, session.ToArray());

    public void Close(long contact) => rows.Execute(
        "UPDATE sending SET state = iif(state IN (?1, ?2), ?2, ?3) WHERE contact = ?4",
        (int)SendingState.GrantDue, (int)SendingState.ClosedGrantDue, (int)SendingState.Closed, contact);

    /// <summary>Closes the sessions that seal for one of these certificates; what was sealed in them is sealed anew.</summary>
    public void CloseFor(Predicate<CertificateName> isRevoked)
    {
        var sessions = rows.Query(
            "SELECT s.session, s.named FROM slice s JOIN sending o ON o.session = s.session WHERE o.state <> ?1",
            static reader => (Session: reader.Bytes(0), Named: CertificateName.Read(reader.BytesOrNull(1))), (int)SendingState.Closed);
        foreach (var (bytes, _) in sessions.Where(one => one.Named is { } named && isRevoked(named)))
        {
            SessionId.TryRead(bytes, out var session);
            SetState(session, SendingState.Closed);
            rows.Outbox.UnsealAll(session);
        }
    }

    /// <summary>The certificates that the newest session with this person's devices was sealed to.</summary>
    public List<CertificateName> CertificatesOf(UserId user) =>
    [
        .. rows.Query(
            "SELECT named FROM slice WHERE user = ?1 AND session = (SELECT o.session FROM sending o JOIN slice s ON s.session = o.session WHERE s.user = ?1 ORDER BY o.started DESC LIMIT 1)",
            static reader => CertificateName.Read(reader.BytesOrNull(0)), user.ToArray()).OfType<CertificateName>(),
    ];

    public void CloseAll() => rows.Execute("UPDATE sending SET state = ?1", (int)SendingState.Closed);

    public void Accepted(SessionId session, int n, Digest hash) => rows.Execute(
        "UPDATE sending SET accepted_n = ?1, accepted_hash = ?2 WHERE session = ?3 AND coalesce(accepted_n, -1) < ?1", n, hash.ToArray(), session.ToArray());

    /// <summary>The last message of this contact's sessions that the gateway accepted: what the next session names as its predecessor.</summary>
    public SessionEnd? LastAccepted(long contact) => rows.First(
        "SELECT session, accepted_n, accepted_hash FROM sending WHERE contact = ?1 AND accepted_n IS NOT NULL ORDER BY started DESC, rowid DESC LIMIT 1",
        static reader =>
        {
            SessionId.TryRead(reader.Bytes(0), out var session);
            Digest.TryRead(reader.Bytes(2), out var hash);
            return new SessionEnd(session, reader.GetInt32(1), hash);
        },
        contact);

    public ulong Epoch(SessionId session) => (ulong)rows.Number("SELECT epoch FROM sending WHERE session = ?1", session.ToArray());

    public byte[]? Payload(SessionId session)
    {
        var id = session.ToArray();
        return rows.Blob("SELECT payload FROM sending WHERE session = ?1", id) is { } value ? rows.Open(PayloadColumn, id, value) : null;
    }

    public List<(DeviceId Device, byte[] Slice)> Slices(SessionId session)
    {
        var id = session.ToArray();
        return rows.Query("SELECT device, value FROM slice WHERE session = ?1 ORDER BY device", reader => ReadSlice(id, reader), id);
    }

    /// <summary>The slice of one device; null when the grant is not for it.</summary>
    public byte[]? SliceOf(SessionId session, DeviceId device)
    {
        var id = session.ToArray();
        return rows.Query("SELECT device, value FROM slice WHERE session = ?1 AND device = ?2", reader => ReadSlice(id, reader), id, device.ToArray()) is [var found] ? found.Slice : null;
    }

    public List<DeviceId> Recipients(SessionId session) => rows.Query(
        "SELECT device FROM slice WHERE session = ?1 ORDER BY device",
        static reader => DeviceId.TryRead(reader.Bytes(0), out var device) ? device : default,
        session.ToArray());

    /// <summary>True when the session's grant went to exactly these devices under exactly these certificates.</summary>
    public bool IsFor(SessionId session, IReadOnlyList<VerifiedDevice> recipients) => rows.Query(
        "SELECT certificate FROM slice WHERE session = ?1", static reader => Digest.TryRead(reader.Bytes(0), out var hash) ? hash : default, session.ToArray())
        .ToHashSet().SetEquals(recipients.Select(static recipient => recipient.CertificateHash));

    /// <summary>The original slice of one device, at most once in <paramref name="interval"/>; null when this device never had one or had it just now.</summary>
    public byte[]? Give(SessionId session, DeviceId device, DateTimeOffset now, TimeSpan interval)
    {
        var id = session.ToArray();
        var given = rows.Execute(
            "UPDATE slice SET given = ?1 WHERE session = ?2 AND device = ?3 AND given <= ?4",
            now.ToUnixTimeMilliseconds(), id, device.ToArray(), (now - interval).ToUnixTimeMilliseconds());
        return given == 0 ? null : SliceOf(session, device);
    }

    /// <summary>Forgets closed sessions of which no message can be in a mailbox any more.</summary>
    public void Forget(DateTimeOffset startedBefore)
    {
        rows.Execute(
            "DELETE FROM sending WHERE state >= ?1 AND started < ?2 AND session NOT IN (SELECT session FROM outbox WHERE session IS NOT NULL)",
            (int)SendingState.Closed, startedBefore.ToUnixTimeMilliseconds());
        rows.Execute("DELETE FROM slice WHERE session NOT IN (SELECT session FROM sending)");
    }

    private byte[] Sealed(SendingSession session)
    {
        var state = session.Save();
        var value = rows.Seal(ValueColumn, session.Id.ToArray(), state);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(state);
        return value;
    }

    private (DeviceId Device, byte[] Slice) ReadSlice(byte[] session, SqliteDataReader reader)
    {
        DeviceId.TryRead(reader.Bytes(0), out var device);
        byte[] row = [.. session, .. device.ToArray()];
        return (device, rows.Open(SliceColumn, row, reader.Bytes(1)));
    }

    private static SendingRow Read(SqliteDataReader reader)
    {
        SessionId.TryRead(reader.Bytes(0), out var session);
        return new SendingRow(
            session, (SendingState)reader.GetInt32(1), (ulong)reader.GetInt64(2), Digest.TryRead(reader.BytesOrNull(3), out var head) ? head : null);
    }
}
