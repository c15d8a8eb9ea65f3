using System.Formats.Asn1;
using System.Globalization;
using System.Net;
using TalkyWalky.Pki.Status;
using TalkyWalky.Pki.Validation;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki;

/// <summary>A certificate in words. Nothing in it is verified.</summary>
/// <param name="Subject">RFC 4514, as <paramref name="Issuer"/>.</param>
/// <param name="Serial">Hex.</param>
/// <param name="Key">Kind and size.</param>
/// <param name="PathLength">Null when it is no CA or sets no limit.</param>
/// <param name="Names">Alternative names, each after its kind.</param>
/// <param name="Constraints">What a CA may name and must not name.</param>
/// <param name="StatusAddresses">Where CRLs and OCSP answers are, each after its kind. Nothing here fetches them.</param>
/// <param name="Unknown">OIDs of critical extensions that path validation refuses.</param>
/// <param name="Fingerprint">SHA-256 of the certificate.</param>
/// <param name="KeyFingerprint">SHA-256 of its SubjectPublicKeyInfo.</param>
public sealed record CertificateDescription(
    string Subject, string Issuer, string Serial, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Key, bool IsAuthority, string? PathLength, IReadOnlyList<string> KeyUsage,
    IReadOnlyList<string> Purposes, IReadOnlyList<string> Names, IReadOnlyList<string> Constraints, IReadOnlyList<string> StatusAddresses,
    IReadOnlyList<string> Unknown, Digest Fingerprint, Digest KeyFingerprint)
{
    /// <summary>Null for what is not one certificate in strict DER of at most <see cref="CertificateProfiles.MaxSize"/> bytes, or has a part that cannot be read.</summary>
    public static CertificateDescription? TryRead(ReadOnlyMemory<byte> der)
    {
        try
        {
            return ParsedCertificate.TryParse(der) is { } certificate ? Describe(certificate) : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static CertificateDescription Describe(ParsedCertificate certificate)
    {
        var basics = BasicConstraints.Of(certificate);
        return new CertificateDescription(
            DistinguishedName.ToText(certificate.Subject),
            DistinguishedName.ToText(certificate.Issuer),
            Convert.ToHexStringLower(certificate.Serial.ToByteArray(isUnsigned: certificate.Serial.Sign >= 0, isBigEndian: true)),
            certificate.NotBefore,
            certificate.NotAfter,
            KeyOf(certificate.Key),
            basics.IsAuthority,
            basics.PathLength?.ToString(CultureInfo.InvariantCulture),
            Usages.KeyUsageOf(certificate) is { } usage ? [.. Enum.GetValues<CertificateKeyUsage>().Where(one => one != CertificateKeyUsage.None && usage.HasFlag(one)).Select(CamelCase)] : [],
            [.. (Usages.PurposesOf(certificate) ?? []).Select(PurposeOf)],
            [.. GeneralName.AlternativesOf(certificate).Select(NameOf)],
            certificate.Find(Oids.NameConstraints) is { } extension ? ConstraintsOf(NameSubtrees.Read(extension.Value)) : [],
            [.. DistributionPoint.Of(certificate).SelectMany(static point => point.Names).Select(static name => $"CRL {NameOf(name)}"), .. ResponderAddresses(certificate)],
            [.. PathRules.UnknownIn(certificate)],
            Digest.Sha256(certificate.Der.Span),
            Digest.Sha256(certificate.Key.Info.Span));
    }

    // RFC 5280 §4.2.2.1
    private static List<string> ResponderAddresses(ParsedCertificate certificate)
    {
        var addresses = new List<string>();
        if (certificate.Find(Oids.AuthorityInformationAccess) is not { } extension) return addresses;
        var outer = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        while (list.HasData)
        {
            var access = list.ReadSequence();
            var method = access.ReadObjectIdentifier();
            var location = GeneralName.Read(access);
            access.ThrowIfNotEmpty();
            if (string.Equals(method, Oids.Ocsp, StringComparison.Ordinal)) addresses.Add($"OCSP {NameOf(location)}");
        }

        return addresses;
    }

    private static string KeyOf(CertificateKey key) => key.Kind switch
    {
        CertificateKeyKind.Rsa => string.Create(CultureInfo.InvariantCulture, $"RSA, {key.Bits} bits"),
        null => "of a kind that is not accepted",
        _ => string.Create(CultureInfo.InvariantCulture, $"EC, P-{key.Bits}"),
    };

    private static string CamelCase(CertificateKeyUsage usage) => usage == CertificateKeyUsage.CrlSign ? "cRLSign" : char.ToLowerInvariant(usage.ToString()[0]) + usage.ToString()[1..];

    private static string PurposeOf(string oid) => oid switch
    {
        Oids.ServerAuth => "serverAuth",
        Oids.ClientAuth => "clientAuth",
        Oids.OcspSigning => "OCSPSigning",
        Oids.AnyPurpose => "anyExtendedKeyUsage",
        _ => oid,
    };

    private static IReadOnlyList<string> ConstraintsOf(NameSubtrees subtrees) =>
        [.. subtrees.Permitted.Select(static one => $"permitted {SubtreeOf(one)}"), .. subtrees.Excluded.Select(static one => $"excluded {SubtreeOf(one)}")];

    private static string SubtreeOf(GeneralName subtree)
    {
        if (subtree.Kind != GeneralNameKind.IpAddress) return NameOf(subtree);
        var half = subtree.Bytes.Length / 2;
        return half is 4 or 16 && subtree.Bytes.Length == 2 * half ? $"IP:{new IPAddress(subtree.Bytes.Span[..half])}/{new IPAddress(subtree.Bytes.Span[half..])}" : NameOf(subtree);
    }

    private static string NameOf(GeneralName name) => name.Kind switch
    {
        GeneralNameKind.DnsName => $"DNS:{name.Text}",
        GeneralNameKind.Uri => $"URI:{name.Text}",
        GeneralNameKind.Rfc822Name => $"email:{name.Text}",
        GeneralNameKind.DirectoryName => $"directory:{DistinguishedName.ToText(name.Bytes)}",
        GeneralNameKind.IpAddress => name.Bytes.Length is 4 or 16 ? $"IP:{new IPAddress(name.Bytes.Span)}" : $"IP:#{Convert.ToHexStringLower(name.Bytes.Span)}",
        _ => name.Kind.ToString(),
    };
}
