using System.Formats.Asn1;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki.Status;

/// <summary>Who may sign an OCSP response (RFC 6960 §4.2.2.2): the CA that issued the certificate in question, or a responder to which that CA itself gave a certificate for it.</summary>
internal static class OcspSigner
{
    /// <summary>Null when such a one signed. Throws <see cref="AsnContentException"/>.</summary>
    public static OcspVerification.Refused? Fault(ParsedOcspResponse response, ParsedCertificate issuer, DateTimeOffset at)
    {
        if (IsResponder(response, issuer)) return SignatureFault(response, issuer);
        if (response.Certificates.Select(ParsedCertificate.TryParse).OfType<ParsedCertificate>().FirstOrDefault(one => IsResponder(response, one)) is not { } signer)
            return OcspResponses.Refuse(StatusFailure.WrongIssuer, "the OCSP response is signed by somebody else than the CA, and without a certificate");
        return DelegateFault(signer, issuer, at) is { } why
            ? OcspResponses.Refuse(StatusFailure.NotAllowed, $"the OCSP response is signed by a responder that the CA did not allow: {why}")
            : SignatureFault(response, signer);
    }

    private static bool IsResponder(ParsedOcspResponse response, ParsedCertificate certificate) => response.ResponderName is { } name
        ? DistinguishedName.Match(name, certificate.Subject)
        : OcspCertificateId.HashOf(OcspCertificateId.KeyBits(certificate), OcspHash.Sha1).AsSpan().SequenceEqual(response.ResponderKey);

    private static string? DelegateFault(ParsedCertificate signer, ParsedCertificate issuer, DateTimeOffset at)
    {
        if (!DistinguishedName.Match(signer.Issuer, issuer.Subject)) return "another CA issued its certificate";
        if (signer.Signed.Fault(issuer.Key) is { } forged) return $"its certificate {forged.Reason}";
        if (Usages.PurposesOf(signer)?.Contains(Oids.OcspSigning, StringComparer.Ordinal) != true) return "its certificate lacks the extended key usage OCSPSigning";
        if (Usages.KeyUsageOf(signer) is { } usage && !usage.HasFlag(CertificateKeyUsage.DigitalSignature)) return "its certificate lacks the key usage digitalSignature";
        // Else its own status would have to be asked for, of itself (§4.2.2.2.1).
        if (signer.Find(Oids.OcspNoCheck) is null) return "its certificate lacks ocsp-nocheck";
        return PathRules.FirstFault([signer, issuer], purpose: null, at)?.Reason;
    }

    private static OcspVerification.Refused? SignatureFault(ParsedOcspResponse response, ParsedCertificate signer) =>
        response.Signed.Fault(signer.Key) is { } fault ? OcspResponses.Refuse(StatusFailure.BadSignature, $"the OCSP response {fault.Reason}") : null;
}
