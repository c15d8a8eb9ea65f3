using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>A CA certificate as an administrator compares it.</summary>
/// <param name="Subject">RFC 4514.</param>
/// <param name="Serial">Lower-case hex, at least 32 digits.</param>
/// <param name="Fingerprint">SHA-256 of the DER, 64 hex digits.</param>
public sealed record AuthorityCertificate(string Subject, string Serial, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Fingerprint, string Pem)
{
    internal static AuthorityCertificate Describe(ReadOnlyMemory<byte> der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der.Span);
        return new AuthorityCertificate(
            certificate.Subject, certificate.SerialNumber.ToLowerInvariant().TrimStart('0').PadLeft(32, '0'), new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            new DateTimeOffset(certificate.NotAfter.ToUniversalTime()), Digest.Sha256(der.Span).ToString(), ToPem(der.Span));
    }

    internal static string ToPem(ReadOnlySpan<byte> der) => PemEncoding.WriteString("CERTIFICATE", der) + "\n";
}
