using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines;

/// <summary>What the server itself must remember: devices, certificates, invitations, presence, profile records, the ledgers of rooms. Never content.</summary>
public interface IStore
{
    /// <summary>
    /// Adds a device that has proved a password, or finds the one with the same identity key again. Active when it is the person's first device ever
    /// and <paramref name="firstMayEnter"/>; otherwise pending. A pending one that asks again and then may enter becomes active.
    /// A key that a device has already, whoever's device it is and whatever the key is for, adds nothing: that device is found, as it is.
    /// </summary>
    Task<DeviceRecord> AddDeviceAsync(UserId user, Digest identityKeyHash, bool firstMayEnter, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>
    /// Keeps a key for the encryption of this device, for good. False when it is another device's or an identity key. Throws <see cref="InvalidOperationException"/> for an unknown device.
    /// </summary>
    Task<bool> ClaimEncryptionKeyAsync(DeviceId device, Digest keyHash, CancellationToken cancellation);

    Task<DeviceRecord?> FindDeviceAsync(DeviceId device, CancellationToken cancellation);

    Task<IReadOnlyList<DeviceRecord>> DevicesOfAsync(UserId user, CancellationToken cancellation);

    /// <summary>People by id who have a device that is not revoked, those after <paramref name="after"/>.</summary>
    Task<IReadOnlyList<UserId>> PeopleAsync(UserId? after, int limit, CancellationToken cancellation);

    /// <summary>What authorisation needs of the devices of many people at once, in no order.</summary>
    Task<IReadOnlyList<DeviceStanding>> StandingsAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation);

    /// <summary>
    /// Records an issued certificate; it becomes the device's current one of its kind, and is revoked from the beginning if the device is. Throws <see cref="InvalidOperationException"/> on a serial seen before or an unknown device.
    /// </summary>
    Task AddCertificateAsync(IssuedCertificate certificate, CancellationToken cancellation);

    Task<IssuedCertificate?> FindCertificateAsync(string serial, CancellationToken cancellation);

    /// <summary>Certificates by serial, those after <paramref name="after"/>.</summary>
    /// <param name="user">Only this person's; null for everyone's and those of servers.</param>
    Task<IReadOnlyList<IssuedCertificate>> CertificatesAsync(UserId? user, string? after, int limit, CancellationToken cancellation);

