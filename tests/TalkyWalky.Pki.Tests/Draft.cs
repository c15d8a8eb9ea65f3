using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Pki.Tests;

/// <summary>A certificate before it is signed, open to every mistake that a test wants to make.</summary>
internal sealed class Draft
{
    public required X500DistinguishedName Subject { get; set; }

    public required PublicKey Key { get; set; }

    public required DateTimeOffset NotBefore { get; set; }

    public required DateTimeOffset NotAfter { get; set; }

    public byte[] Serial { get; set; } = RandomNumberGenerator.GetBytes(16);

    public HashAlgorithmName Hash { get; set; } = HashAlgorithmName.SHA256;

    public List<X509Extension> Extensions { get; } = [];

    public Draft Remove(string oid)
    {
        Assert.Equal(1, Extensions.RemoveAll(e => Is(e, oid)));
        return this;
    }

    public Draft Set(X509Extension extension)
    {
        Extensions.RemoveAll(e => Is(e, extension.Oid!.Value!));
        Extensions.Add(extension);
        return this;
    }

    public Draft Flip(string oid)
    {
        var extension = Extensions.Single(e => Is(e, oid));
        extension.Critical = !extension.Critical;
        return this;
    }

    public byte[] Sign(X500DistinguishedName issuer, RSA key) => Sign(issuer, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1));

    public byte[] Sign(X500DistinguishedName issuer, X509SignatureGenerator key)
    {
        var request = new CertificateRequest(Subject, Key, Hash);
        foreach (var extension in Extensions) request.CertificateExtensions.Add(extension);
        using var certificate = request.Create(issuer, key, NotBefore, NotAfter, Serial);
        return certificate.RawData;
    }

    public static X509Extension Names(params string[] uris)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var uri in uris) writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
        }

        return new X509Extension(Oids.SubjectAlternativeName, writer.Encode(), critical: false);
    }

    private static bool Is(X509Extension extension, string oid) => string.Equals(extension.Oid!.Value, oid, StringComparison.Ordinal);
}
