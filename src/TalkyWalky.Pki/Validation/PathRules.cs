using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;

namespace TalkyWalky.Pki.Validation;

/// <summary>
/// RFC 5280 §6.1 over a path whose names and signatures chain, leaf first and trust anchor last. The anchor's own limits bind too (RFC 5937): it is a CA certificate here, not only
/// a name with a key.
/// </summary>
internal sealed class PathRules
{
    private const int MaxSerialBytes = 20; // RFC 5280 §4.1.2.2

    private static readonly HashSet<string> Processed = new(StringComparer.Ordinal)
    {
        Oids.BasicConstraints, Oids.KeyUsage, Oids.ExtendedKeyUsage, Oids.SubjectAlternativeName, Oids.NameConstraints, Oids.CertificatePolicies, Oids.PolicyMappings,
        Oids.PolicyConstraints, Oids.InhibitAnyPolicy,
    };

    private readonly IReadOnlyList<ParsedCertificate> _path;
    private readonly DateTimeOffset _at;
    private readonly string? _purpose;
    private readonly List<NameSubtrees> _subtrees = [];
    private readonly PolicySet _policies;
    private BigInteger _pathLength = int.MaxValue;

    private PathRules(IReadOnlyList<ParsedCertificate> path, string? purpose, DateTimeOffset at)
    {
        _path = path;
        _purpose = purpose;
        _at = at;
        _policies = new PolicySet(path.Count - 1);
    }

    /// <summary>Null when the path holds.</summary>
    /// <param name="purpose">The extended key usage that CA certificates must allow where they have any; null for none.</param>
    public static PathRefusal? FirstFault(IReadOnlyList<ParsedCertificate> path, string? purpose, DateTimeOffset at)
    {
        var rules = new PathRules(path, purpose, at);
        for (var i = path.Count - 1; i >= 0; i--)
        {
            try
            {
                if (rules.Fault(path[i], isAnchor: i == path.Count - 1, isLeaf: i == 0) is { } fault) return fault with { Reason = $"{Name(path[i])} {fault.Reason}" };
            }
            catch (AsnContentException)
            {
                return new PathRefusal(PathFailure.Malformed, $"{Name(path[i])} has a name or an extension that is not DER, or breaks RFC 5280");
            }
        }

        return null;
    }

    /// <summary>Null when this can be the anchor above a CA.</summary>
    public static PathRefusal? RootFault(ParsedCertificate root, DateTimeOffset at)
    {
        try
        {
            return new PathRules([root], purpose: null, at).Fault(root, isAnchor: true, isLeaf: false);
        }
        catch (AsnContentException)
        {
            return new PathRefusal(PathFailure.Malformed, "has a name or an extension that is not DER, or breaks RFC 5280");
        }
    }

    /// <summary>How sentences call a certificate.</summary>
    public static string Name(ParsedCertificate certificate) => $"the certificate of \"{DistinguishedName.ToText(certificate.Subject)}\"";

    /// <summary>Critical extensions that are not processed here: RFC 5280 §4.2 demands to refuse them.</summary>
    public static IEnumerable<string> UnknownIn(ParsedCertificate certificate) =>
        certificate.Extensions.Where(static e => e.Critical && !Processed.Contains(e.Oid)).Select(static e => e.Oid);

    private PathRefusal? Fault(ParsedCertificate certificate, bool isAnchor, bool isLeaf)
    {
        var isSelfIssued = DistinguishedName.Match(certificate.Subject, certificate.Issuer);
        return TimeFault(certificate, _at)
            ?? (isAnchor ? null : SerialFault(certificate))
            ?? BasicFault(certificate)
            ?? (isAnchor ? null : NameFault(certificate, isSelfIssued, isLeaf))
            ?? (isAnchor || _policies.Pass(certificate, isSelfIssued, isLeaf) ? null : Violates("lacks a policy that its path demands, or maps one that must not be mapped"))
            ?? (isLeaf ? null : AuthorityFault(certificate, isSelfIssued, isAnchor));
    }

