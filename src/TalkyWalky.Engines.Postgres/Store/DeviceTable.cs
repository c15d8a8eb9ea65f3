using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Engines.Postgres.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Store;

internal static class DeviceTable
{
    private const string Select = """
        SELECT device.device, device."user", device.state, device.key_hash AS IdentityKeyHash, identity.der AS IdentityCertificate, encryption.der AS EncryptionCertificate,
            device.added_at AS AddedAt, device.login_at AS LoginAt, device.name, device.approval, device.revoked_at AS RevokedAt
        FROM device
        LEFT JOIN certificate AS identity ON identity.serial = device.identity_serial
        LEFT JOIN certificate AS encryption ON encryption.serial = device.encryption_serial
        """;

    public static async Task<DeviceRecord> AddAsync(Session session, UserId user, Digest keyHash, bool firstMayEnter, DateTimeOffset now)
    {
        await LockAsync(session, user);
        var (device, changed) = (DeviceId.New(), 0);
        if (await ClaimAsync(session, device, keyHash))
        {
            changed = await session.ChangeAsync(
                """INSERT INTO device (device, "user", key_hash, state, added_at) VALUES (@device, @user, @keyHash, @Pending, @now)""",
                new { device, user, keyHash, DeviceState.Pending, now });
        }
        else
        {
            device = await HolderOfAsync(session, keyHash);
        }

        if (firstMayEnter)
        {
            changed += await session.ChangeAsync(
                """
                UPDATE device SET state = @Active, activated_at = @now WHERE device = @device AND "user" = @user AND key_hash = @keyHash AND state = @Pending
                    AND NOT EXISTS (SELECT FROM device AS earlier WHERE earlier."user" = @user AND earlier.activated_at IS NOT NULL)
                """,
                new { device, user, keyHash, DeviceState.Pending, DeviceState.Active, now });
        }

        if (changed > 0) await ChangeTable.NoteAsync(session, (LogChangeKind.Devices, user.ToString()));
        return (await FindAsync(session, device))!;
    }

    public static async Task<bool> ClaimEncryptionKeyAsync(Session session, DeviceId device, Digest keyHash)
    {
        if (await FindAsync(session, device) is not { } owner) throw Unknown(device);
        return owner.IdentityKeyHash != keyHash && (await ClaimAsync(session, device, keyHash) || await HolderOfAsync(session, keyHash) == device);
    }

    public static Task<DeviceRecord?> FindAsync(Session session, DeviceId device) => session.OneAsync<DeviceRecord>(Select + " WHERE device.device = @device", new { device });

    public static Task<IReadOnlyList<DeviceRecord>> OfAsync(Session session, UserId user) =>
        session.AllAsync<DeviceRecord>(Select + """ WHERE device."user" = @user ORDER BY device.added_at, device.device""", new { user });

    // An empty value comes before every id.
    public static Task<IReadOnlyList<UserId>> PeopleAsync(Session session, UserId? after, int limit) => session.AllAsync<UserId>(
        """SELECT DISTINCT "user" FROM device WHERE "user" > @last AND state <> @Revoked ORDER BY "user" LIMIT @limit""",
        new { last = after?.ToArray() ?? [], DeviceState.Revoked, limit });

    /// <summary>Without reading a certificate.</summary>
    public static Task<IReadOnlyList<DeviceStanding>> StandingsAsync(Session session, IReadOnlyCollection<UserId> users) => session.AllAsync<DeviceStanding>(
        """
        SELECT device."user", device.device, device.state, device.login_at AS LoginAt,
            CASE WHEN identity.not_after < encryption.not_after THEN identity.not_after
                WHEN identity.not_after IS NOT NULL THEN encryption.not_after END AS ExpiresAt
        FROM device
        LEFT JOIN certificate AS identity ON identity.serial = device.identity_serial
        LEFT JOIN certificate AS encryption ON encryption.serial = device.encryption_serial
        WHERE device."user" = ANY(@ids)
        """,
        new { ids = users.ToColumn() });

