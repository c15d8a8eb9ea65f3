using System.Numerics;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Pki.Status;

/// <param name="Serial">Positive.</param>
/// <param name="At">When it was revoked.</param>
public sealed record RevokedCertificate(BigInteger Serial, DateTimeOffset At, X509RevocationReason Reason);

/// <summary>Proof that a CRL passed <see cref="RevocationLists.Verify(ReadOnlyMemory{byte}, ReadOnlyMemory{byte}, DateTimeOffset, BigInteger?)"/>. Only that makes one.</summary>
public sealed class VerifiedCrl
{
    private readonly ParsedCrl _crl;
    private readonly CrlScope _scope;

    internal VerifiedCrl(ParsedCrl crl, BigInteger number, CrlScope scope)
    {
        _crl = crl;
        _scope = scope;
        Number = number;
    }

    /// <summary>To be kept, and given to the next verification.</summary>
    public BigInteger Number { get; }

    public DateTimeOffset ThisUpdate => _crl.ThisUpdate;

    public DateTimeOffset NextUpdate => _crl.NextUpdate;

    public int Count => _crl.Entries.Count;

    public IEnumerable<RevokedCertificate> Entries => _crl.Entries.Values;

    /// <summary>Null when this serial number of the CRL's issuer is not revoked.</summary>
    public RevokedCertificate? Find(BigInteger serial) => _crl.Entries.GetValueOrDefault(serial);

    internal bool CoversAll => _scope is { UsersOnly: false, AuthoritiesOnly: false, Point: null };

    internal bool Covers(ParsedCertificate certificate) => _scope.Covers(certificate);
}

public abstract record CrlVerification
{
    private CrlVerification() { }

    public sealed record Verified(VerifiedCrl Crl) : CrlVerification;

    /// <param name="Reason">Why, as a sentence. Nothing may be concluded from such a CRL; who needs status has none.</param>
    public sealed record Refused(StatusFailure Failure, string Reason) : CrlVerification;
}

/// <summary>Why a CRL or an OCSP response says nothing.</summary>
public enum StatusFailure
{
    Missing,
    Malformed,
    WrongIssuer,
    NotAllowed,
    BadSignature,
    NotYetValid,
    Expired,
    RolledBack,
    Unsupported,

    /// <summary>About another certificate, or another question.</summary>
    WrongAnswer,
}
