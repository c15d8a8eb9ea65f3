using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Store;

internal static class CertificateTable
{
    public static bool Add(Database database, IssuedCertificate certificate)
    {
        if (Find(database, certificate.Serial) is not null) throw new InvalidOperationException($"a certificate with the serial {certificate.Serial} was issued before");
        using var insert = database.Use(
            "INSERT INTO certificate (serial, kind, user, device, der, not_before, not_after, issued_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        insert.Bind(1, certificate.Serial).Bind(2, (long)certificate.Kind).Bind(5, certificate.Der)
            .Bind(6, certificate.NotBefore).Bind(7, certificate.NotAfter).Bind(8, certificate.IssuedAt);
        _ = certificate.User is { } user ? insert.Bind(3, user.Value) : insert.BindNull(3);
        _ = certificate.Device is { } device ? insert.Bind(4, device.Value) : insert.BindNull(4);
        insert.Run();
        return certificate.Device is not { } owner || SetCurrent(database, owner, certificate);
    }

    public static IssuedCertificate? Find(Database database, string serial)
    {
        using var row = database.Use("SELECT serial, kind, user, device, der, not_before, not_after, issued_at FROM certificate WHERE serial = ?1");
        if (!row.Bind(1, serial).Step()) return null;
        return new IssuedCertificate(
            row.Text(0),
            (CertificateKind)row.Int32(1),
            row.IsNull(2) ? null : new UserId(row.Id(2)),
            row.IsNull(3) ? null : new DeviceId(row.Id(3)),
            row.Blob(4),
            row.Time(5),
            row.Time(6),
            row.Time(7));
    }

    private static bool SetCurrent(Database database, DeviceId device, IssuedCertificate certificate)
    {
        var sql = certificate.Kind switch
        {
            CertificateKind.Identity => "UPDATE device SET identity_serial = ?2 WHERE device = ?1",
            CertificateKind.Encryption => "UPDATE device SET encryption_serial = ?2 WHERE device = ?1",
            _ => throw new InvalidOperationException("a server certificate belongs to no device"),
        };
        var found = database.Use(sql).Bind(1, device.Value).Bind(2, certificate.Serial).Change() > 0;
        return found ? found : throw new InvalidOperationException($"there is no device {device}");
    }
}
