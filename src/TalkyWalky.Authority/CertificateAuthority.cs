using System.Formats.Asn1;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// Root and issuing CA in one folder: root.pem, root.key, root.crl, issuing.pem, issuing.key (PKCS#8 PBES2 AES-256-CBC, PBKDF2-SHA256 600,000). The root's key
/// is needed by <see cref="RootAuthority"/> only and may be taken off-line.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>Characters of the shortest passphrase that protects the keys.</summary>
    public const int MinPassphraseLength = 12;

    internal const string IssuingName = "TalkyWalky Issuing CA";

    /// <summary>DNS names and addresses in one gateway certificate.</summary>
    public const int MaxHosts = 50;

    private readonly Signer _issuing;
    private readonly NameConstraints _constraints;
    private readonly StatusAddress? _status;
    private readonly string _folder;

    internal CertificateAuthority(string folder, TrustAnchor anchor, byte[] issuingCertificate, Signer issuing, NameConstraints constraints, Uri? publicUrl)
    {
        _folder = folder;
        _issuing = issuing;
        _constraints = constraints;
        _status = publicUrl is null ? null : StatusAddress.OfIssuing(publicUrl);
        Anchor = anchor;
        IssuingCertificate = issuingCertificate;
        IssuingKeyHash = Digest.Sha256(issuing.Key.ExportSubjectPublicKeyInfo());
        Root = AuthorityCertificate.Describe(anchor.Der);
        Issuing = AuthorityCertificate.Describe(issuingCertificate);
    }

    public TrustAnchor Anchor { get; }

    /// <summary>DER.</summary>
    public ReadOnlyMemory<byte> IssuingCertificate { get; }

    /// <summary>SHA-256 of the issuing CA's SubjectPublicKeyInfo: by it the store knows whose certificates and CRLs are whose.</summary>
    public Digest IssuingKeyHash { get; }

    /// <summary>The root for people: name, validity, fingerprint, PEM.</summary>
    public AuthorityCertificate Root { get; }

    public AuthorityCertificate Issuing { get; }

    public string Organisation => _constraints.Organisation;

    public string Domain => _constraints.Domain;

    public static bool Exists(string folder) => new AuthorityFolder(folder).Exists;

    /// <summary>Makes root (RSA-4096, 10 years) and issuing CA (5 years, name-constrained). Throws <see cref="AuthorityException"/> if the folder already holds one.</summary>
    /// <param name="organisation">1 to 64 characters, the O of every subject.</param>
    /// <param name="domain">A lower-case DNS name, the host of every name URI.</param>
    /// <param name="publicUrl">Where status will be served; goes into each certificate (RFC 5280 §4.2.1.13, §4.2.2.1). Null leaves it out.</param>
    public static CertificateAuthority Initialise(
        string folder, string organisation, string domain, string passphrase, IKeySource keys, DateTimeOffset now, Uri? publicUrl = null)
    {
        CheckNames(organisation, domain, passphrase);
        var files = new AuthorityFolder(folder);
        files.RequireAbsent(); // before seconds go into keys

        using var root = RootAuthority.Create(organisation, keys, now);
        using var issuing = new Signer(SubjectName.Encode(organisation, IssuingName), keys.CreateRsa(CertificateProfiles.Issuing.MinBits));
        var signedIssuing = root.SignIssuing(issuing, new NameConstraints(domain, organisation), publicUrl, now);
        files.Create(new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [AuthorityFolder.RootCertificate] = Encoding.ASCII.GetBytes(AuthorityCertificate.ToPem(root.Certificate.Span)),
            [AuthorityFolder.RootKey] = Encoding.ASCII.GetBytes(root.ExportEncryptedPem(passphrase)),
            [AuthorityFolder.RootCrl] = root.SignCrl(before: null, [], now),
            [AuthorityFolder.IssuingCertificate] = Encoding.ASCII.GetBytes(AuthorityCertificate.ToPem(signedIssuing.Der)),
            [AuthorityFolder.IssuingKey] = Encoding.ASCII.GetBytes(issuing.ExportEncryptedPem(passphrase)),
        });
        return Open(folder, passphrase, publicUrl);
    }

    /// <summary>Throws <see cref="AuthorityException"/> with a sentence for the administrator: missing, damaged, wrong passphrase.</summary>
    public static CertificateAuthority Open(string folder, string passphrase, Uri? publicUrl = null)
    {
        var files = new AuthorityFolder(folder);
        var root = ReadCertificate(files, AuthorityFolder.RootCertificate, folder);
        var issuing = ReadCertificate(files, AuthorityFolder.IssuingCertificate, folder);
        var anchor = TrustAnchor.FromRoot(root);
        if (IssuingCertificates.Check(issuing, anchor, out var constraints) is { } fault)
            throw new AuthorityException($"{Path.Combine(folder, AuthorityFolder.IssuingCertificate)} is damaged or foreign: {fault}; restore it from a backup");

        using var certificate = X509CertificateLoader.LoadCertificate(issuing);
        var signer = EncryptedKey.Open(files.Read(AuthorityFolder.IssuingKey), passphrase, certificate, Path.Combine(folder, AuthorityFolder.IssuingKey));
        return new CertificateAuthority(folder, anchor, issuing, signer, constraints, publicUrl);
    }

    /// <summary>A device certificate, built and linted but not signed. The names are the log-in's, never those of a CSR.</summary>
    /// <param name="key">Public part; 3072 to 4096 bits, e = 65537.</param>
    public IssuanceToken Prepare(DeviceKeyUse use, string username, UserId user, DeviceId device, RSA key, DateTimeOffset now)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(DeviceUris.ForUser(Domain, user)));
        names.AddUri(new Uri(DeviceUris.ForDevice(Domain, device)));
        var profile = CertificateProfiles.For(use);
        return new CertificateDraft(profile, SubjectName.Encode(Organisation, username), new PublicKey(key), _issuing, names.Build(critical: false), _status)
            .Prepare(now, Issuing.NotAfter);
    }

    /// <summary>Signs what was prepared, once; a second use is a bug and throws. <see cref="Issuance"/> is who does it for others.</summary>
    public SignedCertificate Issue(IssuanceToken token) => _issuing.Sign(token);

    /// <summary>A gateway's P-256 certificate for these DNS names and addresses, 90 days.</summary>
    public IssuanceToken PrepareServer(IReadOnlyList<string> hosts, ECDsa key, DateTimeOffset now)
    {
        if (hosts.Count is 0 or > MaxHosts) throw new AuthorityException($"a gateway has 1 to {MaxHosts} names and addresses; change `--host`");
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(new IPAddress(address.GetAddressBytes()));
            else names.AddDnsName(ToDnsName(host));
        }

        var draft = new CertificateDraft(
            CertificateProfiles.Server, SubjectName.Encode(Organisation, "TalkyWalky gateway"), new PublicKey(key), _issuing, names.Build(critical: false), _status);
        return draft.Prepare(now, Issuing.NotAfter);
    }

    /// <summary>A certificate for a key that signs OCSP answers in this CA's name, for a day.</summary>
    public IssuanceToken PrepareResponder(ECDsa key, DateTimeOffset now) => new CertificateDraft(
        CertificateProfiles.OcspResponder, SubjectName.Encode(Organisation, "TalkyWalky OCSP responder"), new PublicKey(key), _issuing, Particular: null, _status).Prepare(now, Issuing.NotAfter);

    /// <summary>The issuing CA's complete CRL, DER.</summary>
    /// <param name="number">Higher than that of every CRL before (RFC 5280 §5.2.3).</param>
    public byte[] IssueRevocationList(ulong number, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, IEnumerable<RevokedCertificate> revoked) =>
        _issuing.SignCrl(IssuingCertificate, number, thisUpdate, nextUpdate, revoked);

    /// <summary>The root's CRL as it is on disk now; null when there is none.</summary>
    public RootCrl? ReadRootCrl() => RootCrl.TryRead(_folder, Anchor);

    /// <summary>Null when it is served from now on; else why not, as a sentence.</summary>
    public string? ReplaceRootCrl(byte[] der, DateTimeOffset now) => RootCrl.Replace(_folder, Anchor, der, now);

    public void Dispose() => _issuing.Dispose();

    /// <summary>Throws <see cref="AuthorityException"/>.</summary>
    internal static void CheckNames(string organisation, string domain, string passphrase)
    {
        if (!SubjectName.IsValidPart(organisation)) throw new AuthorityException("the organisation's name has 1 to 64 characters and no blank at either end; change `organisation`");
        if (!DeviceUris.IsValidDomain(domain)) throw new AuthorityException($"\"{domain}\" is no domain; write a name like example.org in lower case");
        if (passphrase.Length < MinPassphraseLength) throw new AuthorityException($"the CA's passphrase has at least {MinPassphraseLength} characters; choose a longer one");
    }

    private static string ToDnsName(string host)
    {
        try
        {
            var ascii = new IdnMapping().GetAscii(host).ToLowerInvariant();
            if (DeviceUris.IsValidDomain(ascii)) return ascii;
        }
        catch (ArgumentException e)
        {
            throw new AuthorityException($"\"{host}\" is neither a host name nor an address; change `--host`", e);
        }

        throw new AuthorityException($"\"{host}\" is neither a host name nor an address; change `--host`");
    }

    private static byte[] ReadCertificate(AuthorityFolder files, string name, string folder)
    {
        var text = files.Read(name);
        try
        {
            var field = PemEncoding.Find(text);
            if (text.AsSpan(field.Label) is "CERTIFICATE") return Convert.FromBase64String(text[field.Base64Data]);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new AuthorityException($"{Path.Combine(folder, name)} is damaged: it holds no PEM; restore it from a backup", e);
        }

        throw new AuthorityException($"{Path.Combine(folder, name)} is damaged: it holds no certificate; restore it from a backup");
    }
}
