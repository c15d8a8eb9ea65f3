using System.Formats.Asn1;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki.Status;

/// <summary>
/// Status of every certificate of a path but its anchor, from CRLs at hand. What is not known to be good is refused, also when its CA said something that is not processed here.
/// </summary>
internal static class PathStatus
{
    /// <param name="path">Leaf first, trust anchor last.</param>
    public static PathRefusal? FirstFault(IReadOnlyList<ParsedCertificate> path, IReadOnlyList<ParsedCrl> crls, DateTimeOffset at)
    {
        for (var i = path.Count - 2; i >= 0; i--)
            if (Fault(path[i], path.Skip(i + 1), crls, at) is { } fault) return fault;
        return null;
    }

    /// <param name="above">The certificates above it. A CA that renewed its key by a self-issued certificate is there twice, and either key may sign the CRL (RFC 5280 §6.3.3 (f)).</param>
    private static PathRefusal? Fault(ParsedCertificate certificate, IEnumerable<ParsedCertificate> above, IReadOnlyList<ParsedCrl> crls, DateTimeOffset at)
    {
        var issuers = above.Where(one => DistinguishedName.Match(one.Subject, certificate.Issuer)).ToList();
        var isKnown = false;
        string? why = null;
        foreach (var crl in crls)
        {
            foreach (var issuer in issuers)
            {
                switch (Look(certificate, issuer, crl, at))
                {
                    case CrlVerification.Refused { Failure: StatusFailure.Unsupported } refused:
                        return Unknown(certificate, refused.Reason);
                    case CrlVerification.Refused { Failure: not StatusFailure.WrongIssuer } refused:
                        why ??= refused.Reason;
                        break;
                    case CrlVerification.Verified { Crl: var verified } when verified.Find(certificate.Serial) is { } entry:
                        return new PathRefusal(PathFailure.Revoked, $"{PathRules.Name(certificate)} was revoked at {RevocationLists.Format(entry.At)} ({entry.Reason})");
                    case CrlVerification.Verified:
                        isKnown = true;
                        break;
                }
            }
        }

        return isKnown ? null : Unknown(certificate, why ?? "there is no CRL of its issuer for it");
    }

    private static PathRefusal Unknown(ParsedCertificate certificate, string why) => new(PathFailure.StatusUnknown, $"it is not known whether {PathRules.Name(certificate)} is revoked: {why}");

    private static CrlVerification? Look(ParsedCertificate certificate, ParsedCertificate issuer, ParsedCrl crl, DateTimeOffset at)
    {
        var verification = RevocationLists.Verify(crl, issuer, at, lastNumber: null);
        try
        {
            return verification is CrlVerification.Verified { Crl: var verified } && !verified.Covers(certificate) ? null : verification;
        }
        catch (AsnContentException)
        {
            return null; // its distribution points cannot be read, so no CRL is for them
        }
    }
}
