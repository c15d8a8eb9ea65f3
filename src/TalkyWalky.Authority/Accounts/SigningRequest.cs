using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// What counts in a PKCS#10 request (RFC 2986): a public key that is good enough and the proof that the sender has its private part. Subject, extensions and other
/// attributes are never read.
/// </summary>
internal sealed class SigningRequest : IDisposable
{
    /// <summary>Bytes of DER.</summary>
    public const int MaxSize = 16 * 1024;

    private SigningRequest(RSA key)
    {
        Key = key;
        KeyHash = HashOf(key);
    }

    public RSA Key { get; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo.</summary>
    public Digest KeyHash { get; }

    public static Digest HashOf(RSA key) => Digest.Sha256(key.ExportSubjectPublicKeyInfo());

    /// <summary>The request, or a sentence why not.</summary>
    public static (SigningRequest? Request, string? Fault) Read(byte[] der)
    {
        if (der.Length > MaxSize) return (null, $"the certificate request is larger than {MaxSize} bytes");
        try
        {
            if (KeyFault(der) is { } fault) return (null, fault);
            // Default options check the signature and ignore requested extensions.
            var request = CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256);
            return request.PublicKey.GetRSAPublicKey() is { } key
                ? (new SigningRequest(key), null)
                : (null, "the certificate request holds no RSA key");
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or NotSupportedException or ArgumentException)
        {
            return (null, "this is no certificate request (PKCS#10) signed by the key in it");
        }
    }

    public void Dispose() => Key.Dispose();

    // Before any arithmetic with the key: a modulus of 100,000 bits would cost more to verify than to send.
    private static string? KeyFault(byte[] der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var request = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var info = request.ReadSequence();
        var algorithm = request.ReadSequence().ReadObjectIdentifier();
        if (algorithm is not (Oids.Sha256WithRsa or Oids.RsassaPss)) return "the certificate request is not signed with RSA and SHA-256";
        info.ReadInteger();
        info.ReadSequence(); // the subject, ignored
        var publicKey = info.ReadSequence();
        if (!string.Equals(publicKey.ReadSequence().ReadObjectIdentifier(), Oids.RsaEncryption, StringComparison.Ordinal)) return "the certificate request holds no RSA key";
        var numbers = new AsnReader(publicKey.ReadBitString(out _), AsnEncodingRules.DER).ReadSequence();
        var profile = CertificateProfiles.DeviceIdentity;
        var modulus = numbers.ReadInteger();
        if (modulus.Sign <= 0 || modulus.GetBitLength() < profile.MinBits || modulus.GetBitLength() > profile.MaxBits)
            return $"the key has {(modulus.Sign > 0 ? modulus.GetBitLength() : 0)} bits; a device's RSA key has {profile.MinBits} to {profile.MaxBits}";
        return numbers.ReadInteger() == 65537 ? null : "the key's public exponent is not 65537";
    }
}
