using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Store;

/// <summary>Devices, certificates, invitations, presence, profile records and rooms. Reads go to the readers, every change through the one writer.</summary>
internal sealed class EmbeddedStore(GroupWriter writer, Readers readers) : IStore
{
    public Task<DeviceRecord> AddDeviceAsync(UserId user, Digest identityKeyHash, bool firstMayEnter, DateTimeOffset now, CancellationToken cancellation) =>
        writer.WriteAsync(database => DeviceTable.Add(database, user, identityKeyHash, firstMayEnter, now), cancellation);

    public Task<bool> ClaimEncryptionKeyAsync(DeviceId device, Digest keyHash, CancellationToken cancellation) =>
        writer.WriteAsync(database => DeviceTable.ClaimEncryptionKey(database, device, keyHash), cancellation);

    public Task<DeviceRecord?> FindDeviceAsync(DeviceId device, CancellationToken cancellation) =>
        readers.ReadAsync(database => DeviceTable.Find(database, device), cancellation);

    public Task<IReadOnlyList<DeviceRecord>> DevicesOfAsync(UserId user, CancellationToken cancellation) =>
        readers.ReadAsync(database => DeviceTable.Of(database, user), cancellation);

    public Task<IReadOnlyList<UserId>> PeopleAsync(UserId? after, int limit, CancellationToken cancellation) =>
        readers.ReadAsync(database => DeviceTable.People(database, after, limit), cancellation);

    public Task AddCertificateAsync(IssuedCertificate certificate, CancellationToken cancellation) =>
        writer.WriteAsync(database => CertificateTable.Add(database, certificate), cancellation);

    public Task<IssuedCertificate?> FindCertificateAsync(string serial, CancellationToken cancellation) =>
        readers.ReadAsync(database => CertificateTable.Find(database, serial), cancellation);

    public Task<IReadOnlyList<IssuedCertificate>> CertificatesAsync(UserId? user, string? after, int limit, CancellationToken cancellation) =>
        readers.ReadAsync(database => CertificateTable.Of(database, user, after, limit), cancellation);

    public Task<bool> RevokeCertificateAsync(string serial, X509RevocationReason reason, DateTimeOffset now, CancellationToken cancellation) =>
        writer.WriteAsync(database => CertificateTable.Revoke(database, serial, reason, now), cancellation);

    public Task<IReadOnlyList<IssuerUse>> IssuersAsync(DateTimeOffset now, CancellationToken cancellation) =>
        readers.ReadAsync(database => CertificateTable.Issuers(database, now), cancellation);

    public Task<CrlContent> NextCrlAsync(Digest issuer, DateTimeOffset expiring, CancellationToken cancellation) =>
        writer.WriteAsync(database => CertificateTable.NextCrl(database, issuer, expiring), cancellation);

    public Task<bool> SaveCrlAsync(PublishedCrl crl, CancellationToken cancellation) =>
        writer.WriteAsync(database => CertificateTable.SaveCrl(database, crl), cancellation);

    public Task RemoveCrlAsync(Digest issuer, CancellationToken cancellation) =>
        writer.WriteAsync(database => database.Use("DELETE FROM crl WHERE issuer = ?1").Bind(1, issuer).Change(), cancellation);

    public Task<IReadOnlyList<PublishedCrl>> CrlsAsync(CancellationToken cancellation) => readers.ReadAsync(CertificateTable.Crls, cancellation);

    public Task AddInvitationAsync(Invitation invitation, CancellationToken cancellation) =>
        writer.WriteAsync(
            database => database.Use("INSERT INTO invitation (token_hash, username, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)")
                .Bind(1, invitation.TokenHash).Bind(2, invitation.Username).Bind(3, invitation.CreatedAt).Bind(4, invitation.ExpiresAt).Change(),
            cancellation);

    public Task<bool> RedeemInvitationAsync(Digest tokenHash, string username, DateTimeOffset now, CancellationToken cancellation) =>
        writer.WriteAsync(
            database => database.Use(
                "UPDATE invitation SET used_at = ?3 WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?3 AND (username IS NULL OR username = ?2)")
                .Bind(1, tokenHash).Bind(2, username).Bind(3, now).Change() == 1,
            cancellation);

    public Task ReturnInvitationAsync(Digest tokenHash, CancellationToken cancellation) =>
        writer.WriteAsync(database => database.Use("UPDATE invitation SET used_at = NULL WHERE token_hash = ?1").Bind(1, tokenHash).Change(), cancellation);

