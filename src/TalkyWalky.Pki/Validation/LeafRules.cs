using System.Formats.Asn1;
using System.Net;

namespace TalkyWalky.Pki.Validation;

/// <summary>What a leaf must be for its use, beyond its path.</summary>
internal static class LeafRules
{
    private const CertificateKeyUsage TlsUsage = CertificateKeyUsage.DigitalSignature | CertificateKeyUsage.KeyEncipherment | CertificateKeyUsage.KeyAgreement;

    /// <summary>Null when it fits. Throws <see cref="AsnContentException"/>.</summary>
    /// <param name="host">For servers: the DNS name or address that was asked for; null to leave that open.</param>
    public static PathRefusal? FirstFault(ParsedCertificate leaf, PathUse use, string? host) => use switch
    {
        PathUse.Authority => AuthorityFault(leaf),
        PathUse.Server => ServerFault(leaf) ?? HostFault(leaf, host),
        _ => null,
    };

    private static PathRefusal? AuthorityFault(ParsedCertificate leaf)
    {
        if (!BasicConstraints.Of(leaf).IsAuthority) return Wrong("is not a CA certificate");
        return Usages.KeyUsageOf(leaf) is { } usage && usage.HasFlag(CertificateKeyUsage.KeyCertSign) ? null : Wrong("lacks the key usage keyCertSign");
    }

    // CA/Browser Forum Baseline Requirements §7.1.2.7, where RFC 5280 alone leaves it open.
    private static PathRefusal? ServerFault(ParsedCertificate leaf)
    {
        if (BasicConstraints.Of(leaf).IsAuthority) return Wrong("is a CA certificate, not a server's");
        if (Usages.KeyUsageOf(leaf) is { } usage && (usage & TlsUsage) == CertificateKeyUsage.None) return Wrong("must not be used for TLS, by its key usage");
        if (Usages.PurposesOf(leaf) is not { } purposes || !purposes.Contains(Oids.ServerAuth, StringComparer.Ordinal)) return Wrong("is not for servers: its extended key usage lacks serverAuth");
        if (purposes.Contains(Oids.AnyPurpose, StringComparer.Ordinal)) return Wrong("is for any purpose, which a server's certificate must not be");
        var names = GeneralName.AlternativesOf(leaf);
        if (names.Count == 0) return new PathRefusal(PathFailure.WrongName, "has no subject alternative name; the common name does not count");
        if (names.FirstOrDefault(static n => n.Kind is not (GeneralNameKind.DnsName or GeneralNameKind.IpAddress)) is { } other)
            return new PathRefusal(PathFailure.WrongName, $"has an alternative name of the kind {other.Kind}; a server has DNS names and addresses only");
        return names.Any(static n => n.Kind == GeneralNameKind.DnsName ? !HostNames.IsWellFormed(n.Text) : n.Bytes.Length is not (4 or 16))
            ? new PathRefusal(PathFailure.WrongName, "has an alternative name that is no DNS name and no address")
            : null;
    }

    private static PathRefusal? HostFault(ParsedCertificate leaf, string? host)
    {
        if (host is null) return null;
        var names = GeneralName.AlternativesOf(leaf);
        var dns = names.Where(static n => n.Kind == GeneralNameKind.DnsName).Select(static n => n.Text).ToList();
        var addresses = names.Where(static n => n.Kind == GeneralNameKind.IpAddress).Select(static n => new IPAddress(n.Bytes.Span)).ToList();
        return HostNames.Match(dns, addresses, host, wildcards: true)
            ? null
            : new PathRefusal(PathFailure.WrongName, $"is not for \"{host}\", but for {string.Join(", ", dns.Concat(addresses.Select(static a => a.ToString())))}");
    }

    private static PathRefusal Wrong(string what) => new(PathFailure.WrongProfile, what);
}
