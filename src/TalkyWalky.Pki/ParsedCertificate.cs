using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Pki;

internal sealed record CertificateKey(CertificateKeyKind? Kind, int Bits, BigInteger Exponent)
{
    private static readonly BigInteger F4 = 65537;
    private RSA? _idle;
    private volatile bool _isKept;

    /// <summary>DER SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> Info { get; init; }

    /// <summary>Why no such key is accepted, whoever holds it, as the end of a sentence; null when it is.</summary>
    public string? Fault => Kind switch
    {
        null => "is neither RSA nor on the curve P-256, P-384 or P-521",
        CertificateKeyKind.Rsa when Bits is < CertificateProfiles.VerifiedRsaMinBits or > CertificateProfiles.VerifiedRsaMaxBits =>
            string.Create(CultureInfo.InvariantCulture, $"has {Bits} bits; RSA is accepted from 2048 to 8192"),
        CertificateKeyKind.Rsa when Exponent != F4 => "has an RSA exponent that is not 65537",
        _ => null,
    };

    /// <summary>From now on, RSA stays loaded from one use to the next: loading takes three times as long as verifying.</summary>
    public void Keep() => _isKept = true;

    /// <summary>For a key of this kind. Throws <see cref="CryptographicException"/>.</summary>
    public bool VerifyRsa(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        var key = Interlocked.Exchange(ref _idle, null) ?? Load(); // an RSA object promises nothing to two threads
        try
        {
            return key.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1);
        }
        finally
        {
            var rest = _isKept ? Interlocked.Exchange(ref _idle, key) : key;
            rest?.Dispose();
        }
    }

    private RSA Load()
    {
        var key = RSA.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(Info.Span, out _);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}

/// <summary>
/// An X.509 certificate read strictly (DER, RFC 5280 §4.1), because the base library's properties hide what policy must see: BER forms, PEM,
/// trailing bytes, repeated extensions, other general names.
/// </summary>
internal sealed class ParsedCertificate
{
    private X509Certificate2? _loaded;
    private volatile bool _isKept;
    private volatile ParsedCertificate? _issuer;

    private ParsedCertificate(
        SignedObject signed, int version, BigInteger serial, string signatureAlgorithm, ReadOnlyMemory<byte> issuer, ReadOnlyMemory<byte> subject,
        DateTimeOffset notBefore, DateTimeOffset notAfter, CertificateKey key, IReadOnlyList<CertificateExtension> extensions)
    {
        Signed = signed;
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

    public SignedObject Signed { get; }

    public ReadOnlyMemory<byte> Der => Signed.Der;

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

    /// <summary>Null when <paramref name="issuer"/> signed this; else why not, as the end of a sentence. The same two objects are not asked twice: neither ever changes.</summary>
    public PathRefusal? SignatureFault(ParsedCertificate issuer)
    {
        if (ReferenceEquals(_issuer, issuer)) return null;
        if (Signed.Fault(issuer.Key) is { } fault) return fault;
        _issuer = issuer;
        return null;
    }

    /// <summary>From now on, this stays loaded from one use to the next: for CA certificates, which every leaf below them needs.</summary>
    public void Keep()
    {
        _isKept = true;
        Key.Keep();
    }

    /// <summary>For the base library. Throws <see cref="CryptographicException"/>.</summary>
    /// <param name="isOwn">The caller disposes of it.</param>
    public X509Certificate2 Load(out bool isOwn)
    {
        isOwn = !_isKept;
        if (!isOwn && Volatile.Read(ref _loaded) is { } ready) return ready;
        var loaded = X509CertificateLoader.LoadCertificate(Der.Span);
        if (isOwn || Interlocked.CompareExchange(ref _loaded, loaded, null) is not { } other) return loaded;
        loaded.Dispose();
        return other;
    }

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
        var signed = SignedObject.Read(der);
        var tbs = new AsnReader(signed.ToBeSigned, AsnEncodingRules.DER).ReadSequence();
        var version = ReadVersion(tbs);
        var serial = tbs.ReadInteger();
        var algorithm = tbs.ReadEncodedValue();
        if (!algorithm.Span.SequenceEqual(signed.Algorithm.Span)) return null; // RFC 5280 §4.1.1.2
        var issuer = tbs.ReadEncodedValue();
        var validity = tbs.ReadSequence();
        var notBefore = ReadTime(validity);
        var notAfter = ReadTime(validity);
        validity.ThrowIfNotEmpty();
        var subject = tbs.ReadEncodedValue();
        var info = tbs.PeekEncodedValue();
        var key = ReadKey(tbs.ReadSequence()) with { Info = info };
        var extensions = tbs.HasData ? CertificateExtension.ReadAll(tbs, new Asn1Tag(TagClass.ContextSpecific, 3)) : [];
        tbs.ThrowIfNotEmpty(); // unique identifiers too: RFC 5280 §4.1.2.8
        return extensions is null
            ? null
            : new ParsedCertificate(signed, version, serial, ReadAlgorithm(algorithm), issuer, subject, notBefore, notAfter, key, extensions);
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

    /// <summary>Time of RFC 5280 §4.1.2.5, also of a CRL. Throws <see cref="AsnContentException"/>.</summary>
    internal static DateTimeOffset ReadTime(AsnReader validity) =>
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
            case Oids.EcPublicKey when algorithm.HasData && algorithm.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier):
                (CertificateKeyKind Kind, int Bits)? curve = algorithm.ReadObjectIdentifier() switch
                {
                    Oids.P256 => (CertificateKeyKind.P256, 256),
                    Oids.P384 => (CertificateKeyKind.P384, 384),
                    Oids.P521 => (CertificateKeyKind.P521, 521),
                    _ => null,
                };
                return curve is { } named && bits is [4, ..] && bits.Length == 1 + (2 * ((named.Bits + 7) / 8))
                    ? new CertificateKey(named.Kind, named.Bits, BigInteger.Zero)
                    : new CertificateKey(null, 0, BigInteger.Zero);
            default:
                return new CertificateKey(null, 0, BigInteger.Zero);
        }
    }
}
