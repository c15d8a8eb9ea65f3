using System.Numerics;
using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki;

public enum DeviceKeyUse
{
    /// <summary>Signs: KU digitalSignature, EKU clientAuth.</summary>
    Identity,

    /// <summary>Unwraps: KU keyEncipherment.</summary>
    Encryption,
}

/// <summary>Proof that a device certificate passed <see cref="DeviceCertificates.Verify"/>. Only that method makes one.</summary>
public sealed class VerifiedDevice
{
    // Loading a whole certificate takes ten times as long as loading its key, and a grant for a room wraps to every device.
    private readonly byte[] _publicKeyInfo;
    private RSA? _idle;

    internal VerifiedDevice(
        UserId user, DeviceId device, string username, string organisation, string domain, DeviceKeyUse use, byte[] der, byte[] publicKeyInfo, BigInteger serial, Digest issuer,
        DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        _publicKeyInfo = publicKeyInfo;
        User = user;
        Device = device;
        Username = username;
        Organisation = organisation;
        Domain = domain;
        Use = use;
        Der = der;
        Serial = serial;
        Issuer = issuer;
        NotBefore = notBefore;
        NotAfter = notAfter;
        CertificateHash = Digest.Sha256(der);
    }

    public UserId User { get; }

    public DeviceId Device { get; }

    /// <summary>The subject's CN: the directory's name.</summary>
    public string Username { get; }

    public string Organisation { get; }

    public string Domain { get; }

    public DeviceKeyUse Use { get; }

    public ReadOnlyMemory<byte> Der { get; }

    /// <summary>SHA-256 of the DER certificate.</summary>
    public Digest CertificateHash { get; }

    public BigInteger Serial { get; }

    /// <summary>SHA-256 of the issuing CA's SubjectPublicKeyInfo: whose CRL says whether it is revoked.</summary>
    public Digest Issuer { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo.</summary>
    public Digest KeyHash => Digest.Sha256(_publicKeyInfo);

    public RSA LoadPublicKey()
    {
        var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(_publicKeyInfo, out _);
        return key;
    }

    /// <summary>RSA-OAEP-256 (RFC 7518 §4.3). The key stays loaded for the next time: loading it takes three times as long as using it.</summary>
    public byte[] Wrap(ReadOnlySpan<byte> contentKey)
    {
        var key = Interlocked.Exchange(ref _idle, null) ?? LoadPublicKey(); // an RSA object promises nothing to two threads
        var wrapped = key.Encrypt(contentKey, RSAEncryptionPadding.OaepSHA256);
        Interlocked.Exchange(ref _idle, key)?.Dispose();
        return wrapped;
    }
}

public abstract record DeviceVerification
{
    private DeviceVerification() { }

    public sealed record Verified(VerifiedDevice Device) : DeviceVerification;

    /// <param name="Reason">Why, as a sentence.</param>
    public sealed record Refused(PathFailure Failure, string Reason) : DeviceVerification;
}

public abstract record ServerVerification
{
    private ServerVerification() { }

    public sealed record Verified : ServerVerification;

    public sealed record Refused(PathFailure Failure, string Reason) : ServerVerification;
}

public enum PathFailure
{
    Malformed,
    UntrustedRoot,
    Expired,
    NotYetValid,
    BadSignature,
    WrongProfile,
    WrongName,
    WeakKey,
    ConstraintViolated,

    /// <summary>A verified CRL lists a certificate of the path.</summary>
    Revoked,

    /// <summary>Status was asked for, and there is none that is complete, current and genuine.</summary>
    StatusUnknown,
    Other,
}
