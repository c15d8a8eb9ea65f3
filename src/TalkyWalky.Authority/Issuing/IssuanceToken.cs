using TalkyWalky.Pki;

namespace TalkyWalky.Authority;

/// <summary>Proof that a certificate was built and linted. Only <c>Prepare</c> makes one; <see cref="CertificateAuthority.Issue"/> uses it up.</summary>
public sealed class IssuanceToken
{
    private readonly byte[] _toBeSigned;
    private int _used;

    internal IssuanceToken(CertificateProfile profile, byte[] toBeSigned, string serial, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        Profile = profile;
        _toBeSigned = toBeSigned;
        Serial = serial;
        NotBefore = notBefore;
        NotAfter = notAfter;
    }

    public CertificateProfile Profile { get; }

    /// <summary>Lower-case hex, 32 digits.</summary>
    public string Serial { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    internal byte[] Redeem() =>
        Interlocked.Exchange(ref _used, 1) == 0 ? _toBeSigned : throw new InvalidOperationException("this issuance token was used before");
}

/// <param name="Serial">Lower-case hex, 32 digits.</param>
public sealed record SignedCertificate(byte[] Der, string Serial, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
