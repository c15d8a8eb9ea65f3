using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines.Embedded.Log;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Store;

internal static class DeviceTable
{
    private const string Select = """
        SELECT device.device, device.user, device.state, device.key_hash, identity.der, encryption.der, device.added_at, device.login_at,
            device.name, device.approval, device.revoked_at
        FROM device
        LEFT JOIN certificate AS identity ON identity.serial = device.identity_serial
        LEFT JOIN certificate AS encryption ON encryption.serial = device.encryption_serial
        """;

    public static DeviceRecord Add(Database database, UserId user, Digest keyHash, bool firstMayEnter, DateTimeOffset now)
    {
        var known = HolderOf(database, keyHash) is { } holder ? Find(database, holder)! : null;
        if (known is not null && (known.User != user || known.IdentityKeyHash != keyHash)) return known;
        var enters = firstMayEnter && known is not { State: not DeviceState.Pending } && !WasAnyActive(database, user);
        var device = known?.Device ?? DeviceId.New();
        if (known is null)
        {
            database.Use("INSERT INTO device (device, user, key_hash, state, added_at) VALUES (?1, ?2, ?3, 0, ?4)")
                .Bind(1, device.Value).Bind(2, user.Value).Bind(3, keyHash).Bind(4, now).Run();
            Claim(database, device, keyHash);
        }

        if (enters)
        {
            database.Use("UPDATE device SET state = ?2, activated_at = ?3 WHERE device = ?1")
                .Bind(1, device.Value).Bind(2, (long)DeviceState.Active).Bind(3, now).Run();
        }

        if (known is null || enters) ChangeTable.Note(database, LogChangeKind.Devices, user.ToString());
        return Find(database, device)!;
    }

    public static bool ClaimEncryptionKey(Database database, DeviceId device, Digest keyHash)
    {
        if (Find(database, device) is not { } owner) throw Unknown(device);
        if (owner.IdentityKeyHash == keyHash) return false;
        Claim(database, device, keyHash);
        return HolderOf(database, keyHash) == device;
    }

    public static DeviceRecord? Find(Database database, DeviceId device)
    {
        using var row = database.Use(Select + " WHERE device.device = ?1");
        return row.Bind(1, device.Value).Step() ? Read(row) : null;
    }

    public static IReadOnlyList<DeviceRecord> Of(Database database, UserId user)
    {
        var devices = new List<DeviceRecord>();
        using var rows = database.Use(Select + " WHERE device.user = ?1 ORDER BY device.added_at, device.device");
        rows.Bind(1, user.Value);
        while (rows.Step()) devices.Add(Read(rows));
        return devices;
    }

    public static IReadOnlyList<UserId> People(Database database, UserId? after, int limit)
    {
        var people = new List<UserId>();
        using var rows = database.Use("SELECT DISTINCT user FROM device WHERE user > ?1 AND state <> ?2 ORDER BY user LIMIT ?3");
        rows.Bind(2, (long)DeviceState.Revoked).Bind(3, (long)limit);
        _ = after is { } last ? rows.Bind(1, last.Value) : rows.Bind(1, ReadOnlySpan<byte>.Empty);
        while (rows.Step()) people.Add(new UserId(rows.Id(0)));
        return people;
    }

    public static ulong AdvanceGeneration(Database database, DeviceId device, ulong presented)
    {
        using var row = database.Use("SELECT generation FROM device WHERE device = ?1");
        if (!row.Bind(1, device.Value).Step()) throw Unknown(device);
        // SQLite has signed integers only; the bits are kept.
        var before = unchecked((ulong)row.Int64(0));
        if (presented > before)
        {
            database.Use("UPDATE device SET generation = ?2 WHERE device = ?1").Bind(1, device.Value).Bind(2, unchecked((long)presented)).Run();
        }

        return before;
    }

    public static bool SetLogin(Database database, DeviceId device, DateTimeOffset time)
    {
        var found = database.Use("UPDATE device SET login_at = ?2 WHERE device = ?1").Bind(1, device.Value).Bind(2, time).Change() > 0;
        return found ? found : throw Unknown(device);
    }

    public static bool Approve(Database database, DeviceId device, byte[]? approval, DateTimeOffset now)
    {
        using var update = database.Use("UPDATE device SET state = ?2, activated_at = ?3, approval = ?4 WHERE device = ?1 AND state = ?5");
        update.Bind(1, device.Value).Bind(2, (long)DeviceState.Active).Bind(3, now).Bind(5, (long)DeviceState.Pending);
        _ = approval is null ? update.BindNull(4) : update.Bind(4, approval);
        if (update.Change() == 0) return false;
        if (approval is not null) ChangeTable.Note(database, LogChangeKind.Approval, device.ToString());
        NoteOwner(database, device);
        return true;
    }

    public static bool Suspend(Database database, DeviceId device)
    {
        var changed = database.Use("UPDATE device SET state = ?2, approval = NULL, identity_serial = NULL, encryption_serial = NULL WHERE device = ?1 AND state = ?3")
            .Bind(1, device.Value).Bind(2, (long)DeviceState.Pending).Bind(3, (long)DeviceState.Active).Change() > 0;
        if (changed) NoteOwner(database, device);
        return changed;
    }

    public static bool Revoke(Database database, DeviceId device, X509RevocationReason reason, DateTimeOffset now)
    {
        var changed = database.Use("UPDATE device SET state = ?2, revoked_at = ?3 WHERE device = ?1 AND state <> ?2")
            .Bind(1, device.Value).Bind(2, (long)DeviceState.Revoked).Bind(3, now).Change() > 0;
        if (!changed) return false;
        CertificateTable.RevokeOf(database, device, reason, now);
        NoteOwner(database, device);
        return true;
    }

    public static bool SetName(Database database, DeviceId device, string? name) =>
        database.Use("UPDATE device SET name = ?2 WHERE device = ?1").Bind(1, device.Value).Bind(2, name).Change() > 0;

    private static void Claim(Database database, DeviceId device, Digest keyHash) =>
        database.Use("INSERT OR IGNORE INTO device_key (key_hash, device) VALUES (?1, ?2)").Bind(1, keyHash).Bind(2, device.Value).Run();

    private static DeviceId? HolderOf(Database database, Digest keyHash)
    {
        using var row = database.Use("SELECT device FROM device_key WHERE key_hash = ?1");
        return row.Bind(1, keyHash).Step() ? new DeviceId(row.Id(0)) : null;
    }

    private static void NoteOwner(Database database, DeviceId device)
    {
        using var row = database.Use("SELECT user FROM device WHERE device = ?1");
        if (row.Bind(1, device.Value).Step()) ChangeTable.Note(database, LogChangeKind.Devices, new UserId(row.Id(0)).ToString());
    }

    private static bool WasAnyActive(Database database, UserId user)
    {
        using var row = database.Use("SELECT 1 FROM device WHERE user = ?1 AND activated_at IS NOT NULL LIMIT 1");
        return row.Bind(1, user.Value).Step();
    }

    private static DeviceRecord Read(Statement row) => new(
        new DeviceId(row.Id(0)), new UserId(row.Id(1)), (DeviceState)row.Int32(2), row.Hash(3), row.BlobOrNull(4), row.BlobOrNull(5), row.Time(6), row.TimeOrNull(7),
        row.TextOrNull(8), row.BlobOrNull(9), row.TimeOrNull(10));

    private static InvalidOperationException Unknown(DeviceId device) => new($"there is no device {device}");
}
