using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Pki;

namespace TalkyWalky.Authority;

/// <summary>
/// What counts in a gateway's PKCS#10 request (RFC 2986): a P-256 key and the proof that the sender has its private part. Names and extensions are never read.
/// </summary>
internal static class GatewayRequest
{
    /// <summary>Throws <see cref="AuthorityException"/> with a sentence.</summary>
    public static ECDsa ReadKey(byte[] request)
    {
        if (request.Length > GatewayCertificates.MaxRequest) throw new AuthorityException($"the certificate request is larger than {GatewayCertificates.MaxRequest} bytes");
        try
        {
            var der = DerOf(request);
            if (!IsP256(der)) throw new AuthorityException("the certificate request holds no P-256 key; make one with: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256");
            // Default options check the signature and ignore requested extensions.
            return CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256).PublicKey.GetECDsaPublicKey()!;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or NotSupportedException or ArgumentException)
        {
            throw new AuthorityException("this is no certificate request (PKCS#10) signed by the key in it", e);
        }
    }

    private static byte[] DerOf(byte[] request)
    {
        if (request is [0x30, ..]) return request;
        var text = Encoding.ASCII.GetString(request);
        var fields = PemEncoding.Find(text);
        return text[fields.Label] is "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST" ? Convert.FromBase64String(text[fields.Base64Data]) : throw new CryptographicException("another kind of PEM");
    }

    // Before any arithmetic: parameters of a curve may be anything.
    private static bool IsP256(byte[] der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var info = outer.ReadSequence().ReadSequence();
        outer.ThrowIfNotEmpty();
        info.ReadInteger();
        info.ReadSequence(); // the subject, ignored
        var algorithm = info.ReadSequence().ReadSequence();
        return string.Equals(algorithm.ReadObjectIdentifier(), Oids.EcPublicKey, StringComparison.Ordinal)
            && algorithm.HasData && algorithm.PeekTag() == Asn1Tag.ObjectIdentifier
            && string.Equals(algorithm.ReadObjectIdentifier(), Oids.P256, StringComparison.Ordinal);
    }
}
