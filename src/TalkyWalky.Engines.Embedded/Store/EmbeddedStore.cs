using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Store;

internal sealed class EmbeddedStore(GroupWriter writer, Readers readers) : IStore
{
    private const string Columns = "device, user, state, identity_key, identity_certificate, encryption_certificate, added, login";

    public Task<DeviceRecord> AddDeviceAsync(UserId user, Digest identityKeyHash, bool firstMayEnter, DateTimeOffset now, CancellationToken cancellation) =>
        writer.WriteAsync(database => AddDevice(database, user, identityKeyHash, firstMayEnter, now), cancellation);

    public Task<DeviceRecord?> FindDeviceAsync(DeviceId device, CancellationToken cancellation) =>
        readers.ReadAsync(database =>
        {
            using var query = database.Use($"SELECT {Columns} FROM device WHERE device = ?1").Bind(1, device.Value);
            return query.Step() ? ReadDevice(query) : null;
        }, cancellation);

    public Task<IReadOnlyList<DeviceRecord>> DevicesOfAsync(UserId user, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyList<DeviceRecord>>(database =>
        {
            using var query = database.Use($"SELECT {Columns} FROM device WHERE user = ?1 ORDER BY added, device").Bind(1, user.Value);
            var devices = new List<DeviceRecord>();
            while (query.Step()) devices.Add(ReadDevice(query));
            return devices;
        }, cancellation);

    public Task AddCertificateAsync(IssuedCertificate certificate, CancellationToken cancellation) =>
        writer.WriteAsync(database =>
        {
            using var insert = database.Use("INSERT INTO certificate (serial, kind, user, device, der, not_before, not_after, issued) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
            insert.Bind(1, certificate.Serial).Bind(2, (long)certificate.Kind).Bind(5, certificate.Der)
                .Bind(6, certificate.NotBefore).Bind(7, certificate.NotAfter).Bind(8, certificate.IssuedAt);
            if (certificate.User is { } user) insert.Bind(3, user.Value);
            else insert.BindNull(3);
            if (certificate.Device is { } device) insert.Bind(4, device.Value);
            else insert.BindNull(4);
            insert.Run();
            if (certificate.Device is { } owner) MakeCurrent(database, owner, certificate);
            return true;
        }, cancellation);

    public Task<IssuedCertificate?> FindCertificateAsync(string serial, CancellationToken cancellation) =>
        readers.ReadAsync(database =>
        {
            using var query = database.Use("SELECT serial, kind, user, device, der, not_before, not_after, issued FROM certificate WHERE serial = ?1").Bind(1, serial);
            return query.Step()
                ? new IssuedCertificate(
                    query.Text(0), (CertificateKind)query.Int32(1), query.IsNull(2) ? null : new UserId(query.Id(2)), query.IsNull(3) ? null : new DeviceId(query.Id(3)),
                    query.Blob(4), query.Time(5), query.Time(6), query.Time(7))
                : null;
        }, cancellation);

    public Task AddInvitationAsync(Invitation invitation, CancellationToken cancellation) =>
        writer.WriteAsync(database =>
        {
            database.Use("INSERT INTO invitation (token, username, created, expires) VALUES (?1, ?2, ?3, ?4)")
                .Bind(1, invitation.TokenHash).Bind(2, invitation.Username).Bind(3, invitation.CreatedAt).Bind(4, invitation.ExpiresAt).Run();
            return true;
        }, cancellation);

    public Task<bool> RedeemInvitationAsync(Digest tokenHash, string username, DateTimeOffset now, CancellationToken cancellation) =>
        writer.WriteAsync(
            database => database.Use("UPDATE invitation SET used = ?3 WHERE token = ?1 AND used IS NULL AND expires > ?3 AND (username IS NULL OR username = ?2)")
                .Bind(1, tokenHash).Bind(2, username).Bind(3, now).Change() == 1,
            cancellation);

    public Task<ulong> AdvanceGenerationAsync(DeviceId device, ulong presented, CancellationToken cancellation) =>
        writer.WriteAsync(database =>
        {
            ulong before;
            using (var query = database.Use("SELECT generation FROM device WHERE device = ?1").Bind(1, device.Value)) before = query.Step() ? (ulong)query.Int64(0) : 0;
            if (presented > before) database.Use("UPDATE device SET generation = ?2 WHERE device = ?1").Bind(1, device.Value).Bind(2, (long)presented).Run();
            return before;
        }, cancellation);

    public Task SetLastSeenAsync(UserId user, DateTimeOffset time, CancellationToken cancellation) =>
        writer.WriteAsync(database =>
        {
            database.Use("INSERT INTO seen (user, last) VALUES (?1, ?2) ON CONFLICT (user) DO UPDATE SET last = max(last, excluded.last)")
                .Bind(1, user.Value).Bind(2, time).Run();
            return true;
        }, cancellation);

    public Task<IReadOnlyDictionary<UserId, DateTimeOffset>> LastSeenAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyDictionary<UserId, DateTimeOffset>>(database =>
        {
            var found = new Dictionary<UserId, DateTimeOffset>(users.Count);
            foreach (var user in users)
            {
                using var query = database.Use("SELECT last FROM seen WHERE user = ?1").Bind(1, user.Value);
                if (query.Step()) found[user] = query.Time(0);
            }

            return found;
        }, cancellation);

    public Task SetLoginAsync(DeviceId device, DateTimeOffset time, CancellationToken cancellation) =>
        writer.WriteAsync(database => database.Use("UPDATE device SET login = ?2 WHERE device = ?1").Bind(1, device.Value).Bind(2, time).Change(), cancellation);

    public Task CheckAsync(CancellationToken cancellation) => writer.WriteAsync(database => database.Number("SELECT count(*) FROM sqlite_schema"), cancellation);

    private static DeviceRecord AddDevice(Database database, UserId user, Digest identityKeyHash, bool firstMayEnter, DateTimeOffset now)
    {
        using (var known = database.Use($"SELECT {Columns} FROM device WHERE user = ?1 AND identity_key = ?2").Bind(1, user.Value).Bind(2, identityKeyHash))
        {
            if (known.Step()) return ReadDevice(known);
        }

        bool isFirst;
        using (var earlier = database.Use("SELECT 1 FROM device WHERE user = ?1 AND state <> ?2").Bind(1, user.Value).Bind(2, (long)DeviceState.Pending)) isFirst = !earlier.Step();
        var device = new DeviceRecord(
            DeviceId.New(), user, isFirst && firstMayEnter ? DeviceState.Active : DeviceState.Pending, identityKeyHash, null, null, new DateTimeOffset(now.UtcTicks, TimeSpan.Zero), null);
        database.Use("INSERT INTO device (device, user, state, identity_key, added) VALUES (?1, ?2, ?3, ?4, ?5)")
            .Bind(1, device.Device.Value).Bind(2, user.Value).Bind(3, (long)device.State).Bind(4, identityKeyHash).Bind(5, now).Run();
        return device;
    }

    private static void MakeCurrent(Database database, DeviceId device, IssuedCertificate certificate)
    {
        var column = certificate.Kind switch
        {
            CertificateKind.Identity => "identity_certificate",
            CertificateKind.Encryption => "encryption_certificate",
            _ => null,
        };
        if (column is not null) database.Use($"UPDATE device SET {column} = ?2 WHERE device = ?1").Bind(1, device.Value).Bind(2, certificate.Der).Run();
    }

    private static DeviceRecord ReadDevice(Statement row) => new(
        new DeviceId(row.Id(0)), new UserId(row.Id(1)), (DeviceState)row.Int32(2), row.Hash(3), row.BlobOrNull(4), row.BlobOrNull(5), row.Time(6), row.TimeOrNull(7));
}