    /// <summary>Revokes one certificate and leaves its device as it is. False when it is unknown or revoked already.</summary>
    Task<bool> RevokeCertificateAsync(string serial, X509RevocationReason reason, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>How many certificates each issuing CA has that expire after <paramref name="now"/>, those of OCSP responders aside; only such as have any.</summary>
    Task<IReadOnlyList<IssuerUse>> IssuersAsync(DateTimeOffset now, CancellationToken cancellation);

    /// <summary>
    /// What the next CRL of an issuing CA holds, of its revoked certificates those that expire after <paramref name="expiring"/>. In one step: no CRL knows less than one with a lower number.
    /// </summary>
    Task<CrlContent> NextCrlAsync(Digest issuer, DateTimeOffset expiring, CancellationToken cancellation);

    /// <summary>Keeps a signed CRL for the gateways, if its number is the highest of its issuer. False when it is not.</summary>
    Task<bool> SaveCrlAsync(PublishedCrl crl, CancellationToken cancellation);

    /// <summary>The CRL of an issuing CA is given to nobody any more.</summary>
    Task RemoveCrlAsync(Digest issuer, CancellationToken cancellation);

    /// <summary>The newest of each issuer, by issuer.</summary>
    Task<IReadOnlyList<PublishedCrl>> CrlsAsync(CancellationToken cancellation);

    Task AddInvitationAsync(Invitation invitation, CancellationToken cancellation);

    /// <summary>Uses an invitation up, once. False when unknown, used, expired or for another name.</summary>
    Task<bool> RedeemInvitationAsync(Digest tokenHash, string username, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Makes an invitation good again whose use came to nothing. Unknown ones are ignored.</summary>
    Task ReturnInvitationAsync(Digest tokenHash, CancellationToken cancellation);

    /// <summary>Keeps the highest generation presented by a device and returns the highest before; 0 at first. Throws <see cref="InvalidOperationException"/> for an unknown device.</summary>
    Task<ulong> AdvanceGenerationAsync(DeviceId device, ulong presented, CancellationToken cancellation);

    Task SetLastSeenAsync(UserId user, DateTimeOffset time, CancellationToken cancellation);

    Task<IReadOnlyDictionary<UserId, DateTimeOffset>> LastSeenAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation);

    /// <summary>When the person last gave the password for this device; null before the first log-in.</summary>
    Task SetLoginAsync(DeviceId device, DateTimeOffset time, CancellationToken cancellation);

    /// <summary>Lets a pending device in. False when there is none of this id or it is not pending.</summary>
    /// <param name="approval">The compact JWS of the device that approved; null when an administrator did.</param>
    Task<bool> ApproveDeviceAsync(DeviceId device, byte[]? approval, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>
    /// Makes an active device whose certificates have expired pending again. It stays the same device; its record loses certificates and approval. False when
    /// it is not active.
    /// </summary>
    Task<bool> SuspendDeviceAsync(DeviceId device, CancellationToken cancellation);

    /// <summary>Ends a pending or active device for good, and revokes every certificate it ever had. False when it is unknown or revoked already.</summary>
    Task<bool> RevokeDeviceAsync(DeviceId device, X509RevocationReason reason, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>False when there is no such device.</summary>
    Task<bool> NameDeviceAsync(DeviceId device, string? name, CancellationToken cancellation);

    /// <summary>Keeps the record if its version is higher than the one kept. False when it is not.</summary>
    Task<bool> SetProfileAsync(UserId user, ulong version, byte[] record, CancellationToken cancellation);

    Task<IReadOnlyDictionary<UserId, byte[]>> ProfilesAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation);

    /// <summary>
    /// Appends a commit that the caller verified, and the room as it is after it, in one step. False when the room's newest epoch is not the one before: another
    /// commit was first. A room that is not stored yet begins at epoch 1, or at 2 where the protocol gives it without a create.
    /// </summary>
    Task<bool> AppendCommitAsync(RoomCommit commit, CancellationToken cancellation);

    Task<RoomRecord?> FindRoomAsync(ConversationId room, CancellationToken cancellation);

    /// <summary>Commits by rising epoch, those after <paramref name="after"/>, as many as fit into <paramref name="maxBytes"/>; at least one if there is any.</summary>
    Task<IReadOnlyList<byte[]>> CommitsAsync(ConversationId room, ulong after, int maxBytes, CancellationToken cancellation);

    /// <summary>What a room is to this person; null when it never concerned them.</summary>
    Task<PersonalRoom?> FindRoomAsync(ConversationId room, UserId user, CancellationToken cancellation);

    /// <summary>Rooms that this person is or was in or is or was invited to, by id.</summary>
    Task<IReadOnlyList<PersonalRoom>> RoomsOfAsync(UserId user, ConversationId? after, int limit, CancellationToken cancellation);

    /// <summary>Open rooms that are not closed, by id.</summary>
    Task<IReadOnlyList<RoomRecord>> OpenRoomsAsync(ConversationId? after, int limit, CancellationToken cancellation);

    /// <summary>Rooms that this person created and that are not closed.</summary>
    Task<int> CountRoomsAsync(UserId creator, CancellationToken cancellation);

    Task CheckAsync(CancellationToken cancellation);
}

/// <param name="Room">As it is after the commit; its epoch and head are the commit's.</param>
/// <param name="Token">The compact JWS.</param>
/// <param name="In">People who got into the room or were invited by this commit: the room is among theirs from now on.</param>
/// <param name="Out">People whom this commit put out, or whose invitation it took back: it is the last that they may read.</param>
public sealed record RoomCommit(RoomRecord Room, byte[] Token, IReadOnlyCollection<UserId> In, IReadOnlyCollection<UserId> Out);

/// <param name="Until">The last epoch that this person may read; null for one who is in the room or invited.</param>
public sealed record PersonalRoom(RoomRecord Room, ulong? Until);

/// <summary>A room as its ledger says; the ledger itself decides.</summary>
/// <param name="Creator">Who made it, kept from its first commit; null for the room that nobody made.</param>
public sealed record RoomRecord(
    ConversationId Room, ulong Epoch, Digest Head, string Name, string Topic, bool IsOpen, bool IsClosed, int Members, UserId? Creator);

public enum DeviceState
{
    Pending = 0,
    Active = 1,
    Revoked = 2,
}

/// <param name="IdentityCertificate">DER, the newest; null while pending.</param>
/// <param name="EncryptionCertificate">DER, the newest; null until enrolled.</param>
/// <param name="Name">As its owner calls it.</param>
/// <param name="Approval">The compact JWS of the device that let it in; null for a first device and for one that an administrator let in.</param>
public sealed record DeviceRecord(
    DeviceId Device,
    UserId User,
    DeviceState State,
    Digest IdentityKeyHash,
    byte[]? IdentityCertificate,
    byte[]? EncryptionCertificate,
    DateTimeOffset AddedAt,
    DateTimeOffset? LoginAt,
    string? Name,
    byte[]? Approval,
    DateTimeOffset? RevokedAt)
{
    /// <summary>Others may address it: active with both certificates.</summary>
    public bool IsListed => State == DeviceState.Active && IdentityCertificate is not null && EncryptionCertificate is not null;
}

/// <param name="ExpiresAt">When the first of its two certificates does; null without both.</param>
/// <param name="LoginAt">When the person last gave the password for it.</param>
public readonly record struct DeviceStanding(UserId User, DeviceId Device, DeviceState State, DateTimeOffset? ExpiresAt, DateTimeOffset? LoginAt)
{
    /// <summary>Null when others may not address it at all.</summary>
    public DateTimeOffset? ListedUntil => State == DeviceState.Active ? ExpiresAt : null;
}

public enum CertificateKind
{
    Identity = 0,
    Encryption = 1,
    Server = 2,

    /// <summary>Of the key that signs OCSP answers.</summary>
    Responder = 3,

    /// <summary>Of the key that signs introductions.</summary>
    Introducer = 4,
}

/// <param name="Serial">Lower-case hex.</param>
/// <param name="Device">Null for a certificate of the server's or the authority's own.</param>
/// <param name="RevokedAt">Null while it is not revoked; it has a reason exactly when it has a time.</param>
/// <param name="Issuer">SHA-256 of the issuing CA's SubjectPublicKeyInfo; null for one from before there could be several CAs: it counts as issued by each.</param>
public sealed record IssuedCertificate(
    string Serial, CertificateKind Kind, UserId? User, DeviceId? Device, byte[] Der, DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset IssuedAt,
    DateTimeOffset? RevokedAt = null, X509RevocationReason? RevocationReason = null, Digest? Issuer = null);

/// <param name="Issuer">SHA-256 of the issuing CA's SubjectPublicKeyInfo; null for certificates from before it was recorded.</param>
/// <param name="Valid">How many are not revoked.</param>
/// <param name="LastExpiry">Also of those that are.</param>
public sealed record IssuerUse(Digest? Issuer, long Valid, DateTimeOffset LastExpiry);

/// <param name="Number">1 at first, one more each time, whoever asks for whichever issuer (RFC 5280 §5.2.3).</param>
/// <param name="Revocations">By serial.</param>
public sealed record CrlContent(ulong Number, IReadOnlyList<CertificateRevocation> Revocations);

/// <param name="Serial">Lower-case hex.</param>
public sealed record CertificateRevocation(string Serial, DateTimeOffset RevokedAt, X509RevocationReason Reason);

/// <param name="Issuer">SHA-256 of the issuing CA's SubjectPublicKeyInfo.</param>
/// <param name="Der">Complete, signed.</param>
public sealed record PublishedCrl(Digest Issuer, ulong Number, byte[] Der);

/// <param name="Username">The only name it is good for; null for any.</param>
public sealed record Invitation(Digest TokenHash, string? Username, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
