using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;

namespace TalkyWalky.Client.Enrol;

/// <summary>Requests for this device's certificates, and the check of what comes back.</summary>
internal static class OwnCertificate
{
    /// <summary>PKCS#10, signed by the key itself: proof of possession. The authority takes every name from the log-in.</summary>
    public static byte[] Request(RSA key, string username)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(username);
        return new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pss).CreateSigningRequest();
    }

    /// <summary>The certificate in an EST answer (base64 certs-only CMS, RFC 7030 §4.2.3) if it is for this key; else why not.</summary>
    public static (VerifiedDevice? Device, string? Why) Accept(
        byte[] answer, RSA key, TrustAnchor anchor, IReadOnlyList<byte[]> issuing, DeviceKeyUse use, DateTimeOffset now)
    {
        if (DecodeCms(answer) is not { Count: > 0 } certificates) return (null, "the server's answer holds no certificate");
        var wanted = key.ExportRSAPublicKey();
        foreach (var der in certificates)
        {
            if (!HasKey(der, wanted)) continue;
            List<ReadOnlyMemory<byte>> candidates = [.. issuing, .. certificates];
            return DeviceCertificates.Verify(der, candidates, anchor, use, now) switch
            {
                DeviceVerification.Verified verified => (verified.Device, null),
                DeviceVerification.Refused refused => (null, $"the certificate that the server issued is not valid: {refused.Reason}"),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }

        return (null, "the server issued a certificate for another key");
    }

    /// <summary>The DER certificates of a base64 certs-only message; null when it is none.</summary>
    public static IReadOnlyList<byte[]>? DecodeCms(byte[] base64)
    {
        var text = System.Text.Encoding.ASCII.GetString(base64);
        var der = new byte[text.Length];
        return Convert.TryFromBase64String(text, der, out var length) ? CertsOnly.TryDecode(der.AsSpan(0, length)) : null;
    }

    private static bool HasKey(byte[] der, byte[] publicKey)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            using var key = certificate.GetRSAPublicKey();
            return key is not null && key.ExportRSAPublicKey().AsSpan().SequenceEqual(publicKey);
        }
        catch (CryptographicException)
        {
            return false; // not a certificate: not ours
        }
    }
}
