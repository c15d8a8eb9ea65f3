using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Pki;

/// <summary>An issuing CA's certificate below the pinned root.</summary>
public static class IssuingCertificates
{
    /// <summary>Null when it fits its profile and the root signed it, with what it may name; else a sentence. The time is not looked at.</summary>
    public static string? Check(ReadOnlyMemory<byte> issuing, TrustAnchor anchor, out NameConstraints constraints)
    {
        constraints = null!;
        if (ParsedCertificate.TryParse(anchor.Der) is not { } root) return "the root is not a certificate in DER";
        if (ParsedCertificate.TryParse(issuing) is not { } certificate) return "this is not a certificate in DER";
        if ((ProfileCheck.FirstFault(root, CertificateProfiles.Root) ?? ProfileCheck.FirstFault(certificate, CertificateProfiles.Issuing)) is { } refusal) return refusal.Reason;
        try
        {
            constraints = NameConstraints.Decode(certificate.Find(Oids.NameConstraints)!.Value)!;
            if (constraints is null) return "it does not permit exactly one domain and one organisation";
            return certificate.Issuer.Span.SequenceEqual(root.Subject.Span) && IsSignedBy(issuing, anchor) ? null : "the root did not sign it";
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return "it cannot be read";
        }
    }

    private static bool IsSignedBy(ReadOnlyMemory<byte> issuing, TrustAnchor anchor)
    {
        var parts = new AsnReader(issuing, AsnEncodingRules.DER).ReadSequence();
        var toBeSigned = parts.ReadEncodedValue();
        parts.ReadSequence();
        var signature = parts.ReadBitString(out _);
        using var root = anchor.LoadCertificate();
        using var key = root.GetRSAPublicKey();
        return key is not null && key.VerifyData(toBeSigned.Span, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}
