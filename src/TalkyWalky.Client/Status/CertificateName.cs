using System.Numerics;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Status;

/// <summary>Which certificate a CRL means.</summary>
/// <param name="Issuer">SHA-256 of the issuing CA's SubjectPublicKeyInfo.</param>
internal readonly record struct CertificateName(Digest Issuer, BigInteger Serial)
{
    public static CertificateName Of(VerifiedDevice certificate) => new(certificate.Issuer, certificate.Serial);

    /// <summary>32 bytes, then the serial number without leading zeros.</summary>
    public byte[] ToArray() => [.. Issuer.ToArray(), .. Serial.ToByteArray(isUnsigned: true, isBigEndian: true)];

    /// <summary>Null when there is none: what was stored before status was looked at.</summary>
    public static CertificateName? Read(ReadOnlySpan<byte> bytes) => bytes.Length > Digest.Size && Digest.TryRead(bytes[..Digest.Size], out var issuer)
        ? new CertificateName(issuer, new BigInteger(bytes[Digest.Size..], isUnsigned: true, isBigEndian: true))
        : null;
}
