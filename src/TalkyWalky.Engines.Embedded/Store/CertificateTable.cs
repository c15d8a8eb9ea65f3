using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines.Embedded.Log;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Store;

internal static class CertificateTable
{
    private const string Select = "SELECT serial, kind, user, device, der, not_before, not_after, issued_at, revoked_at, revocation_reason, issuer FROM certificate";

    public static bool Add(Database database, IssuedCertificate certificate)
    {
        if (Find(database, certificate.Serial) is not null) throw new InvalidOperationException($"a certificate with the serial {certificate.Serial} was issued before");
        using var insert = database.Use(
            "INSERT INTO certificate (serial, kind, user, device, der, not_before, not_after, issued_at, issuer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
        insert.Bind(1, certificate.Serial).Bind(2, (long)certificate.Kind).Bind(5, certificate.Der)
            .Bind(6, certificate.NotBefore).Bind(7, certificate.NotAfter).Bind(8, certificate.IssuedAt);
        _ = certificate.User is { } user ? insert.Bind(3, user.Value) : insert.BindNull(3);
        _ = certificate.Device is { } device ? insert.Bind(4, device.Value) : insert.BindNull(4);
        _ = certificate.Issuer is { } issuer ? insert.Bind(9, issuer) : insert.BindNull(9);
        insert.Run();
        ChangeTable.Note(database, LogChangeKind.Certificate, certificate.Serial);
        if (certificate.Device is not { } owner) return true;
        SetCurrent(database, owner, certificate);
        RevokeWithDevice(database, owner, certificate.Serial);
        if (certificate.User is { } person) ChangeTable.Note(database, LogChangeKind.Devices, person.ToString());
        return true;
    }

    public static IssuedCertificate? Find(Database database, string serial)
    {
        using var row = database.Use(Select + " WHERE serial = ?1");
        return row.Bind(1, serial).Step() ? Read(row) : null;
    }

    public static IReadOnlyList<IssuedCertificate> Of(Database database, UserId? user, string? after, int limit)
    {
        var certificates = new List<IssuedCertificate>();
        using var rows = database.Use(Select + (user is null ? " WHERE serial > ?1 ORDER BY serial LIMIT ?2" : " WHERE serial > ?1 AND user = ?3 ORDER BY serial LIMIT ?2"));
        rows.Bind(1, after ?? "").Bind(2, (long)limit);
        if (user is { } person) rows.Bind(3, person.Value);
        while (rows.Step()) certificates.Add(Read(rows));
        return certificates;
    }

    public static bool Revoke(Database database, string serial, X509RevocationReason reason, DateTimeOffset now)
    {
        if (!SetRevoked(database, serial, reason, now)) return false;
        using var row = database.Use("SELECT user FROM certificate WHERE serial = ?1 AND device IS NOT NULL AND user IS NOT NULL");
        if (row.Bind(1, serial).Step()) ChangeTable.Note(database, LogChangeKind.Devices, new UserId(row.Id(0)).ToString());
        return true;
    }

    public static void RevokeOf(Database database, DeviceId device, X509RevocationReason reason, DateTimeOffset now)
    {
        var serials = new List<string>();
        using (var rows = database.Use("SELECT serial FROM certificate WHERE device = ?1 AND revoked_at IS NULL ORDER BY serial"))
        {
            rows.Bind(1, device.Value);
            while (rows.Step()) serials.Add(rows.Text(0));
        }

        foreach (var serial in serials) SetRevoked(database, serial, reason, now);
    }

    public static IReadOnlyList<IssuerUse> Issuers(Database database, DateTimeOffset now)
    {
        var uses = new List<IssuerUse>();
        using var rows = database.Use(
            "SELECT issuer, SUM(revoked_at IS NULL), MAX(not_after) FROM certificate WHERE not_after > ?1 AND kind <> ?2 GROUP BY issuer ORDER BY issuer");
        rows.Bind(1, now).Bind(2, (long)CertificateKind.Responder);
        while (rows.Step()) uses.Add(new IssuerUse(rows.IsNull(0) ? null : rows.Hash(0), rows.Int64(1), rows.Time(2)));
        return uses;
    }

    public static CrlContent NextCrl(Database database, Digest issuer, DateTimeOffset expiring)
    {
        database.Use("INSERT INTO sequence (name, value) VALUES ('crl', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1").Run();
        var revocations = new List<CertificateRevocation>();
        using var rows = database.Use(
            "SELECT serial, revoked_at, revocation_reason FROM certificate WHERE revoked_at IS NOT NULL AND not_after > ?1 AND (issuer IS NULL OR issuer = ?2) ORDER BY serial");
        rows.Bind(1, expiring).Bind(2, issuer);
        while (rows.Step()) revocations.Add(new CertificateRevocation(rows.Text(0), rows.Time(1), (X509RevocationReason)rows.Int32(2)));
        return new CrlContent(checked((ulong)database.Number("SELECT value FROM sequence WHERE name = 'crl'")), revocations);
    }

    public static bool SaveCrl(Database database, PublishedCrl crl) => database.Use(
        "INSERT INTO crl (issuer, number, der) VALUES (?1, ?2, ?3) ON CONFLICT (issuer) DO UPDATE SET number = excluded.number, der = excluded.der WHERE excluded.number > number")
        .Bind(1, crl.Issuer).Bind(2, checked((long)crl.Number)).Bind(3, crl.Der).Change() > 0;

    public static IReadOnlyList<PublishedCrl> Crls(Database database)
    {
        var crls = new List<PublishedCrl>();
        using var rows = database.Use("SELECT issuer, number, der FROM crl ORDER BY issuer");
        while (rows.Step()) crls.Add(new PublishedCrl(rows.Hash(0), checked((ulong)rows.Int64(1)), rows.Blob(2)));
        return crls;
    }

    // Issued while its device was being revoked.
    private static void RevokeWithDevice(Database database, DeviceId device, string serial)
    {
        using var row = database.Use("SELECT revoked_at FROM device WHERE device = ?1 AND state = ?2");
        if (row.Bind(1, device.Value).Bind(2, (long)DeviceState.Revoked).Step() && row.TimeOrNull(0) is { } at) SetRevoked(database, serial, X509RevocationReason.Unspecified, at);
    }

    private static bool SetRevoked(Database database, string serial, X509RevocationReason reason, DateTimeOffset now)
    {
        var changed = database.Use("UPDATE certificate SET revoked_at = ?3, revocation_reason = ?2 WHERE serial = ?1 AND revoked_at IS NULL")
            .Bind(1, serial).Bind(2, (long)reason).Bind(3, now).Change() > 0;
        if (changed) ChangeTable.Note(database, LogChangeKind.Revocation, serial);
        return changed;
    }

    private static IssuedCertificate Read(Statement row) => new(
        row.Text(0), (CertificateKind)row.Int32(1), row.IsNull(2) ? null : new UserId(row.Id(2)), row.IsNull(3) ? null : new DeviceId(row.Id(3)), row.Blob(4), row.Time(5), row.Time(6),
        row.Time(7), row.TimeOrNull(8), row.IsNull(9) ? null : (X509RevocationReason)row.Int32(9), row.IsNull(10) ? null : row.Hash(10));

    private static void SetCurrent(Database database, DeviceId device, IssuedCertificate certificate)
    {
        var sql = certificate.Kind switch
        {
            CertificateKind.Identity => "UPDATE device SET identity_serial = ?2 WHERE device = ?1",
            CertificateKind.Encryption => "UPDATE device SET encryption_serial = ?2 WHERE device = ?1",
            _ => throw new InvalidOperationException("a server certificate belongs to no device"),
        };
        if (database.Use(sql).Bind(1, device.Value).Bind(2, certificate.Serial).Change() == 0) throw new InvalidOperationException($"there is no device {device}");
    }
}
