using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>One issuing CA with its key. The newest signs certificates; each signs the status of its own, until the last of them has expired.</summary>
public sealed class IssuingCa : IDisposable
{
    private readonly Signer _signer;

    internal IssuingCa(int number, byte[] certificate, Signer signer, NameConstraints constraints, Uri? publicUrl)
    {
        _signer = signer;
        Number = number;
        Certificate = certificate;
        Constraints = constraints;
        Status = publicUrl is null ? null : StatusAddress.OfIssuing(publicUrl, number);
        Description = AuthorityCertificate.Describe(certificate);
    }

    /// <summary>The first is 1, each rollover makes the next.</summary>
    public int Number { get; }

    /// <summary>DER.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    /// <summary>SHA-256 of its SubjectPublicKeyInfo: by it the store knows whose certificates and CRLs are whose.</summary>
    public Digest KeyHash => _signer.KeyHash;

    /// <summary>DER, as its certificates have it as issuer.</summary>
    public ReadOnlySpan<byte> Name => _signer.Name.RawData;

    /// <summary>For people: name, validity, fingerprint, PEM.</summary>
    public AuthorityCertificate Description { get; }

    internal NameConstraints Constraints { get; }

    internal StatusAddress? Status { get; }

    /// <summary>A complete CRL of its certificates, DER.</summary>
    /// <param name="number">Higher than that of every CRL before (RFC 5280 §5.2.3).</param>
    public byte[] SignCrl(ulong number, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, IEnumerable<RevokedCertificate> revoked) =>
        _signer.SignCrl(Certificate, number, thisUpdate, nextUpdate, revoked);

    /// <summary>A device certificate, built and linted but not signed.</summary>
    internal IssuanceToken Prepare(DeviceKeyUse use, string username, UserId user, DeviceId device, RSA key, DateTimeOffset now)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(DeviceUris.ForUser(Constraints.Domain, user)));
        names.AddUri(new Uri(DeviceUris.ForDevice(Constraints.Domain, device)));
        return Prepare(CertificateProfiles.For(use), SubjectName.Encode(Constraints.Organisation, username), new PublicKey(key), names.Build(critical: false), now);
    }

    /// <summary>A certificate for a key that signs OCSP answers in this CA's name, for a day.</summary>
    internal IssuanceToken PrepareResponder(ECDsa key, DateTimeOffset now) =>
        Prepare(CertificateProfiles.OcspResponder, SubjectName.Encode(Constraints.Organisation, "TalkyWalky OCSP responder"), new PublicKey(key), names: null, now);

    /// <summary>A certificate for a key that signs introductions, for a day.</summary>
    internal IssuanceToken PrepareIntroducer(ECDsa key, DateTimeOffset now) =>
        Prepare(CertificateProfiles.Introducer, SubjectName.Encode(Constraints.Organisation, "TalkyWalky introducer"), new PublicKey(key), names: null, now);

    internal IssuanceToken Prepare(CertificateProfile profile, X500DistinguishedName subject, PublicKey key, X509Extension? names, DateTimeOffset now) =>
        new CertificateDraft(profile, subject, key, _signer, names, Status).Prepare(now, Description.NotAfter);

    public void Dispose() => _signer.Dispose();
}
