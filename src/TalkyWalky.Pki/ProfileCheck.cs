using System.Formats.Asn1;
using System.Globalization;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki;

internal sealed record PathRefusal(PathFailure Failure, string Reason);

/// <summary>One certificate against its profile. Beyond X509Chain, which takes a CA as leaf, a leaf that signs certificates, weak keys and zero serials.</summary>
internal static class ProfileCheck
{
    private const int MaxSerialBytes = 20; // RFC 5280 §4.1.2.2

    /// <summary>Null when it fits. The first fault otherwise.</summary>
    public static PathRefusal? FirstFault(ParsedCertificate certificate, CertificateProfile profile)
    {
        try
        {
            return CheckBasics(certificate, profile)
                ?? CheckKey(certificate.Key, profile)
                ?? CheckBasicConstraints(certificate, profile)
                ?? CheckKeyUsage(certificate, profile)
                ?? CheckPurpose(certificate, profile)
                ?? CheckExtensions(certificate, profile);
        }
        catch (AsnContentException)
        {
            return new PathRefusal(PathFailure.Malformed, $"the {profile.Name} certificate has an extension that is not DER");
        }
    }

    public static PathRefusal? CheckTime(ParsedCertificate certificate, CertificateProfile profile, DateTimeOffset at) =>
        PathRules.TimeFault(certificate, at) is { } fault ? fault with { Reason = $"the {profile.Name} certificate {fault.Reason}" } : null;

    private static PathRefusal? CheckBasics(ParsedCertificate certificate, CertificateProfile profile)
    {
        if (certificate.Version != 3) return Wrong(profile, "is not X.509 version 3");
        if (certificate.Serial.Sign <= 0 || certificate.Serial.GetByteCount() > MaxSerialBytes) return Wrong(profile, "has a serial number that is zero, negative or too long");
        // What signed a CA certificate may be an organisation's own root: its algorithm is checked with the signature.
        if (!profile.IsAuthority && !string.Equals(certificate.SignatureAlgorithm, Oids.Sha256WithRsa, StringComparison.Ordinal)) return Wrong(profile, "is not signed with sha256WithRSAEncryption");
        return certificate.NotAfter - certificate.NotBefore > profile.Life + CertificateProfiles.Backdate ? Wrong(profile, "is valid for longer than such a certificate may be") : null;
    }

    private static PathRefusal? CheckKey(CertificateKey key, CertificateProfile profile)
    {
        if (key.Kind != profile.Key) return Wrong(profile, $"holds no {(profile.Key == CertificateKeyKind.Rsa ? "RSA" : "P-256")} key");
        return key.Fault is { } weak ? new PathRefusal(PathFailure.WeakKey, $"the {profile.Name} certificate holds a key that {weak}") : null;
    }

    private static PathRefusal? CheckBasicConstraints(ParsedCertificate certificate, CertificateProfile profile)
    {
        if (certificate.Find(Oids.BasicConstraints) is null) return Missing(profile, Oids.BasicConstraints);
        var (isAuthority, pathLength) = BasicConstraints.Of(certificate);
        if (isAuthority != profile.IsAuthority) return Wrong(profile, isAuthority ? "is a CA certificate" : "is not a CA certificate");
        return pathLength == profile.PathLength ? null : Wrong(profile, $"has another path length than {profile.PathLength?.ToString(CultureInfo.InvariantCulture) ?? "none"}");
    }

    private static PathRefusal? CheckKeyUsage(ParsedCertificate certificate, CertificateProfile profile)
    {
        if (Usages.KeyUsageOf(certificate) is not { } usage) return Missing(profile, Oids.KeyUsage);
        return usage == profile.KeyUsage ? null : Wrong(profile, $"has the key usage {usage} instead of {profile.KeyUsage}");
    }

    private static PathRefusal? CheckPurpose(ParsedCertificate certificate, CertificateProfile profile)
    {
        if (Usages.PurposesOf(certificate) is not { } purposes) return profile.ExtendedKeyUsage is null ? null : Missing(profile, Oids.ExtendedKeyUsage);
        if (profile.ExtendedKeyUsage is null) return Wrong(profile, "has an extended key usage, which it must not have");
        return purposes is [var only] && string.Equals(only, profile.ExtendedKeyUsage, StringComparison.Ordinal)
            ? null
            : Wrong(profile, $"has another extended key usage than {profile.ExtendedKeyUsage}");
    }

    private static PathRefusal? CheckExtensions(ParsedCertificate certificate, CertificateProfile profile)
    {
        foreach (var rule in profile.Extensions)
        {
            var found = certificate.Find(rule.Oid);
            if (found is null && rule.Presence == ExtensionPresence.Demanded) return Missing(profile, rule.Oid);
            if (found is not null && found.Critical != rule.Critical) return Wrong(profile, $"has the extension {rule.Oid} marked {(found.Critical ? "critical" : "not critical")}");
        }

        foreach (var extension in certificate.Extensions)
        {
            if (profile.Extensions.Any(r => string.Equals(r.Oid, extension.Oid, StringComparison.Ordinal))) continue;
            if (extension.Critical) return Wrong(profile, $"has an unknown critical extension {extension.Oid}");
            // RFC 5280 §4.2.1.10: only in a CA certificate, always critical.
            if (string.Equals(extension.Oid, Oids.NameConstraints, StringComparison.Ordinal)) return Wrong(profile, "has name constraints, which only an issuing CA may have");
        }

        return null;
    }

    private static PathRefusal Missing(CertificateProfile profile, string oid) => Wrong(profile, $"lacks the extension {oid}");

    private static PathRefusal Wrong(CertificateProfile profile, string what) => new(PathFailure.WrongProfile, $"the {profile.Name} certificate {what}");
}
