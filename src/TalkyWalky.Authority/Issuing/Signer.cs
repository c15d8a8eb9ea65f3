using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>A CA's key and name. Signs with sha256WithRSAEncryption (RFC 8017 §8.2), which every reader of certificates knows.</summary>
internal sealed class Signer : IDisposable
{
    private readonly RSA _key;
    private readonly Lock _lock = new();

    /// <param name="key">Owned from here on.</param>
    /// <param name="keyIdentifier">As the CA's certificate has it, whoever made that; null for one that is to be made.</param>
    public Signer(X500DistinguishedName name, RSA key, X509SubjectKeyIdentifierExtension? keyIdentifier = null)
    {
        _key = key;
        Name = name;
        Key = new PublicKey(key);
        KeyHash = Digest.Sha256(Key.ExportSubjectPublicKeyInfo());
        KeyIdentifier = keyIdentifier ?? new X509SubjectKeyIdentifierExtension(Key, X509SubjectKeyIdentifierHashAlgorithm.ShortSha256, critical: false);
    }

    public X500DistinguishedName Name { get; }

    public PublicKey Key { get; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo.</summary>
    public Digest KeyHash { get; }

    public X509SubjectKeyIdentifierExtension KeyIdentifier { get; }

    public SignedCertificate Sign(IssuanceToken token)
    {
        var toBeSigned = token.Redeem();
        byte[] signature;
        lock (_lock) signature = _key.SignData(toBeSigned, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1); // an RSA object promises nothing to two threads
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(toBeSigned);
            writer.WriteEncodedValue(ToBeSignedRecorder.Algorithm);
            writer.WriteBitString(signature);
        }

        return new SignedCertificate(writer.Encode(), token.Serial, token.NotBefore, token.NotAfter, KeyHash);
    }

    /// <summary>A CRL of this CA, DER.</summary>
    /// <param name="certificate">The CA's own, DER.</param>
    public byte[] SignCrl(ReadOnlyMemory<byte> certificate, BigInteger number, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, IEnumerable<RevokedCertificate> revoked)
    {
        lock (_lock) return RevocationLists.Build(certificate, number, thisUpdate, nextUpdate, revoked, X509SignatureGenerator.CreateForRSA(_key, RSASignaturePadding.Pkcs1));
    }

    public string ExportEncryptedPem(string passphrase) => EncryptedKey.Export(_key, passphrase);

    public void Dispose() => _key.Dispose();
}

/// <summary>Stands where CertificateRequest expects a signer, and keeps the bytes to be signed instead of signing them.</summary>
internal sealed class ToBeSignedRecorder : X509SignatureGenerator
{
    /// <summary>DER AlgorithmIdentifier of sha256WithRSAEncryption (RFC 4055 §5: with NULL parameters).</summary>
    public static byte[] Algorithm { get; } = EncodeAlgorithm();

    public byte[] ToBeSigned { get; private set; } = [];

    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => Algorithm;

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm)
    {
        ToBeSigned = data;
        return [0];
    }

    protected override PublicKey BuildPublicKey() => throw new InvalidOperationException("a recorder has no key");

    private static byte[] EncodeAlgorithm()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.Sha256WithRsa);
            writer.WriteNull();
        }

        return writer.Encode();
    }
}
