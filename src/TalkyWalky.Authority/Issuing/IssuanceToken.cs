using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>Proof that a certificate was built and linted. Only <c>Prepare</c> makes one; <see cref="CertificateAuthority.Issue"/> uses it up.</summary>
public sealed class IssuanceToken
{
    private readonly byte[] _toBeSigned;
    private int _used;

    internal IssuanceToken(CertificateProfile profile, Signer issuer, byte[] toBeSigned, string serial, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        (Profile, Issuer) = (profile, issuer);
        _toBeSigned = toBeSigned;
        Serial = serial;
        NotBefore = notBefore;
        NotAfter = notAfter;
    }

    public CertificateProfile Profile { get; }

    /// <summary>Who signs it: another may be the newest by then.</summary>
    internal Signer Issuer { get; }

    /// <summary>Lower-case hex, 32 digits.</summary>
    public string Serial { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    internal byte[] Redeem() =>
        Interlocked.Exchange(ref _used, 1) == 0 ? _toBeSigned : throw new InvalidOperationException("this issuance token was used before");
}

/// <param name="Serial">Lower-case hex, 32 digits.</param>
/// <param name="Issuer">SHA-256 of the SubjectPublicKeyInfo of the CA that signed it.</param>
public sealed record SignedCertificate(byte[] Der, string Serial, DateTimeOffset NotBefore, DateTimeOffset NotAfter, Digest Issuer);
