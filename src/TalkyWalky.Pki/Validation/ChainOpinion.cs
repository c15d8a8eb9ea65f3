using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Pki.Validation;

/// <summary>
/// What X509Chain says of a path that passed our own rules: a second implementation, kept up to date with the operating system, must agree. Alone it is not enough
/// (docs/protocol.md section 1).
/// </summary>
internal static class ChainOpinion
{
    /// <summary>Null when it agrees.</summary>
    /// <param name="path">Leaf first, trust anchor last.</param>
    /// <param name="purpose">An extended key usage, or null.</param>
    public static PathRefusal? Fault(IReadOnlyList<ParsedCertificate> path, string? purpose, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = X509RevocationMode.NoCheck; // status is our own to check, from what the caller has (PathStatus); nothing is fetched here
        policy.VerificationTime = at.UtcDateTime;
        policy.VerificationTimeIgnored = false;
        if (purpose is not null) policy.ApplicationPolicy.Add(new Oid(purpose));

        var (loaded, own) = (new List<X509Certificate2>(), new List<X509Certificate2>());
        try
        {
            foreach (var certificate in path)
            {
                loaded.Add(certificate.Load(out var isOwn));
                if (isOwn) own.Add(loaded[^1]);
            }

            policy.CustomTrustStore.Add(loaded[^1]);
            for (var i = 1; i < loaded.Count - 1; i++) policy.ExtraStore.Add(loaded[i]);
            chain.Build(loaded[0]); // its verdict is in the elements and the status, which are read below
            var elements = chain.ChainElements.Select(static e => e.Certificate).ToList();
            own.AddRange(elements);
            if (elements.Count != path.Count || elements.Where((element, i) => !path[i].Der.Span.SequenceEqual(element.RawData)).Any())
                return new PathRefusal(PathFailure.UntrustedRoot, "the base library builds another path");
            return Interpret(chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status), path[^1]);
        }
        catch (CryptographicException)
        {
            return new PathRefusal(PathFailure.Malformed, "the path cannot be read");
        }
        finally
        {
            foreach (var certificate in own) certificate.Dispose();
        }
    }

    private static PathRefusal? Interpret(X509ChainStatusFlags status, ParsedCertificate anchor)
    {
        const X509ChainStatusFlags Constraints = X509ChainStatusFlags.HasExcludedNameConstraint | X509ChainStatusFlags.HasNotPermittedNameConstraint
            | X509ChainStatusFlags.InvalidNameConstraints | X509ChainStatusFlags.HasNotDefinedNameConstraint | X509ChainStatusFlags.HasNotSupportedNameConstraint;
        // It calls a path partial that ends at a trusted CA which another one issued. That CA is whom the caller trusts, and all signatures up to it were verified.
        if (!anchor.Issuer.Span.SequenceEqual(anchor.Subject.Span)) status &= ~X509ChainStatusFlags.PartialChain;
        if (status == X509ChainStatusFlags.NoError) return null;
        var failure = (status & Constraints) != X509ChainStatusFlags.NoError ? PathFailure.ConstraintViolated
            : status.HasFlag(X509ChainStatusFlags.NotSignatureValid) ? PathFailure.BadSignature
            : status.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? PathFailure.WrongProfile
            : PathFailure.Other;
        return new PathRefusal(failure, $"the base library refuses the path: {status}");
    }
}