    public static async Task<ulong> AdvanceGenerationAsync(Session session, DeviceId device, ulong presented)
    {
        // SQL would compare the bits as a signed number.
        var before = await session.OneAsync<ulong?>("SELECT generation FROM device WHERE device = @device FOR UPDATE", new { device }) ?? throw Unknown(device);
        if (presented > before) await session.ChangeAsync("UPDATE device SET generation = @presented WHERE device = @device", new { device, presented });
        return before;
    }

    public static async Task<int> SetLoginAsync(Session session, DeviceId device, DateTimeOffset time)
    {
        var found = await session.ChangeAsync("UPDATE device SET login_at = @time WHERE device = @device", new { device, time });
        return found > 0 ? found : throw Unknown(device);
    }

    public static async Task<bool> ApproveAsync(Session session, DeviceId device, byte[]? approval, DateTimeOffset now)
    {
        if (await session.OneAsync<UserId?>("""SELECT "user" FROM device WHERE device = @device""", new { device }) is not { } user) return false;
        await LockAsync(session, user);
        var changed = await session.ChangeAsync(
            "UPDATE device SET state = @Active, activated_at = @now, approval = @approval WHERE device = @device AND state = @Pending",
            new { device, approval, now, DeviceState.Active, DeviceState.Pending }) > 0;
        if (!changed) return false;
        List<(LogChangeKind, string)> changes = [(LogChangeKind.Devices, user.ToString())];
        if (approval is not null) changes.Insert(0, (LogChangeKind.Approval, device.ToString()));
        await ChangeTable.NoteAsync(session, changes);
        return true;
    }

    public static async Task<bool> SuspendAsync(Session session, DeviceId device)
    {
        var owner = await session.OneAsync<UserId?>(
            """
            UPDATE device SET state = @Pending, approval = NULL, identity_serial = NULL, encryption_serial = NULL WHERE device = @device AND state = @Active
            RETURNING "user"
            """,
            new { device, DeviceState.Active, DeviceState.Pending });
        if (owner is not { } user) return false;
        await ChangeTable.NoteAsync(session, (LogChangeKind.Devices, user.ToString()));
        return true;
    }

    public static async Task<bool> RevokeAsync(Session session, DeviceId device, X509RevocationReason reason, DateTimeOffset now)
    {
        var owner = await session.OneAsync<UserId?>(
            """UPDATE device SET state = @Revoked, revoked_at = @now WHERE device = @device AND state <> @Revoked RETURNING "user" """, new { device, now, DeviceState.Revoked });
        if (owner is not { } user) return false;
        var revoked = await CertificateTable.RevokeOfAsync(session, device, reason, now);
        await ChangeTable.NoteAsync(
            session, [.. revoked.Order(StringComparer.Ordinal).Select(static serial => (LogChangeKind.Revocation, serial)), (LogChangeKind.Devices, user.ToString())]);
        return true;
    }

    public static async Task<bool> SetNameAsync(Session session, DeviceId device, string? name) =>
        await session.ChangeAsync("UPDATE device SET name = @name WHERE device = @device", new { device, name }) > 0;

    /// <summary>False when a device has it already. One that another transaction is about to take is waited for.</summary>
    private static async Task<bool> ClaimAsync(Session session, DeviceId device, Digest keyHash) =>
        await session.ChangeAsync("INSERT INTO device_key (key_hash, device) VALUES (@keyHash, @device) ON CONFLICT (key_hash) DO NOTHING", new { keyHash, device }) > 0;

    private static Task<DeviceId> HolderOfAsync(Session session, Digest keyHash) =>
        session.OneAsync<DeviceId>("SELECT device FROM device_key WHERE key_hash = @keyHash", new { keyHash });

    /// <summary>Until the transaction ends nobody else decides which device of this person is the first. Two people with one hash merely wait for each other.</summary>
    private static Task<int> LockAsync(Session session, UserId user) =>
        session.ChangeAsync("SELECT pg_advisory_xact_lock(hashtextextended(encode(@user, 'hex'), 0))", new { user });

    private static InvalidOperationException Unknown(DeviceId device) => new($"there is no device {device}");
}
