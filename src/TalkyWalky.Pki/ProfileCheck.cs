using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;

namespace TalkyWalky.Pki;

internal sealed record PathRefusal(PathFailure Failure, string Reason);

/// <summary>One certificate against its profile. Beyond X509Chain, which takes a CA as leaf, a leaf that signs certificates, weak keys and zero serials.</summary>
internal static class ProfileCheck
{
    private const int MaxSerialBytes = 20; // RFC 5280 §4.1.2.2
    private static readonly BigInteger F4 = 65537;

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

    public static PathRefusal? CheckTime(ParsedCertificate certificate, CertificateProfile profile, DateTimeOffset at)
    {
        if (at < certificate.NotBefore)
            return new PathRefusal(PathFailure.NotYetValid, $"the {profile.Name} certificate is valid only from {Format(certificate.NotBefore)}; check the clock");
        return at >= certificate.NotAfter // the base library on OpenSSL counts the last second out; so it is the same everywhere
            ? new PathRefusal(PathFailure.Expired, $"the {profile.Name} certificate expired at {Format(certificate.NotAfter)}")
            : null;
    }

    private static PathRefusal? CheckBasics(ParsedCertificate certificate, CertificateProfile profile)
    {
        if (certificate.Version != 3) return Wrong(profile, "is not X.509 version 3");
        if (certificate.Serial.Sign <= 0 || certificate.Serial.GetByteCount() > MaxSerialBytes) return Wrong(profile, "has a serial number that is zero, negative or too long");
        if (!string.Equals(certificate.SignatureAlgorithm, Oids.Sha256WithRsa, StringComparison.Ordinal)) return Wrong(profile, "is not signed with sha256WithRSAEncryption");
        return certificate.NotAfter - certificate.NotBefore > profile.Life + CertificateProfiles.Backdate ? Wrong(profile, "is valid for longer than such a certificate may be") : null;
    }

    private static PathRefusal? CheckKey(CertificateKey key, CertificateProfile profile)
    {
        if (key.Kind != profile.Key) return Wrong(profile, $"holds no {(profile.Key == CertificateKeyKind.Rsa ? "RSA" : "P-256")} key");
        if (key.Kind != CertificateKeyKind.Rsa) return null;
        if (key.Bits is < CertificateProfiles.VerifiedRsaMinBits or > CertificateProfiles.VerifiedRsaMaxBits)
            return new PathRefusal(PathFailure.WeakKey, $"the {profile.Name} certificate holds an RSA key of {key.Bits} bits; 2048 to 8192 are accepted");
        return key.Exponent == F4 ? null : new PathRefusal(PathFailure.WeakKey, $"the {profile.Name} certificate holds an RSA key whose exponent is not 65537");
    }

    private static PathRefusal? CheckBasicConstraints(ParsedCertificate certificate, CertificateProfile profile)
    {
        if (certificate.Find(Oids.BasicConstraints) is not { } extension) return Missing(profile, Oids.BasicConstraints);
        var outer = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var body = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var isAuthority = body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && body.ReadBoolean();
        BigInteger? pathLength = body.HasData ? body.ReadInteger() : null;
        body.ThrowIfNotEmpty();
        if (isAuthority != profile.IsAuthority) return Wrong(profile, isAuthority ? "is a CA certificate" : "is not a CA certificate");
        return pathLength == profile.PathLength ? null : Wrong(profile, $"has another path length than {profile.PathLength?.ToString(CultureInfo.InvariantCulture) ?? "none"}");
    }

    private static PathRefusal? CheckKeyUsage(ParsedCertificate certificate, CertificateProfile profile)
    {
        if (certificate.Find(Oids.KeyUsage) is not { } extension) return Missing(profile, Oids.KeyUsage);
        var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var usage = reader.ReadNamedBitListValue<CertificateKeyUsage>();
        reader.ThrowIfNotEmpty();
        return usage == profile.KeyUsage ? null : Wrong(profile, $"has the key usage {usage} instead of {profile.KeyUsage}");
    }

    private static PathRefusal? CheckPurpose(ParsedCertificate certificate, CertificateProfile profile)
    {
        if (certificate.Find(Oids.ExtendedKeyUsage) is not { } extension) return profile.ExtendedKeyUsage is null ? null : Missing(profile, Oids.ExtendedKeyUsage);
        if (profile.ExtendedKeyUsage is null) return Wrong(profile, "has an extended key usage, which it must not have");
        var outer = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var purposes = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var first = purposes.ReadObjectIdentifier();
        return string.Equals(first, profile.ExtendedKeyUsage, StringComparison.Ordinal) && !purposes.HasData
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

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
