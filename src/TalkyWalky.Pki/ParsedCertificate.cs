using System.Formats.Asn1;
using System.Numerics;

namespace TalkyWalky.Pki;

internal sealed record CertificateExtension(string Oid, bool Critical, ReadOnlyMemory<byte> Value);

internal sealed record CertificateKey(CertificateKeyKind? Kind, int Bits, BigInteger Exponent)
{
    /// <summary>DER SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> Info { get; init; }
}

/// <summary>
/// An X.509 certificate read strictly (DER, RFC 5280 §4.1), because the base library's properties hide what policy must see: BER forms, PEM,
/// trailing bytes, repeated extensions, other general names.
/// </summary>
internal sealed class ParsedCertificate
{
    private ParsedCertificate(
        ReadOnlyMemory<byte> der, int version, BigInteger serial, string signatureAlgorithm, ReadOnlyMemory<byte> issuer, ReadOnlyMemory<byte> subject,
        DateTimeOffset notBefore, DateTimeOffset notAfter, CertificateKey key, IReadOnlyList<CertificateExtension> extensions)
    {
        Der = der;
        Version = version;
        Serial = serial;
        SignatureAlgorithm = signatureAlgorithm;
        Issuer = issuer;
        Subject = subject;
        NotBefore = notBefore;
        NotAfter = notAfter;
        Key = key;
        Extensions = extensions;
    }

    public ReadOnlyMemory<byte> Der { get; }

    /// <summary>1 to 3, as people count.</summary>
    public int Version { get; }

    public BigInteger Serial { get; }

    public string SignatureAlgorithm { get; }

    public ReadOnlyMemory<byte> Issuer { get; }

    public ReadOnlyMemory<byte> Subject { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    public CertificateKey Key { get; }

    public IReadOnlyList<CertificateExtension> Extensions { get; }

    public CertificateExtension? Find(string oid) => Extensions.FirstOrDefault(e => string.Equals(e.Oid, oid, StringComparison.Ordinal));

    /// <summary>Null for anything that is not exactly one certificate in DER of at most <see cref="CertificateProfiles.MaxSize"/>.</summary>
    public static ParsedCertificate? TryParse(ReadOnlyMemory<byte> der)
    {
        if (der.Length > CertificateProfiles.MaxSize) return null;
        try
        {
            return Read(der);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static ParsedCertificate? Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var tbs = certificate.ReadSequence();
        var outerAlgorithm = certificate.ReadEncodedValue();
        certificate.ReadBitString(out _);
        certificate.ThrowIfNotEmpty();

        var version = ReadVersion(tbs);
        var serial = tbs.ReadInteger();
        var algorithm = tbs.ReadEncodedValue();
        if (!algorithm.Span.SequenceEqual(outerAlgorithm.Span)) return null; // RFC 5280 §4.1.1.2
        var issuer = tbs.ReadEncodedValue();
        var validity = tbs.ReadSequence();
        var notBefore = ReadTime(validity);
        var notAfter = ReadTime(validity);
        validity.ThrowIfNotEmpty();
        var subject = tbs.ReadEncodedValue();
        var info = tbs.PeekEncodedValue();
        var key = ReadKey(tbs.ReadSequence()) with { Info = info };
        var extensions = tbs.HasData ? ReadExtensions(tbs) : [];
        tbs.ThrowIfNotEmpty(); // unique identifiers too: RFC 5280 §4.1.2.8
        return extensions is null
            ? null
            : new ParsedCertificate(der, version, serial, ReadAlgorithm(algorithm), issuer, subject, notBefore, notAfter, key, extensions);
    }

    private static int ReadVersion(AsnReader tbs)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0);
        if (!tbs.PeekTag().HasSameClassAndValue(tag)) return 1;
        var wrapper = tbs.ReadSequence(tag);
        return wrapper.TryReadInt32(out var version) && version is 1 or 2 && !wrapper.HasData ? version + 1 : throw new AsnContentException();
    }

    private static string ReadAlgorithm(ReadOnlyMemory<byte> encoded) =>
        new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier();

    private static DateTimeOffset ReadTime(AsnReader validity) =>
        validity.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
            ? validity.ReadUtcTime(twoDigitYearMax: 2049) // RFC 5280 §4.1.2.5.1
            : validity.ReadGeneralizedTime();

    private static CertificateKey ReadKey(AsnReader publicKey)
    {
        var algorithm = publicKey.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        var bits = publicKey.ReadBitString(out _);
        publicKey.ThrowIfNotEmpty();
        switch (oid)
        {
            case Oids.RsaEncryption:
                var rsa = new AsnReader(bits, AsnEncodingRules.DER);
                var numbers = rsa.ReadSequence();
                rsa.ThrowIfNotEmpty();
                var modulus = numbers.ReadInteger();
                var exponent = numbers.ReadInteger();
                numbers.ThrowIfNotEmpty();
                return new CertificateKey(CertificateKeyKind.Rsa, modulus.Sign > 0 ? (int)modulus.GetBitLength() : 0, exponent);
            case Oids.EcPublicKey when algorithm.HasData && algorithm.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier)
                && string.Equals(algorithm.ReadObjectIdentifier(), Oids.P256, StringComparison.Ordinal) && bits is [4, ..] && bits.Length == 65:
                return new CertificateKey(CertificateKeyKind.P256, 256, BigInteger.Zero);
            default:
                return new CertificateKey(null, 0, BigInteger.Zero);
        }
    }

    private static List<CertificateExtension>? ReadExtensions(AsnReader tbs)
    {
        var wrapper = tbs.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 3));
        var list = wrapper.ReadSequence();
        wrapper.ThrowIfNotEmpty();
        var extensions = new List<CertificateExtension>();
        while (list.HasData)
        {
            var item = list.ReadSequence();
            var oid = item.ReadObjectIdentifier();
            var critical = item.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean);
            if (critical && !item.ReadBoolean()) return null; // DER leaves a DEFAULT out (X.690 §11.5)
            var value = item.ReadOctetString();
            item.ThrowIfNotEmpty();
            if (extensions.Exists(e => string.Equals(e.Oid, oid, StringComparison.Ordinal))) return null; // RFC 5280 §4.2
            extensions.Add(new CertificateExtension(oid, critical, value));
        }

        return extensions;
    }
}
