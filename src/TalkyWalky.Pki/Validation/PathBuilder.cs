using System.Formats.Asn1;

namespace TalkyWalky.Pki.Validation;

/// <summary>
/// Finds a path from a leaf to a trust anchor that passes a check (RFC 4158): depth first, anchors before candidates, so that cross-certificates and renewed keys do not hide a
/// good path behind a bad one. Names and signatures chain in every path that is checked.
/// </summary>
internal sealed class PathBuilder
{
    /// <summary>Certificates of one path, leaf and anchor among them.</summary>
    public const int MaxLength = 10;

    /// <summary>Signatures that one search verifies: about 30 ms of one core.</summary>
    public const int MaxSignatures = 100;

    private readonly IReadOnlyList<ParsedCertificate> _candidates;
    private readonly IReadOnlyList<ParsedCertificate> _anchors;
    private readonly Func<IReadOnlyList<ParsedCertificate>, PathRefusal?> _check;
    private readonly List<ParsedCertificate> _path;
    private PathRefusal? _ofPath;
    private PathRefusal? _ofLink;
    private int _signatures;

    private PathBuilder(
        ParsedCertificate leaf, IReadOnlyList<ParsedCertificate> candidates, IReadOnlyList<ParsedCertificate> anchors, Func<IReadOnlyList<ParsedCertificate>, PathRefusal?> check)
    {
        _path = [leaf];
        _candidates = candidates;
        _anchors = anchors;
        _check = check;
    }

    /// <summary>Null with the path, leaf first, when one passes; else the refusal of the first complete path, or why there is none.</summary>
    public static PathRefusal? Find(
        ParsedCertificate leaf, IReadOnlyList<ParsedCertificate> candidates, IReadOnlyList<ParsedCertificate> anchors, Func<IReadOnlyList<ParsedCertificate>, PathRefusal?> check,
        out IReadOnlyList<ParsedCertificate> path)
    {
        var builder = new PathBuilder(leaf, candidates, anchors, check);
        var found = builder.Extend();
        path = builder._path;
        return found
            ? null
            : builder._ofPath ?? builder._ofLink ?? new PathRefusal(PathFailure.UntrustedRoot, $"{PathRules.Name(leaf)} does not lead to a trusted root over the certificates given");
    }

    private bool Extend()
    {
        var current = _path[^1];
        if (_anchors.Any(anchor => IsSame(anchor, current))) return Passes();
        if (_path.Count == MaxLength) return false;
        foreach (var issuer in _anchors.Concat(_candidates))
        {
            if (_path.Exists(one => IsSame(one, issuer)) || !MayHaveIssued(issuer, current)) continue;
            if (_signatures == MaxSignatures) return false;
            _signatures++;
            if (current.SignatureFault(issuer) is { } fault)
            {
                // A root that is not trusted has the name of one that is: what did not sign it says nothing.
                if (!current.Subject.Span.SequenceEqual(current.Issuer.Span)) _ofLink ??= fault with { Reason = $"{PathRules.Name(current)} {fault.Reason}" };
                continue;
            }

            _path.Add(issuer);
            if (Extend()) return true;
            _path.RemoveAt(_path.Count - 1);
        }

        return false;
    }

    private bool Passes()
    {
        if (_check(_path) is not { } refusal) return true;
        _ofPath ??= refusal;
        return false;
    }

    private static bool IsSame(ParsedCertificate left, ParsedCertificate right) => left.Der.Span.SequenceEqual(right.Der.Span);

    private static bool MayHaveIssued(ParsedCertificate issuer, ParsedCertificate subject)
    {
        try
        {
            return DistinguishedName.Match(issuer.Subject, subject.Issuer) && (KeyIdOf(subject) is not { } wanted || SubjectKeyOf(issuer) is not { } own || wanted.AsSpan().SequenceEqual(own));
        }
        catch (AsnContentException)
        {
            return false; // a name that cannot be read chains with none
        }
    }

    private static byte[]? SubjectKeyOf(ParsedCertificate issuer) =>
        issuer.Find(Oids.SubjectKeyIdentifier) is { } extension ? new AsnReader(extension.Value, AsnEncodingRules.DER).ReadOctetString() : null;

    private static byte[]? KeyIdOf(ParsedCertificate subject)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0);
        if (subject.Find(Oids.AuthorityKeyIdentifier) is not { } extension) return null;
        var body = new AsnReader(extension.Value, AsnEncodingRules.DER).ReadSequence();
        return body.HasData && body.PeekTag().HasSameClassAndValue(tag) ? body.ReadOctetString(tag) : null;
    }
}
