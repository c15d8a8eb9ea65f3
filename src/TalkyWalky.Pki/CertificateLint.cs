using System.Formats.Asn1;

namespace TalkyWalky.Pki;

/// <summary>
/// Whether a certificate about to be issued has everything its profile says. It reads the encoded bytes and shares no code with what writes them.
/// </summary>
public static class CertificateLint
{
    private const int MinSerialBits = 64; // CA/Browser Forum baseline §7.1; ours draw 128 at random

    /// <summary>Null when nothing is wrong, else the first fault as a sentence.</summary>
    /// <param name="withStatus">The authority knows its public address, so the extensions that are issued but not demanded must be there too; else they must not.</param>
    public static string? FirstFault(ReadOnlyMemory<byte> der, CertificateProfile profile, bool withStatus)
    {
        if (ParsedCertificate.TryParse(der) is not { } certificate) return $"the {profile.Name} certificate is not DER of at most {CertificateProfiles.MaxSize} bytes";
        if (ProfileCheck.FirstFault(certificate, profile) is { } refusal) return refusal.Reason;
        if (certificate.Key.Bits < profile.MinBits || certificate.Key.Bits > profile.MaxBits)
            return $"the {profile.Name} certificate's key has {certificate.Key.Bits} bits, not {profile.MinBits} to {profile.MaxBits}";
        if (certificate.Serial.GetBitLength() < MinSerialBits) return $"the {profile.Name} certificate's serial number is too short to be random";
        if (certificate.NotAfter <= certificate.NotBefore) return $"the {profile.Name} certificate ends before it begins";
        if (!certificate.Extensions.Select(static e => e.Oid).ToHashSet(StringComparer.Ordinal).SetEquals(Expected(profile, withStatus)))
            return $"the {profile.Name} certificate has not exactly the extensions of its profile";
        return NameFault(certificate, profile);
    }

    private static IEnumerable<string> Expected(CertificateProfile profile, bool withStatus) =>
        profile.Extensions.Where(r => withStatus || r.Presence == ExtensionPresence.Demanded).Select(static r => r.Oid);

    private static string? NameFault(ParsedCertificate certificate, CertificateProfile profile)
    {
        try
        {
            if (SubjectName.Decode(certificate.Subject) is null) return $"the subject of the {profile.Name} certificate is not one organisation and one common name";
            if (!profile.Extensions.Any(static rule => string.Equals(rule.Oid, Oids.SubjectAlternativeName, StringComparison.Ordinal))) return null; // the extensions were compared: it has none
            if (profile == CertificateProfiles.Server)
                return AlternativeNames.ReadHosts(certificate) is { } hosts && hosts.Dns.Count + hosts.Addresses.Count > 0 ? null : "the gateway certificate names no host";
            return AlternativeNames.ReadUris(certificate) is [var userUri, var deviceUri]
                && DeviceUris.TryParseUser(userUri, out var domain, out _)
                && DeviceUris.TryParseDevice(deviceUri, out var deviceDomain, out _)
                && string.Equals(domain, deviceDomain, StringComparison.Ordinal)
                ? null
                : $"the {profile.Name} certificate does not name one user and one device of one domain";
        }
        catch (AsnContentException)
        {
            return $"the {profile.Name} certificate has a name that is not DER";
        }
    }
}
