using System.Formats.Asn1;

namespace TalkyWalky.Pki;

/// <summary>Path validation of a gateway's certificate for one host name or address.</summary>
public static class ServerCertificates
{
    /// <param name="host">A DNS name (compared without case, RFC 6125 §6.4.1; international names in either form) or an address, with or without brackets. No wildcards.</param>
    public static ServerVerification Verify(
        ReadOnlyMemory<byte> leaf, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, TrustAnchor anchor, string host, DateTimeOffset at)
    {
        if (ParsedCertificate.TryParse(leaf.ToArray()) is not { } certificate)
            return Refuse(new PathRefusal(PathFailure.Malformed, "this is not a gateway certificate in DER"));
        if (CertificatePath.Check(certificate, CertificateProfiles.Server, candidates, anchor, at, out _) is { } refusal) return Refuse(refusal);
        try
        {
            return AlternativeNames.ReadHosts(certificate) is { } names && HostNames.Match(names.Dns, names.Addresses, host, wildcards: false)
                ? new ServerVerification.Verified()
                : Refuse(new PathRefusal(PathFailure.WrongName, $"the gateway's certificate is not for \"{host}\"; use an address that the server was started with"));
        }
        catch (AsnContentException)
        {
            return Refuse(new PathRefusal(PathFailure.Malformed, "the names of the gateway certificate are not DER"));
        }
    }

    private static ServerVerification.Refused Refuse(PathRefusal refusal) => new(refusal.Failure, refusal.Reason);
}
