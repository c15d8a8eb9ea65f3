using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace TalkyWalky.Pki.Status;

/// <summary>The hash in a CertID. It tells certificates apart and protects nothing, so SHA-1 is good enough for the readers that know no other (RFC 5019 §2.1.1).</summary>
public enum OcspHash
{
    Sha1,
    Sha256,
}

/// <summary>Names a certificate by its issuer and serial number (RFC 6960 §4.1.1, CertID).</summary>
public sealed class OcspCertificateId
{
    private readonly byte[] _nameHash;
    private readonly byte[] _keyHash;

    private OcspCertificateId(OcspHash hash, byte[] nameHash, byte[] keyHash, BigInteger serial)
    {
        Hash = hash;
        _nameHash = nameHash;
        _keyHash = keyHash;
        Serial = serial;
    }

    public OcspHash Hash { get; }

    public BigInteger Serial { get; }

    /// <param name="issuer">DER certificate.</param>
    /// <exception cref="ArgumentException">It is not a certificate in DER.</exception>
    public static OcspCertificateId For(ReadOnlyMemory<byte> issuer, BigInteger serial, OcspHash hash) =>
        For(ParsedCertificate.TryParse(issuer) ?? throw new ArgumentException("the issuer is not a certificate in DER", nameof(issuer)), serial, hash);

    internal static OcspCertificateId For(ParsedCertificate issuer, BigInteger serial, OcspHash hash) =>
        new(hash, HashOf(issuer.Subject.Span, hash), HashOf(KeyBits(issuer), hash), serial);

    /// <summary>Whether it names a certificate of this issuer.</summary>
    /// <param name="issuer">DER certificate.</param>
    public bool IsOf(ReadOnlyMemory<byte> issuer) => ParsedCertificate.TryParse(issuer) is { } parsed && IsOf(parsed);

    internal bool IsOf(ParsedCertificate issuer)
    {
        var other = For(issuer, Serial, Hash);
        return other._nameHash.AsSpan().SequenceEqual(_nameHash) && other._keyHash.AsSpan().SequenceEqual(_keyHash);
    }

    /// <summary>KeyHash of ResponderID and CertID: over the bits of the key alone.</summary>
    internal static byte[] HashOf(ReadOnlySpan<byte> bytes, OcspHash hash) =>
#pragma warning disable CA5350 // see OcspHash
        hash == OcspHash.Sha1 ? SHA1.HashData(bytes) : SHA256.HashData(bytes);
#pragma warning restore CA5350

    internal static byte[] KeyBits(ParsedCertificate certificate)
    {
        var info = new AsnReader(certificate.Key.Info, AsnEncodingRules.DER).ReadSequence();
        info.ReadSequence();
        return info.ReadBitString(out _);
    }

    /// <summary>Null for another hash. Throws <see cref="AsnContentException"/>.</summary>
    internal static OcspCertificateId? Read(AsnReader reader)
    {
        var body = reader.ReadSequence();
        var algorithm = body.ReadSequence();
        OcspHash? hash = algorithm.ReadObjectIdentifier() switch { Oids.Sha1 => OcspHash.Sha1, Oids.Sha256 => OcspHash.Sha256, _ => null };
        if (algorithm.HasData) algorithm.ReadNull();
        algorithm.ThrowIfNotEmpty();
        var (nameHash, keyHash, serial) = (body.ReadOctetString(), body.ReadOctetString(), body.ReadInteger());
        body.ThrowIfNotEmpty();
        return hash is { } known ? new OcspCertificateId(known, nameHash, keyHash, serial) : null;
    }

    internal void Write(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Hash == OcspHash.Sha1 ? Oids.Sha1 : Oids.Sha256);
                writer.WriteNull(); // as openssl and the examples of RFC 6960 have it
            }

            writer.WriteOctetString(_nameHash);
            writer.WriteOctetString(_keyHash);
            writer.WriteInteger(Serial);
        }
    }
}
