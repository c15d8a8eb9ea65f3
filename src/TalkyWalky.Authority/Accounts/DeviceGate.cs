using TalkyWalky.Engines;
using TalkyWalky.Pki;

namespace TalkyWalky.Authority;

/// <summary>A device that proved its identity key over mutual TLS, and may act now.</summary>
/// <param name="CertifiedUsername">As the certificate shown says, which may be the name before a change.</param>
internal sealed record KnownDevice(DeviceRecord Record, Account Account, string CertifiedUsername);

/// <summary>From a TLS client certificate to a device: path, state of the device, state of the account. No throttle: a certificate cannot be guessed.</summary>
internal sealed class DeviceGate(CertificateAuthority authority, IDirectory directory, IStore store, TimeProvider time)
{
    public async Task<(KnownDevice? Device, Refusal? Refusal)> AuthenticateAsync(byte[]? certificate, CancellationToken cancellation)
    {
        if (certificate is null) return Refuse(RefusalKind.NotAuthenticated, "this needs the device's identity certificate in the TLS connection");
        var verification = DeviceCertificates.Verify(certificate, authority.IssuingCertificates, authority.Anchor, DeviceKeyUse.Identity, time.GetUtcNow());
        if (verification is DeviceVerification.Refused refused) return Refuse(RefusalKind.NotAuthenticated, refused.Reason);
        var verified = ((DeviceVerification.Verified)verification).Device;

        using var key = verified.LoadPublicKey();
        var record = await store.FindDeviceAsync(verified.Device, cancellation);
        if (record is null || record.User != verified.User || record.IdentityKeyHash != SigningRequest.HashOf(key))
            return Refuse(RefusalKind.Forbidden, "this device is not known here; register it again");
        if (record.State == DeviceState.Revoked) return Refuse(RefusalKind.Forbidden, Enrolment.Revoked);
        if (record.State != DeviceState.Active) return Refuse(RefusalKind.Forbidden, Enrolment.Waits);
        return await directory.FindAsync(record.User, cancellation) is { Enabled: true } account
            ? (new KnownDevice(record, account, verified.Username), null)
            : Refuse(RefusalKind.Forbidden, "this account is disabled; ask your administrator");
    }

    private static (KnownDevice?, Refusal) Refuse(RefusalKind kind, string reason) => (null, new Refusal(kind, reason));
}
