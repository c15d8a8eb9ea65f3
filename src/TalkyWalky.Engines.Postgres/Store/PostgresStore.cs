using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Store;

/// <summary>Devices, certificates, invitations, presence, profile records and rooms. Nothing is remembered here: other processes change the same rows.</summary>
internal sealed class PostgresStore(Database database) : IStore
{
    public Task<DeviceRecord> AddDeviceAsync(UserId user, Digest identityKeyHash, bool firstMayEnter, DateTimeOffset now, CancellationToken cancellation) =>
        database.WriteAsync(session => DeviceTable.AddAsync(session, user, identityKeyHash, firstMayEnter, now), cancellation);

    public Task<bool> ClaimEncryptionKeyAsync(DeviceId device, Digest keyHash, CancellationToken cancellation) =>
        database.WriteAsync(session => DeviceTable.ClaimEncryptionKeyAsync(session, device, keyHash), cancellation);

    public Task<DeviceRecord?> FindDeviceAsync(DeviceId device, CancellationToken cancellation) =>
        database.ReadAsync(session => DeviceTable.FindAsync(session, device), cancellation);

    public Task<IReadOnlyList<DeviceRecord>> DevicesOfAsync(UserId user, CancellationToken cancellation) =>
        database.ReadAsync(session => DeviceTable.OfAsync(session, user), cancellation);

    public Task<IReadOnlyList<UserId>> PeopleAsync(UserId? after, int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => DeviceTable.PeopleAsync(session, after, limit), cancellation);

    public Task AddCertificateAsync(IssuedCertificate certificate, CancellationToken cancellation) =>
        database.WriteAsync(session => CertificateTable.AddAsync(session, certificate), cancellation);

    public Task<IssuedCertificate?> FindCertificateAsync(string serial, CancellationToken cancellation) =>
        Columns.IsStorable(serial) ? database.ReadAsync(session => CertificateTable.FindAsync(session, serial), cancellation) : Task.FromResult<IssuedCertificate?>(null);

    public Task<IReadOnlyList<IssuedCertificate>> CertificatesAsync(UserId? user, string? after, int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => CertificateTable.OfAsync(session, user, after ?? "", limit), cancellation);

    public Task<bool> RevokeCertificateAsync(string serial, X509RevocationReason reason, DateTimeOffset now, CancellationToken cancellation) => Columns.IsStorable(serial)
        ? database.WriteAsync(session => CertificateTable.RevokeAsync(session, serial, reason, now), cancellation)
        : Task.FromResult(false);

    public Task<IReadOnlyList<IssuerUse>> IssuersAsync(DateTimeOffset now, CancellationToken cancellation) =>
        database.ReadAsync(session => CertificateTable.IssuersAsync(session, now), cancellation);

    public Task<CrlContent> NextCrlAsync(Digest issuer, DateTimeOffset expiring, CancellationToken cancellation) =>
        database.WriteAsync(session => CertificateTable.NextCrlAsync(session, issuer, expiring), cancellation);

    public Task<bool> SaveCrlAsync(PublishedCrl crl, CancellationToken cancellation) =>
        database.WriteAsync(session => CertificateTable.SaveCrlAsync(session, crl), cancellation);

    public Task RemoveCrlAsync(Digest issuer, CancellationToken cancellation) =>
        database.WriteAsync(session => session.ChangeAsync("DELETE FROM crl WHERE issuer = @issuer", new { issuer }), cancellation);

    public Task<IReadOnlyList<PublishedCrl>> CrlsAsync(CancellationToken cancellation) => database.ReadAsync(CertificateTable.CrlsAsync, cancellation);

    public Task AddInvitationAsync(Invitation invitation, CancellationToken cancellation) => database.WriteAsync(
        session => session.ChangeAsync("INSERT INTO invitation (token_hash, username, created_at, expires_at) VALUES (@TokenHash, @Username, @CreatedAt, @ExpiresAt)", invitation),
        cancellation);

    public Task<bool> RedeemInvitationAsync(Digest tokenHash, string username, DateTimeOffset now, CancellationToken cancellation) => database.WriteAsync(
        async session => await session.ChangeAsync(
            "UPDATE invitation SET used_at = @now WHERE token_hash = @tokenHash AND used_at IS NULL AND expires_at > @now AND (username IS NULL OR username = @name)",
            new { tokenHash, name = Columns.IsStorable(username) ? username : "", now }) == 1,
        cancellation);

    public Task ReturnInvitationAsync(Digest tokenHash, CancellationToken cancellation) =>
        database.WriteAsync(session => session.ChangeAsync("UPDATE invitation SET used_at = NULL WHERE token_hash = @tokenHash", new { tokenHash }), cancellation);

