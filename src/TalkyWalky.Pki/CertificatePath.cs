using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Pki;

/// <summary>
/// The path leaf, issuing CA, pinned root: built and checked by X509Chain, then by our own policy, because X509Chain alone accepts much that must fail
/// (docs/protocol.md section 1). Nothing is fetched.
/// </summary>
internal static class CertificatePath
{
    private const int Length = 3;

    /// <summary>Null with the issuing CA's constraints when the path holds; the refusal otherwise. The leaf's own names are the caller's to check.</summary>
    public static PathRefusal? Check(
        ParsedCertificate leaf, CertificateProfile profile, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, TrustAnchor anchor, DateTimeOffset at,
        out NameConstraints constraints)
    {
        constraints = null!;
        try
        {
            var (path, status) = Build(leaf, profile, candidates, anchor, at);
            if (path is not [_, var issuing, var root] || !root.Der.Span.SequenceEqual(anchor.Der.Span))
                return new PathRefusal(PathFailure.UntrustedRoot, $"the {profile.Name} certificate does not lead over one issuing CA to the pinned root");
            if (status.HasFlag(X509ChainStatusFlags.NotSignatureValid))
                return new PathRefusal(PathFailure.BadSignature, $"a signature on the path of the {profile.Name} certificate is wrong");

            return ProfileCheck.CheckTime(root, CertificateProfiles.Root, at)
                ?? ProfileCheck.CheckTime(issuing, CertificateProfiles.Issuing, at)
                ?? ProfileCheck.CheckTime(leaf, profile, at)
                ?? ProfileCheck.FirstFault(root, CertificateProfiles.Root)
                ?? ProfileCheck.FirstFault(issuing, CertificateProfiles.Issuing)
                ?? ProfileCheck.FirstFault(leaf, profile)
                ?? ReadConstraints(issuing, leaf, profile, out constraints)
                ?? Interpret(status, profile);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return new PathRefusal(PathFailure.Malformed, $"the path of the {profile.Name} certificate cannot be read");
        }
    }

    private static (IReadOnlyList<ParsedCertificate> Path, X509ChainStatusFlags Status) Build(
        ParsedCertificate leaf, CertificateProfile profile, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, TrustAnchor anchor, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = X509RevocationMode.NoCheck; // nothing is fetched here; certificate status is not part of this version
        policy.VerificationTime = at.UtcDateTime;
        policy.VerificationTimeIgnored = false;
        if (profile.ExtendedKeyUsage is { } purpose) policy.ApplicationPolicy.Add(new Oid(purpose));

        var loaded = new List<X509Certificate2>();
        try
        {
            loaded.Add(anchor.LoadCertificate());
            policy.CustomTrustStore.Add(loaded[0]);
            foreach (var candidate in candidates.Take(CertificateProfiles.MaxCandidates))
            {
                if (ParsedCertificate.TryParse(candidate) is null) continue;
                loaded.Add(X509CertificateLoader.LoadCertificate(candidate.Span));
                policy.ExtraStore.Add(loaded[^1]);
            }

            loaded.Add(X509CertificateLoader.LoadCertificate(leaf.Der.Span));
            chain.Build(loaded[^1]); // its verdict is in the elements and the status, which are read below
            var path = chain.ChainElements.Select(static e => ParsedCertificate.TryParse(e.Certificate.RawData)).OfType<ParsedCertificate>().ToArray();
            loaded.AddRange(chain.ChainElements.Select(static e => e.Certificate));
            return (path, chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status));
        }
        finally
        {
            foreach (var certificate in loaded) certificate.Dispose();
        }
    }

    private static PathRefusal? ReadConstraints(ParsedCertificate issuing, ParsedCertificate leaf, CertificateProfile profile, out NameConstraints constraints)
    {
        constraints = NameConstraints.Decode(issuing.Find(Oids.NameConstraints)!.Value)!;
        if (constraints is null)
            return new PathRefusal(PathFailure.ConstraintViolated, "the issuing CA certificate does not permit exactly one domain and one organisation");
        if (SubjectName.Decode(leaf.Subject) is not { } subject)
            return new PathRefusal(PathFailure.WrongName, $"the subject of the {profile.Name} certificate is not one organisation and one common name");
        return string.Equals(subject.Organisation, constraints.Organisation, StringComparison.Ordinal)
            ? null
            : new PathRefusal(PathFailure.ConstraintViolated, $"the {profile.Name} certificate names another organisation than its issuing CA may");
    }

    private static PathRefusal? Interpret(X509ChainStatusFlags status, CertificateProfile profile)
    {
        const X509ChainStatusFlags Constraints = X509ChainStatusFlags.HasExcludedNameConstraint | X509ChainStatusFlags.HasNotPermittedNameConstraint
            | X509ChainStatusFlags.InvalidNameConstraints | X509ChainStatusFlags.HasNotDefinedNameConstraint | X509ChainStatusFlags.HasNotSupportedNameConstraint;
        if (status == X509ChainStatusFlags.NoError) return null;
        var failure = (status & Constraints) != X509ChainStatusFlags.NoError ? PathFailure.ConstraintViolated
            : status.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? PathFailure.WrongProfile
            : PathFailure.Other;
        return new PathRefusal(failure, $"the path of the {profile.Name} certificate fails: {status}");
    }
}
