using TalkyWalky.Wire;

namespace TalkyWalky.Pki;

/// <summary>The key that a certificate holds.</summary>
public static class CertificateKeys
{
    /// <summary>SHA-256 of its SubjectPublicKeyInfo; null for what is no certificate in DER. Nothing is verified.</summary>
    public static Digest? HashOf(ReadOnlyMemory<byte> der) => ParsedCertificate.TryParse(der) is { } certificate ? Digest.Sha256(certificate.Key.Info.Span) : null;
}