    public Task<ulong> AdvanceGenerationAsync(DeviceId device, ulong presented, CancellationToken cancellation) =>
        writer.WriteAsync(database => DeviceTable.AdvanceGeneration(database, device, presented), cancellation);

    public Task SetLastSeenAsync(UserId user, DateTimeOffset time, CancellationToken cancellation) =>
        writer.WriteAsync(
            database => database.Use(
                "INSERT INTO presence (user, seen_at) VALUES (?1, ?2) ON CONFLICT (user) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at)")
                .Bind(1, user.Value).Bind(2, time).Change(),
            cancellation);

    public Task<IReadOnlyDictionary<UserId, DateTimeOffset>> LastSeenAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyDictionary<UserId, DateTimeOffset>>(database => ReadLastSeen(database, users), cancellation);

    public Task SetLoginAsync(DeviceId device, DateTimeOffset time, CancellationToken cancellation) =>
        writer.WriteAsync(database => DeviceTable.SetLogin(database, device, time), cancellation);

    public Task<bool> ApproveDeviceAsync(DeviceId device, byte[]? approval, DateTimeOffset now, CancellationToken cancellation) =>
        writer.WriteAsync(database => DeviceTable.Approve(database, device, approval, now), cancellation);

    public Task<bool> SuspendDeviceAsync(DeviceId device, CancellationToken cancellation) =>
        writer.WriteAsync(database => DeviceTable.Suspend(database, device), cancellation);

    public Task<bool> RevokeDeviceAsync(DeviceId device, X509RevocationReason reason, DateTimeOffset now, CancellationToken cancellation) =>
        writer.WriteAsync(database => DeviceTable.Revoke(database, device, reason, now), cancellation);

    public Task<bool> NameDeviceAsync(DeviceId device, string? name, CancellationToken cancellation) =>
        writer.WriteAsync(database => DeviceTable.SetName(database, device, name), cancellation);

    public Task<bool> SetProfileAsync(UserId user, ulong version, byte[] record, CancellationToken cancellation) =>
        writer.WriteAsync(database => ProfileTable.Set(database, user, version, record), cancellation);

    public Task<IReadOnlyDictionary<UserId, byte[]>> ProfilesAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        readers.ReadAsync(database => ProfileTable.Of(database, users), cancellation);

    public Task<bool> AppendCommitAsync(RoomCommit commit, CancellationToken cancellation) =>
        writer.WriteAsync(database => RoomTable.Append(database, commit), cancellation);

    public Task<RoomRecord?> FindRoomAsync(ConversationId room, CancellationToken cancellation) =>
        readers.ReadAsync(database => RoomTable.Find(database, room), cancellation);

    public Task<IReadOnlyList<byte[]>> CommitsAsync(ConversationId room, ulong after, int maxBytes, CancellationToken cancellation) =>
        readers.ReadAsync(database => RoomTable.Commits(database, room, after, maxBytes), cancellation);

    public Task<PersonalRoom?> FindRoomAsync(ConversationId room, UserId user, CancellationToken cancellation) =>
        readers.ReadAsync(database => RoomTable.Find(database, room, user), cancellation);

    public Task<IReadOnlyList<PersonalRoom>> RoomsOfAsync(UserId user, ConversationId? after, int limit, CancellationToken cancellation) =>
        readers.ReadAsync(database => RoomTable.Of(database, user, after, limit), cancellation);

    public Task<IReadOnlyList<RoomRecord>> OpenRoomsAsync(ConversationId? after, int limit, CancellationToken cancellation) =>
        readers.ReadAsync(database => RoomTable.Open(database, after, limit), cancellation);

    public Task<int> CountRoomsAsync(UserId creator, CancellationToken cancellation) =>
        readers.ReadAsync(database => RoomTable.CountCreatedBy(database, creator), cancellation);

    public Task<IReadOnlyList<DeviceStanding>> StandingsAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        readers.ReadAsync(database => StandingTable.Of(database, users), cancellation);

    public Task CheckAsync(CancellationToken cancellation) => writer.CheckAsync(cancellation);

    private static Dictionary<UserId, DateTimeOffset> ReadLastSeen(Database database, IReadOnlyCollection<UserId> users)
    {
        var seen = new Dictionary<UserId, DateTimeOffset>(users.Count);
        foreach (var user in users)
        {
            using var row = database.Use("SELECT seen_at FROM presence WHERE user = ?1");
            if (row.Bind(1, user.Value).Step()) seen[user] = row.Time(0);
        }

        return seen;
    }
}
