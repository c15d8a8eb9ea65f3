using System.Formats.Asn1;
using TalkyWalky.Pki.Validation;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki;

/// <summary>The issuing CA of a path that holds.</summary>
/// <param name="KeyHash">SHA-256 of its SubjectPublicKeyInfo.</param>
internal sealed record IssuingAuthority(NameConstraints Constraints, Digest KeyHash);

/// <summary>
/// The path leaf, issuing CA, pinned root: the first two exactly as their profiles have them, then the rules of every path (docs/protocol.md section 1). The root may be an organisation's own: whose
/// bytes are pinned needs no other form than that of a CA.
/// </summary>
internal static class CertificatePath
{
    /// <summary>Null with the issuing CA when the path holds; the refusal otherwise. The leaf's own names are the caller's to check.</summary>
    public static PathRefusal? Check(
        ParsedCertificate leaf, CertificateProfile profile, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, TrustAnchor anchor, DateTimeOffset at,
        out IssuingAuthority issuing)
    {
        issuing = null!;
        if (anchor.Root is not { } root) return new PathRefusal(PathFailure.Malformed, "the pinned root is not a certificate in DER");
        var parsed = candidates.Take(CertificateProfiles.MaxCandidates).Select(anchor.Parse).OfType<ParsedCertificate>().ToList();
        if (PathBuilder.Find(leaf, parsed, [root], path => CheckPath(path, profile, at), out var found) is { } refusal) return refusal;
        anchor.Remember(found[1]);
        issuing = new IssuingAuthority(NameConstraints.Decode(found[1].Find(Oids.NameConstraints)!.Value)!, Digest.Sha256(found[1].Key.Info.Span));
        return null;
    }

    private static PathRefusal? CheckPath(IReadOnlyList<ParsedCertificate> path, CertificateProfile profile, DateTimeOffset at)
    {
        if (path is not [var leaf, var issuing, var root])
            return new PathRefusal(PathFailure.UntrustedRoot, $"the {profile.Name} certificate does not lead over one issuing CA to the pinned root");
        try
        {
            return ProfileCheck.CheckTime(root, CertificateProfiles.Root, at)
                ?? ProfileCheck.CheckTime(issuing, CertificateProfiles.Issuing, at)
                ?? ProfileCheck.CheckTime(leaf, profile, at)
                ?? ProfileCheck.FirstFault(issuing, CertificateProfiles.Issuing)
                ?? ProfileCheck.FirstFault(leaf, profile)
                ?? CheckConstraints(issuing, leaf, profile)
                ?? PathRules.FirstFault(path, profile.ExtendedKeyUsage, at)
                ?? ChainOpinion.Fault(path, profile.ExtendedKeyUsage, at);
        }
        catch (AsnContentException)
        {
            return new PathRefusal(PathFailure.Malformed, $"the path of the {profile.Name} certificate cannot be read");
        }
    }

    private static PathRefusal? CheckConstraints(ParsedCertificate issuing, ParsedCertificate leaf, CertificateProfile profile)
    {
        if (NameConstraints.Decode(issuing.Find(Oids.NameConstraints)!.Value) is not { } constraints)
            return new PathRefusal(PathFailure.ConstraintViolated, "the issuing CA certificate does not permit exactly one domain and one organisation");
        if (SubjectName.Decode(leaf.Subject) is not { } subject)
            return new PathRefusal(PathFailure.WrongName, $"the subject of the {profile.Name} certificate is not one organisation and one common name");
        return string.Equals(subject.Organisation, constraints.Organisation, StringComparison.Ordinal)
            ? null
            : new PathRefusal(PathFailure.ConstraintViolated, $"the {profile.Name} certificate names another organisation than its issuing CA may");
    }
}
