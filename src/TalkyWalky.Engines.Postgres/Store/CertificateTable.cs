using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Engines.Postgres.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Store;

internal static class CertificateTable
{
    private const string Select = """
        SELECT serial, kind, "user", device, der, not_before AS NotBefore, not_after AS NotAfter, issued_at AS IssuedAt,
            revoked_at AS RevokedAt, revocation_reason AS RevocationReason, issuer
        FROM certificate
        """;

    public static async Task<int> AddAsync(Session session, IssuedCertificate certificate)
    {
        var added = await session.ChangeAsync(
            """
            INSERT INTO certificate (serial, kind, "user", device, der, not_before, not_after, issued_at, issuer)
            VALUES (@Serial, @Kind, @User, @Device, @Der, @NotBefore, @NotAfter, @IssuedAt, @Issuer) ON CONFLICT (serial) DO NOTHING
            """,
            certificate);
        if (added == 0) throw new InvalidOperationException($"a certificate with the serial {certificate.Serial} was issued before");
        var issued = (LogChangeKind.Certificate, certificate.Serial);
        if (certificate.Device is not { } device) return await ChangeTable.NoteAsync(session, issued);
        var sql = certificate.Kind switch
        {
            CertificateKind.Identity => "UPDATE device SET identity_serial = @Serial WHERE device = @device",
            CertificateKind.Encryption => "UPDATE device SET encryption_serial = @Serial WHERE device = @device",
            _ => throw new InvalidOperationException("a server certificate belongs to no device"),
        };
        if (await session.ChangeAsync(sql, new { device, certificate.Serial }) == 0) throw new InvalidOperationException($"there is no device {device}");
        // Issued while its device was being revoked: who changed the device's row first is seen by the other.
        var isRevoked = await session.ChangeAsync(
            """
            UPDATE certificate SET revoked_at = device.revoked_at, revocation_reason = @Unspecified
            FROM device WHERE certificate.serial = @Serial AND device.device = certificate.device AND device.state = @Revoked
            """,
            new { certificate.Serial, X509RevocationReason.Unspecified, DeviceState.Revoked }) > 0;
        List<(LogChangeKind, string)> changes = [issued];
        if (isRevoked) changes.Add((LogChangeKind.Revocation, certificate.Serial));
        if (certificate.User is { } user) changes.Add((LogChangeKind.Devices, user.ToString()));
        return await ChangeTable.NoteAsync(session, changes);
    }

    public static Task<IssuedCertificate?> FindAsync(Session session, string serial) =>
        session.OneAsync<IssuedCertificate>(Select + " WHERE serial = @serial", new { serial });

    public static Task<IReadOnlyList<IssuedCertificate>> OfAsync(Session session, UserId? user, string after, int limit) => session.AllAsync<IssuedCertificate>(
        Select + " WHERE serial > @after" + (user is null ? "" : """ AND "user" = @user""") + " ORDER BY serial LIMIT @limit",
        new { user, after, limit });

    public static async Task<bool> RevokeAsync(Session session, string serial, X509RevocationReason reason, DateTimeOffset now)
    {
        var changed = await session.ChangeAsync(
            "UPDATE certificate SET revoked_at = @now, revocation_reason = @reason WHERE serial = @serial AND revoked_at IS NULL", new { serial, reason, now }) > 0;
        if (!changed) return false;
        List<(LogChangeKind, string)> changes = [(LogChangeKind.Revocation, serial)];
        if (await session.OneAsync<UserId?>("""SELECT "user" FROM certificate WHERE serial = @serial AND device IS NOT NULL AND "user" IS NOT NULL""", new { serial }) is { } user)
            changes.Add((LogChangeKind.Devices, user.ToString()));
        await ChangeTable.NoteAsync(session, changes);
        return true;
    }

    /// <summary>The serials of those that become revoked by it. The caller notes them.</summary>
    public static Task<IReadOnlyList<string>> RevokeOfAsync(Session session, DeviceId device, X509RevocationReason reason, DateTimeOffset now) => session.AllAsync<string>(
        "UPDATE certificate SET revoked_at = @now, revocation_reason = @reason WHERE device = @device AND revoked_at IS NULL RETURNING serial", new { device, reason, now });

    public static Task<IReadOnlyList<IssuerUse>> IssuersAsync(Session session, DateTimeOffset now) => session.AllAsync<IssuerUse>(
        """
        SELECT issuer, COUNT(*) FILTER (WHERE revoked_at IS NULL) AS Valid, MAX(not_after) AS LastExpiry
        FROM certificate WHERE not_after > @now AND kind <> @Responder GROUP BY issuer ORDER BY issuer
        """,
        new { now, CertificateKind.Responder });

    public static async Task<CrlContent> NextCrlAsync(Session session, Digest issuer, DateTimeOffset expiring)
    {
        // Its row is locked from here on: who comes next reads the certificates after this transaction.
        var number = await session.OneAsync<ulong>(
            "INSERT INTO sequence (name, value) VALUES ('crl', 1) ON CONFLICT (name) DO UPDATE SET value = sequence.value + 1 RETURNING value");
        return new CrlContent(number, await session.AllAsync<CertificateRevocation>(
            """
            SELECT serial, revoked_at AS RevokedAt, revocation_reason AS Reason FROM certificate
            WHERE revoked_at IS NOT NULL AND not_after > @expiring AND (issuer IS NULL OR issuer = @issuer) ORDER BY serial
            """,
            new { issuer, expiring }));
    }

    public static async Task<bool> SaveCrlAsync(Session session, PublishedCrl crl) => await session.ChangeAsync(
        """
        INSERT INTO crl (issuer, number, der) VALUES (@Issuer, @Number, @Der)
        ON CONFLICT (issuer) DO UPDATE SET number = excluded.number, der = excluded.der WHERE excluded.number > crl.number
        """,
        crl) > 0;

    public static Task<IReadOnlyList<PublishedCrl>> CrlsAsync(Session session) => session.AllAsync<PublishedCrl>("SELECT issuer, number, der FROM crl ORDER BY issuer");
}
