using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Authority;

/// <summary>The root with its key, which is needed to make an issuing CA and to sign the root's CRL, and lies in a safe the rest of the time.</summary>
public sealed class RootAuthority : IDisposable
{
    /// <summary>From thisUpdate to nextUpdate of the root's CRL: nobody opens a safe more often.</summary>
    public static readonly TimeSpan CrlLife = TimeSpan.FromDays(366);

    private readonly Signer _signer;
    private readonly DateTimeOffset _notAfter;

    private RootAuthority(Signer signer, ReadOnlyMemory<byte> certificate)
    {
        _signer = signer;
        Certificate = certificate;
        _notAfter = AuthorityCertificate.Describe(certificate).NotAfter;
    }

    /// <summary>DER.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    /// <summary>Throws <see cref="AuthorityException"/> when the key does not open, or is another one's.</summary>
    /// <param name="keyPem">PKCS#8 under the passphrase.</param>
    /// <param name="file">Where it was read from, for the sentence.</param>
    public static RootAuthority Open(TrustAnchor anchor, string keyPem, string passphrase, string file)
    {
        using var certificate = anchor.LoadCertificate();
        return new RootAuthority(EncryptedKey.Open(keyPem, passphrase, certificate, file), anchor.Der);
    }

    /// <summary>A CRL with what the one before held and this as well, DER. Its number is the time in seconds, or one more than that before: it rises also when the CRL before was lost.</summary>
    public byte[] SignCrl(VerifiedCrl? before, IReadOnlyCollection<RevokedCertificate> revoked, DateTimeOffset now)
    {
        var number = BigInteger.Max(now.ToUnixTimeSeconds(), (before?.Number ?? 0) + 1);
        var known = before?.Entries ?? [];
        return _signer.SignCrl(Certificate, number, now, now + CrlLife, [.. known, .. revoked.Where(one => before?.Find(one.Serial) is null)]);
    }

    /// <summary>The certificate that a request of an issuing CA of ours asks for, DER.</summary>
    /// <param name="request">PKCS#10, PEM; throws <see cref="AuthorityException"/> where it asks for anything else.</param>
    /// <param name="publicUrl">Where the root's CRL is served; null leaves it out.</param>
    public byte[] SignRequest(string request, Uri? publicUrl, DateTimeOffset now)
    {
        var asked = IssuingRequest.Load(request);
        var constraints = asked.CertificateExtensions.FirstOrDefault(static one => one.Oid?.Value is Oids.NameConstraints)
            ?? throw new AuthorityException("the request does not ask for a certificate of an issuing CA; make one with: talkywalkyd ca rollover --request FILE");
        return SignIssuing(asked.SubjectName, asked.PublicKey, constraints, publicUrl, now).Der;
    }

    public void Dispose() => _signer.Dispose();

    internal static RootAuthority Create(string organisation, IKeySource keys, DateTimeOffset now)
    {
        var signer = new Signer(SubjectName.Encode(organisation, "TalkyWalky Root CA"), keys.CreateRsa(CertificateProfiles.Root.MinBits));
        var draft = new CertificateDraft(CertificateProfiles.Root, signer.Name, signer.Key, signer, null, null);
        return new RootAuthority(signer, signer.Sign(draft.Prepare(now, DateTimeOffset.MaxValue)).Der);
    }

    internal SignedCertificate SignIssuing(X500DistinguishedName name, PublicKey key, X509Extension constraints, Uri? publicUrl, DateTimeOffset now)
    {
        var status = publicUrl is null ? null : StatusAddress.OfRoot(publicUrl);
        return _signer.Sign(new CertificateDraft(CertificateProfiles.Issuing, name, key, _signer, constraints, status).Prepare(now, _notAfter));
    }

    internal string ExportEncryptedPem(string passphrase) => _signer.ExportEncryptedPem(passphrase);
}
