using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;

namespace TalkyWalky.Authority;

/// <summary>What an administrator's revocation of a certificate came to.</summary>
public abstract record CertificateChange
{
    private CertificateChange() { }

    /// <param name="Certificate">As it is now.</param>
    /// <param name="EndedDevice">Its device ended with it.</param>
    public sealed record Done(IssuedCertificate Certificate, bool EndedDevice) : CertificateChange;

    /// <param name="Why">A sentence that says what to do.</param>
    public sealed record Refused(string Why) : CertificateChange;
}

/// <summary>Certificates by their serial number.</summary>
internal sealed partial class CertificateRegister(IStore store, TransparencyLog log, DeviceRegister devices, RevocationListIssuer crl, AuditTrail trail, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// A device cannot be without its identity, which every renewal keeps, nor without its current encryption certificate: with one of them the device ends. One that was
    /// replaced, or a gateway's, is revoked alone.
    /// </summary>
    public async Task<CertificateChange> RevokeAsync(string serial, X509RevocationReason reason, Actor by, CancellationToken cancellation)
    {
        if (await store.FindCertificateAsync(serial, cancellation) is not { } certificate)
            return new CertificateChange.Refused($"there is no certificate {serial}; see: talkywalkyd ca list");
        if (certificate.RevokedAt is { } before)
            return new CertificateChange.Refused(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the certificate {serial} was revoked on {before:yyyy-MM-dd} already"));
        var device = certificate.Device is { } id ? await store.FindDeviceAsync(id, cancellation) : null;
        var ends = device is not null && (certificate.Kind == CertificateKind.Identity || device.EncryptionCertificate.AsSpan().SequenceEqual(certificate.Der));
        if (ends)
        {
            if (await devices.RevokeAsync(device!, reason, by, cancellation) is { } refusal) return new CertificateChange.Refused(refusal.Reason);
        }
        else
        {
            await store.RevokeCertificateAsync(serial, reason, time.GetUtcNow(), cancellation);
            crl.Outdate();
            LogRevoked(logger, serial, by, reason);
            await log.CatchUpAsync(cancellation);
            await trail.WriteAsync(new AuditEntry
            {
                Act = AuditAct.Revoke,
                By = by.ToString(),
                User = certificate.User?.ToString(),
                Device = certificate.Device?.ToString(),
                Kind = certificate.Kind.ToString().ToLowerInvariant(),
                Serial = serial,
                Reason = RevocationReasons.NameOf(reason),
            });
        }

        return new CertificateChange.Done(await store.FindCertificateAsync(serial, cancellation) ?? certificate, ends);
    }

    [LoggerMessage(43, LogLevel.Information, "Certificate {Serial} revoked by {By} ({Reason})")]
    private static partial void LogRevoked(ILogger logger, string serial, Actor by, X509RevocationReason reason);
}
