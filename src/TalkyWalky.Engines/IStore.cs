using TalkyWalky.Wire;

namespace TalkyWalky.Engines;

/// <summary>What the server itself must remember: devices, certificates, invitations, presence. Never content.</summary>
public interface IStore
{
    /// <summary>
    /// Adds a device that has proved a password, or finds the one with the same identity key again. Active when it is the person's first device ever
    /// and <paramref name="firstMayEnter"/>; otherwise pending. A pending one that asks again and then may enter becomes active.
    /// </summary>
    Task<DeviceRecord> AddDeviceAsync(UserId user, Digest identityKeyHash, bool firstMayEnter, DateTimeOffset now, CancellationToken cancellation);

    Task<DeviceRecord?> FindDeviceAsync(DeviceId device, CancellationToken cancellation);

    Task<IReadOnlyList<DeviceRecord>> DevicesOfAsync(UserId user, CancellationToken cancellation);

    /// <summary>Records an issued certificate; it becomes the device's current one of its kind. Throws <see cref="InvalidOperationException"/> on a serial seen before or an unknown device.</summary>
    Task AddCertificateAsync(IssuedCertificate certificate, CancellationToken cancellation);

    Task<IssuedCertificate?> FindCertificateAsync(string serial, CancellationToken cancellation);

    Task AddInvitationAsync(Invitation invitation, CancellationToken cancellation);

    /// <summary>Uses an invitation up, once. False when unknown, used, expired or for another name.</summary>
    Task<bool> RedeemInvitationAsync(Digest tokenHash, string username, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Keeps the highest generation presented by a device and returns the highest before; 0 at first. Throws <see cref="InvalidOperationException"/> for an unknown device.</summary>
    Task<ulong> AdvanceGenerationAsync(DeviceId device, ulong presented, CancellationToken cancellation);

    Task SetLastSeenAsync(UserId user, DateTimeOffset time, CancellationToken cancellation);

    Task<IReadOnlyDictionary<UserId, DateTimeOffset>> LastSeenAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation);

    /// <summary>When the person last gave the password for this device; null before the first log-in.</summary>
    Task SetLoginAsync(DeviceId device, DateTimeOffset time, CancellationToken cancellation);

    Task CheckAsync(CancellationToken cancellation);
}

public enum DeviceState
{
    Pending = 0,
    Active = 1,
    Revoked = 2,
}

/// <param name="IdentityCertificate">DER, the newest; null while pending.</param>
/// <param name="EncryptionCertificate">DER, the newest; null until enrolled.</param>
public sealed record DeviceRecord(
    DeviceId Device,
    UserId User,
    DeviceState State,
    Digest IdentityKeyHash,
    byte[]? IdentityCertificate,
    byte[]? EncryptionCertificate,
    DateTimeOffset AddedAt,
    DateTimeOffset? LoginAt)
{
    /// <summary>Others may address it: active with both certificates.</summary>
    public bool IsListed => State == DeviceState.Active && IdentityCertificate is not null && EncryptionCertificate is not null;
}

public enum CertificateKind
{
    Identity = 0,
    Encryption = 1,
    Server = 2,
}

/// <param name="Serial">Lower-case hex.</param>
/// <param name="Device">Null for a server certificate.</param>
public sealed record IssuedCertificate(
    string Serial, CertificateKind Kind, UserId? User, DeviceId? Device, byte[] Der, DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset IssuedAt);

/// <param name="Username">The only name it is good for; null for any.</param>
public sealed record Invitation(Digest TokenHash, string? Username, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
