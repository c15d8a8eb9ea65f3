using System.Formats.Asn1;

namespace TalkyWalky.Pki;

/// <summary>Path validation of device certificates: by our own profiles and RFC 5280, and X509Chain must agree (docs/protocol.md section 1). Fetches nothing.</summary>
public static class DeviceCertificates
{
    /// <summary>Takes about 0.4 ms of one core below an issuing CA that the anchor knows, twice that for the first; a caller that sees the same certificate often keeps the answer for a bounded time.</summary>
    /// <param name="candidates">DER certificates that may help to build the path; none of them is trusted for being here. The first 16 are looked at.</param>
    public static DeviceVerification Verify(
        ReadOnlyMemory<byte> leaf, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, TrustAnchor anchor, DeviceKeyUse use, DateTimeOffset at)
    {
        var profile = CertificateProfiles.For(use);
        if (ParsedCertificate.TryParse(leaf.ToArray()) is not { } certificate)
            return Refuse(new PathRefusal(PathFailure.Malformed, $"this is not a {profile.Name} certificate in DER"));
        if (CertificatePath.Check(certificate, profile, candidates, anchor, at, out var issuing) is { } refusal) return Refuse(refusal);
        try
        {
            return CheckNames(certificate, use, issuing);
        }
        catch (AsnContentException)
        {
            return Refuse(new PathRefusal(PathFailure.Malformed, $"the names of the {profile.Name} certificate are not DER"));
        }
    }

    /// <summary>As <see cref="Verify"/>, then with status where CRLs are given, for whoever does not know which of a device's two certificates this is, nor which of several roots it belongs to.</summary>
    public static PathVerification VerifyEither(
        ReadOnlyMemory<byte> leaf, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, IReadOnlyCollection<ReadOnlyMemory<byte>> roots, DateTimeOffset at,
        IReadOnlyCollection<ReadOnlyMemory<byte>>? crls = null)
    {
        // An encryption certificate has no extended key usage, an identity certificate must have one.
        var use = ParsedCertificate.TryParse(leaf)?.Find(Oids.ExtendedKeyUsage) is null ? DeviceKeyUse.Encryption : DeviceKeyUse.Identity;
        PathVerification last = new PathVerification.Refused(PathFailure.UntrustedRoot, "no root was given");
        foreach (var root in roots.Take(CertificatePaths.MaxCandidates))
        {
            if (Verify(leaf, candidates, TrustAnchor.FromRoot(root.Span), use, at) is not DeviceVerification.Refused refused)
                return CertificatePaths.Verify(leaf, candidates, [root], PathUse.Any, host: null, at, crls);
            last = new PathVerification.Refused(refused.Failure, refused.Reason);
        }

        return last;
    }

    private static DeviceVerification CheckNames(ParsedCertificate certificate, DeviceKeyUse use, IssuingAuthority issuing)
    {
        if (AlternativeNames.ReadUris(certificate) is not [var userUri, var deviceUri]
            || !DeviceUris.TryParseUser(userUri, out var domain, out var user)
            || !DeviceUris.TryParseDevice(deviceUri, out var deviceDomain, out var device))
            return Refuse(new PathRefusal(PathFailure.WrongName, "the device certificate does not name exactly one user and one device, in this order"));
        if (!string.Equals(domain, deviceDomain, StringComparison.Ordinal))
            return Refuse(new PathRefusal(PathFailure.WrongName, "the device certificate names a user and a device of different domains"));
        if (!string.Equals(domain, issuing.Constraints.Domain, StringComparison.Ordinal))
            return Refuse(new PathRefusal(PathFailure.ConstraintViolated, "the device certificate names another domain than its issuing CA may"));

        var (organisation, username) = SubjectName.Decode(certificate.Subject)!.Value; // its form was checked with the path
        return new DeviceVerification.Verified(
            new VerifiedDevice(
                user, device, username, organisation, domain, use, certificate.Der.ToArray(), certificate.Key.Info.ToArray(), certificate.Serial, issuing.KeyHash,
                certificate.NotBefore, certificate.NotAfter));
    }

    private static DeviceVerification.Refused Refuse(PathRefusal refusal) => new(refusal.Failure, refusal.Reason);
}