    public Task<ulong> AdvanceGenerationAsync(DeviceId device, ulong presented, CancellationToken cancellation) =>
        database.WriteAsync(session => DeviceTable.AdvanceGenerationAsync(session, device, presented), cancellation);

    public Task SetLastSeenAsync(UserId user, DateTimeOffset time, CancellationToken cancellation) => database.WriteAsync(
        session => session.ChangeAsync(
            """INSERT INTO presence ("user", seen_at) VALUES (@user, @time) ON CONFLICT ("user") DO UPDATE SET seen_at = greatest(presence.seen_at, excluded.seen_at)""",
            new { user, time }),
        cancellation);

    public Task<IReadOnlyDictionary<UserId, DateTimeOffset>> LastSeenAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) => database.ReadAsync(
        async session => Map(await session.AllAsync<Pair<DateTimeOffset>>("""SELECT "user", seen_at AS Value FROM presence WHERE "user" = ANY(@ids)""", new { ids = users.ToColumn() })),
        cancellation);

    public Task SetLoginAsync(DeviceId device, DateTimeOffset time, CancellationToken cancellation) =>
        database.WriteAsync(session => DeviceTable.SetLoginAsync(session, device, time), cancellation);

    public Task<bool> ApproveDeviceAsync(DeviceId device, byte[]? approval, DateTimeOffset now, CancellationToken cancellation) =>
        database.WriteAsync(session => DeviceTable.ApproveAsync(session, device, approval, now), cancellation);

    public Task<bool> SuspendDeviceAsync(DeviceId device, CancellationToken cancellation) =>
        database.WriteAsync(session => DeviceTable.SuspendAsync(session, device), cancellation);

    public Task<bool> RevokeDeviceAsync(DeviceId device, X509RevocationReason reason, DateTimeOffset now, CancellationToken cancellation) =>
        database.WriteAsync(session => DeviceTable.RevokeAsync(session, device, reason, now), cancellation);

    public Task<bool> NameDeviceAsync(DeviceId device, string? name, CancellationToken cancellation) =>
        database.WriteAsync(session => DeviceTable.SetNameAsync(session, device, name), cancellation);

    public Task<bool> SetProfileAsync(UserId user, ulong version, byte[] record, CancellationToken cancellation) => database.WriteAsync(
        async session => await session.ChangeAsync(
            """
            INSERT INTO profile ("user", version, record) VALUES (@user, @version, @record)
            ON CONFLICT ("user") DO UPDATE SET version = excluded.version, record = excluded.record WHERE excluded.version > profile.version
            """,
            new { user, version = checked((long)version), record }) == 1,
        cancellation);

    public Task<IReadOnlyDictionary<UserId, byte[]>> ProfilesAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) => database.ReadAsync(
        async session => Map(await session.AllAsync<Pair<byte[]>>("""SELECT "user", record AS Value FROM profile WHERE "user" = ANY(@ids)""", new { ids = users.ToColumn() })),
        cancellation);

    public Task<bool> AppendCommitAsync(RoomCommit commit, CancellationToken cancellation) =>
        database.WriteAsync(session => RoomTable.AppendAsync(session, commit), cancellation);

    public Task<RoomRecord?> FindRoomAsync(ConversationId room, CancellationToken cancellation) =>
        database.ReadAsync(session => RoomTable.FindAsync(session, room), cancellation);

    public Task<IReadOnlyList<byte[]>> CommitsAsync(ConversationId room, ulong after, int maxBytes, CancellationToken cancellation) =>
        database.ReadAsync(session => RoomTable.CommitsAsync(session, room, after, maxBytes), cancellation);

    public Task<PersonalRoom?> FindRoomAsync(ConversationId room, UserId user, CancellationToken cancellation) =>
        database.ReadAsync(session => RoomTable.FindAsync(session, room, user), cancellation);

    public Task<IReadOnlyList<PersonalRoom>> RoomsOfAsync(UserId user, ConversationId? after, int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => RoomTable.OfAsync(session, user, after, limit), cancellation);

    public Task<IReadOnlyList<RoomRecord>> OpenRoomsAsync(ConversationId? after, int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => RoomTable.OpenAsync(session, after, limit), cancellation);

    public Task<int> CountRoomsAsync(UserId creator, CancellationToken cancellation) =>
        database.ReadAsync(session => RoomTable.CountCreatedByAsync(session, creator), cancellation);

    public Task<IReadOnlyList<DeviceStanding>> StandingsAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        database.ReadAsync(session => DeviceTable.StandingsAsync(session, users), cancellation);

    public Task CheckAsync(CancellationToken cancellation) => database.CheckAsync(cancellation);

    private static IReadOnlyDictionary<UserId, T> Map<T>(IReadOnlyList<Pair<T>> rows) => rows.ToDictionary(static row => row.User, static row => row.Value);

    private sealed record Pair<T>(UserId User, T Value);
}
