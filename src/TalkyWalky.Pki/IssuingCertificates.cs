using System.Formats.Asn1;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki;

/// <summary>An issuing CA's certificate below the pinned root.</summary>
public static class IssuingCertificates
{
    /// <summary>Null when this can be the root of an organisation: a CA certificate that its own key signed, of any make, within its life; else why not, as the end of a sentence.</summary>
    public static string? RootFault(ReadOnlyMemory<byte> root, DateTimeOffset at)
    {
        if (ParsedCertificate.TryParse(root) is not { } certificate) return "is not one certificate of X.509 in strict DER";
        if (!certificate.Issuer.Span.SequenceEqual(certificate.Subject.Span)) return "is no root: another CA issued it; give the certificate at the top";
        if (certificate.Signed.Fault(certificate.Key) is { } unsigned) return $"is not consistent with itself: it {unsigned.Reason}";
        return PathRules.RootFault(certificate, at)?.Reason;
    }

    /// <summary>Null when it fits its profile and the root signed it, with what it may name; else a sentence. The time is not looked at.</summary>
    public static string? Check(ReadOnlyMemory<byte> issuing, TrustAnchor anchor, out NameConstraints constraints)
    {
        constraints = null!;
        if (ParsedCertificate.TryParse(anchor.Der) is not { } root) return "the root is not a certificate in DER";
        if (ParsedCertificate.TryParse(issuing) is not { } certificate) return "this is not a certificate in DER";
        if (ProfileCheck.FirstFault(certificate, CertificateProfiles.Issuing) is { } refusal) return refusal.Reason;
        try
        {
            constraints = NameConstraints.Decode(certificate.Find(Oids.NameConstraints)!.Value)!;
            if (constraints is null) return "it does not permit exactly one domain and one organisation";
            return certificate.Issuer.Span.SequenceEqual(root.Subject.Span) && certificate.Signed.Fault(root.Key) is null ? null : "the root did not sign it";
        }
        catch (AsnContentException)
        {
            return "it cannot be read";
        }
    }
}
