using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>Devices and their certificates (docs/protocol.md section 2). Whoever comes here proved a password or an identity certificate before.</summary>
internal sealed partial class Enrolment(
    AuthorityOptions options, CertificateAuthority authority, Issuance issuance, IStore store, IBroker broker, DeviceCallbacks callbacks, Invitations invitations, TimeProvider time,
    ILogger logger)
{
    public const string Revoked = "this device was revoked; to come back, register it anew with new keys",
        KeyInUse = "this key belongs to another device or account; make a new key: each has one device and one use",
        Waits = "this device waits for approval by another device of yours or by an administrator";

    private const string CertificateShown = "identity certificate";

    private static readonly TimeSpan PendingRetry = TimeSpan.FromSeconds(10);

    /// <summary>A password was proved: the device is added or found again, and gets an identity certificate if it may enter.</summary>
    public async Task<EnrolOutcome> EnrolIdentityAsync(Account account, byte[] csr, string? invitation, CancellationToken cancellation)
    {
        var (request, fault) = SigningRequest.Read(csr);
        if (request is null) return Refuse(RefusalKind.Invalid, fault!);
        using (request)
        {
            var devices = await store.DevicesOfAsync(account.User, cancellation);
            var known = devices.FirstOrDefault(d => d.IdentityKeyHash == request.KeyHash);
            if (known is null && devices.Count(static d => d.State != DeviceState.Revoked) >= options.MaxDevicesPerUser)
                return Refuse(RefusalKind.Forbidden, $"this account has {options.MaxDevicesPerUser} devices already; ask your administrator to remove one");
            var mayEnter = devices.Count == 0 && await MayEnterAsync(account, invitation, cancellation);

            var isNews = known is null || await SuspendExpiredAsync(known, cancellation);
            var device = await store.AddDeviceAsync(account.User, request.KeyHash, mayEnter, time.GetUtcNow(), cancellation);
            // A CSR is no secret: someone may send another person's under a password of their own.
            if (device.User != account.User || device.IdentityKeyHash != request.KeyHash) return Refuse(RefusalKind.Forbidden, KeyInUse);
            if (device.State == DeviceState.Revoked) return Refuse(RefusalKind.Forbidden, Revoked);
            await store.SetLoginAsync(device.Device, time.GetUtcNow(), cancellation);
            if (device.State == DeviceState.Active) return await IssueAsync(DeviceKeyUse.Identity, account, device, request, Actor.Person(account.User), "password", cancellation);
            if (isNews)
            {
                LogPending(logger, device.Device, account.User);
                callbacks.Changed(account.User);
            }

            return new EnrolOutcome.Pending(PendingRetry);
        }
    }

    /// <summary>Renewal. The identity key stays: it is what the device is.</summary>
    public async Task<EnrolOutcome> RenewIdentityAsync(KnownDevice device, byte[] csr, CancellationToken cancellation)
    {
        var (request, fault) = SigningRequest.Read(csr);
        if (request is null) return Refuse(RefusalKind.Invalid, fault!);
        using (request)
        {
            return request.KeyHash == device.Record.IdentityKeyHash
                ? await IssueAsync(DeviceKeyUse.Identity, device.Account, device.Record, request, Actor.Device(device.Record.Device), CertificateShown, cancellation)
                : Refuse(RefusalKind.Invalid, "an identity certificate is renewed with the key it has; a new key is a new device");
        }
    }

    /// <summary>The first encryption certificate and every later one. One key gets one certificate: asking again gives it again, so a lost answer is harmless.</summary>
    public async Task<EnrolOutcome> EnrolEncryptionAsync(KnownDevice device, byte[] csr, CancellationToken cancellation)
    {
        var (request, fault) = SigningRequest.Read(csr);
        if (request is null) return Refuse(RefusalKind.Invalid, fault!);
        using (request)
        {
            if (request.KeyHash == device.Record.IdentityKeyHash)
                return Refuse(RefusalKind.Invalid, "the encryption key is the identity key; make a second key");
            if (Current(device.Record) is { } current && KeyHashOf(current) == request.KeyHash)
            {
                await issuance.LoggedAsync(cancellation);
                return new EnrolOutcome.Issued(current.Der.ToArray());
            }

            if (!await store.ClaimEncryptionKeyAsync(device.Record.Device, request.KeyHash, cancellation)) return Refuse(RefusalKind.Forbidden, KeyInUse);
            await broker.CreateMailboxAsync(device.Record.Device, cancellation); // before the certificate lists the device
            return await IssueAsync(DeviceKeyUse.Encryption, device.Account, device.Record, request, Actor.Device(device.Record.Device), CertificateShown, cancellation);
        }
    }

    // The password and a key whose certificate has run out prove less than a device that kept its certificates: someone approves it again.
    private async Task<bool> SuspendExpiredAsync(DeviceRecord device, CancellationToken cancellation)
    {
        if (device is not { State: DeviceState.Active, IdentityCertificate: { } certificate } || CertificateDates.NotAfter(certificate) > time.GetUtcNow()) return false;
        return await store.SuspendDeviceAsync(device.Device, cancellation);
    }

    private async Task<bool> MayEnterAsync(Account account, string? invitation, CancellationToken cancellation) =>
        options.Registration == RegistrationPolicy.Open
        || await invitations.RedeemVoucherAsync(account, cancellation)
        || await invitations.RedeemAsync(invitation, account.Username, cancellation);

    private async Task<EnrolOutcome> IssueAsync(
        DeviceKeyUse use, Account account, DeviceRecord device, SigningRequest request, Actor by, string reason, CancellationToken cancellation)
    {
        var token = authority.Prepare(use, account.Username, account.User, device.Device, request.Key, time.GetUtcNow());
        var (kind, before) = use == DeviceKeyUse.Identity ? (CertificateKind.Identity, device.IdentityCertificate) : (CertificateKind.Encryption, device.EncryptionCertificate);
        var cause = new IssuanceCause(kind, by, reason) { Device = device, Username = account.Username, IsRenewal = before is not null };
        var certificate = await issuance.IssueAsync(token, cause, cancellation);
        LogIssued(logger, kind, certificate.Serial, device.Device, account.User);
        callbacks.Changed(account.User);
        return new EnrolOutcome.Issued(certificate.Der);
    }

    private VerifiedDevice? Current(DeviceRecord record) =>
        record.EncryptionCertificate is { } der
        && DeviceCertificates.Verify(der, authority.IssuingCertificates, authority.Anchor, DeviceKeyUse.Encryption, time.GetUtcNow()) is DeviceVerification.Verified current
            ? current.Device
            : null;

    private static Digest KeyHashOf(VerifiedDevice device)
    {
        using var key = device.LoadPublicKey();
        return SigningRequest.HashOf(key);
    }

    private static EnrolOutcome.Refused Refuse(RefusalKind kind, string reason) => new(new Refusal(kind, reason));

    [LoggerMessage(20, LogLevel.Information, "{Kind} certificate {Serial} issued for device {Device} of {User}")]
    private static partial void LogIssued(ILogger logger, CertificateKind kind, string serial, DeviceId device, UserId user);

    [LoggerMessage(21, LogLevel.Information, "Device {Device} of {User} waits for approval")]
    private static partial void LogPending(ILogger logger, DeviceId device, UserId user);
}
