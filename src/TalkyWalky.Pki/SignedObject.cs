using System.Formats.Asn1;
using System.Security.Cryptography;

namespace TalkyWalky.Pki;

/// <summary>What certificates, CRLs and basic OCSP responses have in common: the signed bytes, the algorithm and the signature (RFC 5280 §4.1.1, §5.1.1).</summary>
internal sealed record SignedObject(ReadOnlyMemory<byte> Der, ReadOnlyMemory<byte> ToBeSigned, ReadOnlyMemory<byte> Algorithm, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Throws <see cref="AsnContentException"/>.</summary>
    public static SignedObject Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var parts = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var signed = Read(parts, der);
        parts.ThrowIfNotEmpty();
        return signed;
    }

    /// <summary>As above, of a sequence that may go on. Throws <see cref="AsnContentException"/>.</summary>
    public static SignedObject Read(AsnReader parts, ReadOnlyMemory<byte> der)
    {
        var toBeSigned = parts.PeekEncodedValue();
        parts.ReadSequence();
        var algorithm = parts.PeekEncodedValue();
        parts.ReadSequence();
        var signature = parts.ReadBitString(out var unused);
        return unused == 0 ? new SignedObject(der, toBeSigned, algorithm, signature) : throw new AsnContentException();
    }

    /// <summary>Null when <paramref name="signer"/> made the signature by an accepted algorithm; else why not, as the end of a sentence.</summary>
    public PathRefusal? Fault(CertificateKey signer)
    {
        try
        {
            if (Scheme() is not { } scheme) return new PathRefusal(PathFailure.WrongProfile, "is not signed by an accepted algorithm (RSA PKCS #1 or ECDSA with SHA-256, SHA-384 or SHA-512)");
            if (signer.Fault is { } weak) return new PathRefusal(PathFailure.WeakKey, $"is signed by a key that {weak}");
            return signer.Kind == CertificateKeyKind.Rsa == scheme.Rsa && Verify(signer, scheme) ? null : Wrong;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return Wrong;
        }
    }

    private static PathRefusal Wrong { get; } = new(PathFailure.BadSignature, "has a wrong signature");

    private bool Verify(CertificateKey signer, (bool Rsa, HashAlgorithmName Hash) scheme)
    {
        if (scheme.Rsa) return signer.VerifyRsa(ToBeSigned.Span, Signature.Span, scheme.Hash);
        using var ec = ECDsa.Create();
        ec.ImportSubjectPublicKeyInfo(signer.Info.Span, out _);
        return ec.VerifyData(ToBeSigned.Span, Signature.Span, scheme.Hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    // RFC 4055 §5: NULL parameters for RSA; RFC 5758 §3.2: none for ECDSA.
    private (bool Rsa, HashAlgorithmName Hash)? Scheme()
    {
        var reader = new AsnReader(Algorithm, AsnEncodingRules.DER).ReadSequence();
        (bool Rsa, HashAlgorithmName Hash)? scheme = reader.ReadObjectIdentifier() switch
        {
            Oids.Sha256WithRsa => (true, HashAlgorithmName.SHA256),
            Oids.Sha384WithRsa => (true, HashAlgorithmName.SHA384),
            Oids.Sha512WithRsa => (true, HashAlgorithmName.SHA512),
            Oids.EcdsaWithSha256 => (false, HashAlgorithmName.SHA256),
            Oids.EcdsaWithSha384 => (false, HashAlgorithmName.SHA384),
            Oids.EcdsaWithSha512 => (false, HashAlgorithmName.SHA512),
            _ => null,
        };
        if (scheme is { Rsa: true }) reader.ReadNull();
        return scheme is not null && !reader.HasData ? scheme : null;
    }
}
