using Microsoft.Data.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>A message whose session this device does not know yet.</summary>
internal sealed record PendingMessage(long Id, SessionId Session, ConversationId Conversation, UserId FromUser, DeviceId FromDevice, DateTimeOffset ReceivedAt, int Asks);

/// <summary>Messages that wait for their grant; bounded, so that nobody can fill the disk with messages of sessions that do not exist.</summary>
internal sealed class PendingRows(Rows rows)
{
    public const int MaxCount = 10_000, MaxBytes = 128 * 1024 * 1024;

    /// <summary>One device may take a quarter, so that it cannot shut the others out; the parts of the largest file fit into it.</summary>
    public const int MaxCountOfDevice = MaxCount / 4, MaxBytesOfDevice = MaxBytes / 4;

    private const string Column = "pending.value";
    private const string Columns = "id, session, conversation, user, device, received, asks";

    public int Count() => (int)rows.Number("SELECT count(*) FROM pending");

    /// <summary>False when there is no room. A message that waits already is kept once.</summary>
    public bool TryAdd(SessionId session, ConversationId conversation, UserId user, DeviceId device, byte[] jwe, DateTimeOffset now, DateTimeOffset ask)
    {
        var digest = Digest.Sha256(jwe).ToArray();
        if (rows.Number("SELECT count(*) FROM pending WHERE digest = ?1", digest) > 0) return true;
        if (!HasRoom(device, jwe.Length)) return false;
        rows.Execute(
            "INSERT INTO pending(digest, session, conversation, user, device, received, bytes, asks, ask, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9)",
            digest, session.ToArray(), conversation.ToArray(), user.ToArray(), device.ToArray(), now.ToUnixTimeMilliseconds(), jwe.Length,
            ask.ToUnixTimeMilliseconds(), rows.Seal(Column, digest, jwe));
        return true;
    }

    public List<PendingMessage> Of(SessionId session) => rows.Query($"SELECT {Columns} FROM pending WHERE session = ?1 ORDER BY id", Read, session.ToArray());

    public List<PendingMessage> Of(ConversationId conversation, long after, int limit) => rows.Query(
        $"SELECT {Columns} FROM pending WHERE conversation = ?1 AND id > ?2 ORDER BY id LIMIT ?3", Read, conversation.ToArray(), after, limit);

    /// <summary>One waiting message of each session whose sender is to be asked by now.</summary>
    public List<PendingMessage> ToAsk(DateTimeOffset now, int limit) => rows.Query(
        $"SELECT {Columns} FROM pending WHERE id IN (SELECT min(id) FROM pending WHERE ask <= ?1 GROUP BY session, device) ORDER BY id LIMIT ?2",
        Read, now.ToUnixTimeMilliseconds(), limit);

    public void Asked(PendingMessage message, DateTimeOffset next) => rows.Execute(
        "UPDATE pending SET asks = asks + 1, ask = ?1 WHERE session = ?2 AND device = ?3", next.ToUnixTimeMilliseconds(), message.Session.ToArray(), message.FromDevice.ToArray());

    public DateTimeOffset? NextAsk() =>
        rows.Number("SELECT count(*) FROM pending") == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(rows.Number("SELECT min(ask) FROM pending"));

    public byte[] Jwe(PendingMessage message) => rows.First(
        "SELECT digest, value FROM pending WHERE id = ?1", reader => rows.Open(Column, reader.Bytes(0), reader.Bytes(1)), message.Id)!;

    public void Remove(long id) => rows.Execute("DELETE FROM pending WHERE id = ?1", id);

    /// <summary>Gives up on what waited since before this time. Returns how many.</summary>
    public int Expire(DateTimeOffset receivedBefore) => rows.Execute("DELETE FROM pending WHERE received < ?1", receivedBefore.ToUnixTimeMilliseconds());

    private bool HasRoom(DeviceId device, int bytes) =>
        Count() < MaxCount
        && rows.Number("SELECT coalesce(sum(bytes), 0) FROM pending") + bytes <= MaxBytes
        && rows.Number("SELECT count(*) FROM pending WHERE device = ?1", device.ToArray()) < MaxCountOfDevice
        && rows.Number("SELECT coalesce(sum(bytes), 0) FROM pending WHERE device = ?1", device.ToArray()) + bytes <= MaxBytesOfDevice;

    private static PendingMessage Read(SqliteDataReader reader)
    {
        SessionId.TryRead(reader.Bytes(1), out var session);
        ConversationId.TryRead(reader.Bytes(2), out var conversation);
        UserId.TryRead(reader.Bytes(3), out var user);
        DeviceId.TryRead(reader.Bytes(4), out var device);
        return new PendingMessage(reader.GetInt64(0), session, conversation, user, device, reader.Time(5), reader.GetInt32(6));
    }
}