    public static PathRefusal? TimeFault(ParsedCertificate certificate, DateTimeOffset at)
    {
        if (at < certificate.NotBefore) return new PathRefusal(PathFailure.NotYetValid, $"is valid only from {Format(certificate.NotBefore)}; check the clock");
        return at >= certificate.NotAfter // the base library on OpenSSL counts the last second out; so it is the same everywhere
            ? new PathRefusal(PathFailure.Expired, $"expired at {Format(certificate.NotAfter)}")
            : null;
    }

    // Not of the anchor: its own serial number tells it apart from nothing, and well-known roots have zero.
    private static PathRefusal? SerialFault(ParsedCertificate certificate) =>
        certificate.Serial.Sign <= 0 || certificate.Serial.GetByteCount() > MaxSerialBytes ? Wrong("has a serial number that is zero, negative or too long") : null;

    // Beyond X509Chain, whose leaves may sign certificates.
    private static PathRefusal? BasicFault(ParsedCertificate certificate)
    {
        if (certificate.Version != 3) return Wrong("is not X.509 version 3");
        if (certificate.Key.Fault is { } weak) return new PathRefusal(PathFailure.WeakKey, $"holds a key that {weak}");
        if (DistinguishedName.Read(certificate.Issuer).IsEmpty) return Wrong("names no issuer");
        var isNameless = DistinguishedName.Read(certificate.Subject).IsEmpty;
        if (isNameless && certificate.Find(Oids.SubjectAlternativeName) is not { Critical: true }) return Wrong("has neither a subject nor critical alternative names (RFC 5280 section 4.1.2.6)");
        if (UnknownIn(certificate).FirstOrDefault() is { } unknown) return Wrong($"has an unknown critical extension {unknown}");
        GeneralName.AlternativesOf(certificate);
        var constraints = BasicConstraints.Of(certificate);
        var usage = Usages.KeyUsageOf(certificate);
        if (constraints.IsAuthority) return isNameless ? Wrong("is a CA without a name") : null;
        if (usage?.HasFlag(CertificateKeyUsage.KeyCertSign) == true) return Wrong("may sign certificates although it is not a CA");
        if (constraints.PathLength is not null) return Wrong("has a path length although it is not a CA");
        return certificate.Find(Oids.NameConstraints) is null ? null : Wrong("has name constraints although it is not a CA");
    }

    // §6.1.3 (b), (c)
    private PathRefusal? NameFault(ParsedCertificate certificate, bool isSelfIssued, bool isLeaf) =>
        (isSelfIssued && !isLeaf) || _subtrees.TrueForAll(subtrees => subtrees.Allow(certificate)) ? null : Violates("has a name that a CA above it must not give");

    // §6.1.4 (g) to (n)
    private PathRefusal? AuthorityFault(ParsedCertificate certificate, bool isSelfIssued, bool isAnchor)
    {
        var constraints = BasicConstraints.Of(certificate);
        if (!constraints.IsAuthority) return Wrong("is not a CA certificate, but issued another one");
        if (Usages.KeyUsageOf(certificate) is { } usage && !usage.HasFlag(CertificateKeyUsage.KeyCertSign)) return Wrong("must not sign certificates, by its key usage");
        if (_purpose is not null && Usages.PurposesOf(certificate) is { } purposes && !Usages.Allow(purposes, _purpose))
            return Wrong($"must not issue certificates for this use ({_purpose})");
        if (!isSelfIssued && !isAnchor)
        {
            if (_pathLength.Sign <= 0) return Violates("makes the path longer than a CA above it allows");
            _pathLength--;
        }

        if (constraints.PathLength is { } length) _pathLength = BigInteger.Min(_pathLength, length);
        if (certificate.Find(Oids.NameConstraints) is { } extension) _subtrees.Add(NameSubtrees.Read(extension.Value));
        return null;
    }

    private static PathRefusal Wrong(string what) => new(PathFailure.WrongProfile, what);

    private static PathRefusal Violates(string what) => new(PathFailure.ConstraintViolated, what);

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
