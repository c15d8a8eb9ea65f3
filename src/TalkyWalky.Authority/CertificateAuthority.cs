using System.Formats.Asn1;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Pki.Status;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// Root, issuing CAs and the transparency log's key in one folder: root.pem, root.key, root.crl, issuing.pem, issuing.key, after a rollover issuing-2.pem, issuing-2.key, log.key, log.pub, after a change of the log's key log.keys (keys
/// PKCS#8 PBES2 AES-256-CBC, PBKDF2-SHA256 600,000). The root's key is needed by <see cref="RootAuthority"/> only and may be taken off-line.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>Characters of the shortest passphrase that protects the keys.</summary>
    public const int MinPassphraseLength = 12;

    /// <summary>DNS names and addresses in one gateway certificate.</summary>
    public const int MaxHosts = 50;

    private readonly string _folder, _passphrase;
    private readonly Uri? _publicUrl;
    private volatile IReadOnlyList<IssuingCa> _live;

    /// <param name="live">The newest first.</param>
    internal CertificateAuthority(string folder, string passphrase, Uri? publicUrl, TrustAnchor anchor, LogSigner log, IReadOnlyList<IssuingCa> live)
    {
        (_folder, _passphrase, _publicUrl, _live) = (folder, passphrase, publicUrl, live);
        Log = log;
        Anchor = anchor;
        Root = AuthorityCertificate.Describe(anchor.Der);
    }

    /// <summary>Called when another issuing CA is the newest, or one lives no more. Returns at once.</summary>
    public Action? IssuingChanged { get; set; }

    public TrustAnchor Anchor { get; }

    internal LogSigner Log { get; }

    /// <summary>The issuing CAs whose certificates count, the newest first: that one signs.</summary>
    public IReadOnlyList<IssuingCa> Live => _live;

    public IssuingCa Newest => _live[0];

    /// <summary>Of the issuing CAs that live, DER, the newest first.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> IssuingCertificates => [.. _live.Select(static one => one.Certificate)];

    /// <summary>Of the newest, DER.</summary>
    public ReadOnlyMemory<byte> IssuingCertificate => Newest.Certificate;

    /// <summary>Of the newest.</summary>
    public Digest IssuingKeyHash => Newest.KeyHash;

    /// <summary>The root for people: name, validity, fingerprint, PEM.</summary>
    public AuthorityCertificate Root { get; }

    /// <summary>The newest issuing CA for people.</summary>
    public AuthorityCertificate Issuing => Newest.Description;

    public string Organisation => Newest.Constraints.Organisation;

    public string Domain => Newest.Constraints.Domain;

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
        using var issuing = new Signer(IssuingRequest.NameOf(organisation, number: 1), keys.CreateRsa(CertificateProfiles.Issuing.MinBits));
        var signedIssuing = root.SignIssuing(issuing.Name, issuing.Key, new NameConstraints(domain, organisation).Encode(), publicUrl, now);
        files.Create(new Dictionary<string, byte[]>(AuthorityFolder.FilesOfLogKey(passphrase), StringComparer.Ordinal)
        {
            [AuthorityFolder.RootCertificate] = Encoding.ASCII.GetBytes(AuthorityCertificate.ToPem(root.Certificate.Span)),
            [AuthorityFolder.RootKey] = Encoding.ASCII.GetBytes(root.ExportEncryptedPem(passphrase)),
            [AuthorityFolder.RootCrl] = root.SignCrl(before: null, [], now),
            [AuthorityFolder.IssuingCertificate(1)] = Encoding.ASCII.GetBytes(AuthorityCertificate.ToPem(signedIssuing.Der)),
            [AuthorityFolder.IssuingKey(1)] = Encoding.ASCII.GetBytes(issuing.ExportEncryptedPem(passphrase)),
        });
        return Open(folder, passphrase, publicUrl);
    }

    /// <summary>Throws <see cref="AuthorityException"/> with a sentence for the administrator: missing, damaged, wrong passphrase.</summary>
    public static CertificateAuthority Open(string folder, string passphrase, Uri? publicUrl = null)
    {
        var files = new AuthorityFolder(folder);
        var anchor = files.ReadAnchor();
        var live = new List<IssuingCa>();
        try
        {
            foreach (var number in files.LiveNumbers()) live.Add(OpenIssuing(files, number, anchor, passphrase, publicUrl));
            var log = LogSigner.Open(files, passphrase, anchor.Log!);
            return new CertificateAuthority(folder, passphrase, publicUrl, anchor, log, live);
        }
        catch
        {
            foreach (var one in live) one.Dispose();
            throw;
        }
    }

    /// <summary>The root and the log's key, without their keys. Throws <see cref="AuthorityException"/>.</summary>
    public static TrustAnchor ReadAnchor(string folder) => new AuthorityFolder(folder).ReadAnchor();

    /// <summary>The keys of the log, the trust anchor's first. Throws <see cref="AuthorityException"/>.</summary>
    public static LogKeys ReadLogKeys(string folder)
    {
        var files = new AuthorityFolder(folder);
        return files.ReadLogKeys(files.ReadAnchor().Log!);
    }

    /// <summary>Every issuing CA that ever was, DER, the newest first. Throws <see cref="AuthorityException"/>.</summary>
    public static IReadOnlyList<byte[]> ReadIssuing(string folder)
    {
        var files = new AuthorityFolder(folder);
        return [.. files.Numbers().Select(number => files.ReadCertificate(AuthorityFolder.IssuingCertificate(number)))];
    }

    /// <summary>The issuing CAs that live, the newest first, without their keys. Throws <see cref="AuthorityException"/>.</summary>
    public static IReadOnlyList<(int Number, AuthorityCertificate Certificate)> ReadLive(string folder)
    {
        var files = new AuthorityFolder(folder);
        return [.. files.LiveNumbers().Select(number => (number, AuthorityCertificate.Describe(files.ReadCertificate(AuthorityFolder.IssuingCertificate(number)))))];
    }

    /// <summary>A device certificate, built and linted but not signed. The names are the log-in's, never those of a CSR.</summary>
    /// <param name="key">Public part; 3072 to 4096 bits, e = 65537.</param>
    public IssuanceToken Prepare(DeviceKeyUse use, string username, UserId user, DeviceId device, RSA key, DateTimeOffset now) => Newest.Prepare(use, username, user, device, key, now);

    /// <summary>Signs what was prepared, once; a second use is a bug and throws. <see cref="Issuance"/> is who does it for others.</summary>
    public SignedCertificate Issue(IssuanceToken token) => token.Issuer.Sign(token);

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

        return Newest.Prepare(CertificateProfiles.Server, SubjectName.Encode(Organisation, "TalkyWalky gateway"), new PublicKey(key), names.Build(critical: false), now);
    }

    /// <summary>The root's CRL as it is on disk now; null when there is none.</summary>
    public RootCrl? ReadRootCrl() => RootCrl.TryRead(_folder, Anchor);

    /// <summary>Null when it is served from now on; else why not, as a sentence.</summary>
    public string? ReplaceRootCrl(byte[] der, DateTimeOffset now) => RootCrl.Replace(_folder, Anchor, der, now);

    /// <summary>The request for the certificate of the next issuing CA, PEM, made now unless one waits. Its key lies beside it until <see cref="Adopt"/>.</summary>
    public string RequestNext(IKeySource keys) =>
        ReadNext() ?? IssuingRequest.Create(NextFolder, Organisation, Domain, _passphrase, keys, NextNumber);

    /// <summary>The next issuing CA, of the request that waits and the certificate that the root signed. Throws <see cref="AuthorityException"/> with a sentence for each fault, before anything is done.</summary>
    /// <param name="certificate">PEM or DER.</param>
    internal IssuingCa CheckNext(ReadOnlyMemory<byte> certificate, DateTimeOffset now)
    {
        if (ReadNext() is not null) return IssuingRequest.Check(NextFolder, NextNumber, certificate, Anchor, _passphrase, _publicUrl, now);
        throw new AuthorityException("no request waits for its certificate here; make one with: talkywalkyd ca rollover --request FILE");
    }

    /// <summary>It signs from now on, and after a restart. The ones before sign the status of their own.</summary>
    internal void Adopt(IssuingCa next)
    {
        var (waiting, files) = (new AuthorityFolder(NextFolder), new AuthorityFolder(_folder));
        files.Replace(AuthorityFolder.IssuingKey(next.Number), Encoding.ASCII.GetBytes(waiting.Read(AuthorityFolder.IssuingKey(1)))); // a key without a certificate is nothing yet
        files.Replace(AuthorityFolder.IssuingCertificate(next.Number), Encoding.ASCII.GetBytes(next.Description.Pem));
        waiting.Remove();
        _live = [next, .. _live];
        IssuingChanged?.Invoke();
    }

    /// <summary>Its certificates have expired: it signs nothing more, also after a restart.</summary>
    internal void Retire(IssuingCa old)
    {
        new AuthorityFolder(_folder).RetireKey(old.Number);
        _live = [.. _live.Where(one => one != old)];
        IssuingChanged?.Invoke();
    }

    public void Dispose()
    {
        foreach (var one in _live) one.Dispose();
        Log.Dispose();
    }

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

    private string NextFolder => Path.Combine(_folder, "next");

    // What was adopted already was left by a crash.
    private string? ReadNext()
    {
        if (!IssuingRequest.Exists(NextFolder)) return null;
        var request = IssuingRequest.Read(NextFolder);
        if (_live.All(one => one.KeyHash != IssuingRequest.KeyHashOf(request))) return request;
        new AuthorityFolder(NextFolder).Remove();
        return null;
    }

    private int NextNumber => new AuthorityFolder(_folder).Numbers()[0] + 1;

    private static IssuingCa OpenIssuing(AuthorityFolder files, int number, TrustAnchor anchor, string passphrase, Uri? publicUrl)
    {
        var (file, issuing) = (AuthorityFolder.IssuingCertificate(number), files.ReadCertificate(AuthorityFolder.IssuingCertificate(number)));
        if (Pki.IssuingCertificates.Check(issuing, anchor, out var constraints) is { } fault)
            throw new AuthorityException($"{files.PathOf(file)} is damaged or foreign: {fault}; restore it from a backup");
        using var certificate = X509CertificateLoader.LoadCertificate(issuing);
        var signer = EncryptedKey.Open(files.Read(AuthorityFolder.IssuingKey(number)), passphrase, certificate, files.PathOf(AuthorityFolder.IssuingKey(number)));
        return new IssuingCa(number, issuing, signer, constraints, publicUrl);
    }
}
