using System.Globalization;
using System.Security.Cryptography;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests;

/// <summary>What another implementation makes of every artefact.</summary>
public sealed class OpenSslTests(OpenSslTests.Published published) : IClassFixture<OpenSslTests.Published>
{
    private readonly TempFolder _folder = published.Folder;
    private readonly CertificateAuthority _authority = published.Authority;
    private readonly string _at = TestAuthority.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private string Root => Path.Combine(_folder.File("ca"), "root.pem");

    private string Issuing => Path.Combine(_folder.File("ca"), "issuing.pem");

    [Fact]
    public async Task Verify_RootIssuingAndDevices_AllPass()
    {
        await Shell.RunAsync("openssl", "verify", "-x509_strict", "-attime", _at, "-CAfile", Root, Root);
        await Shell.RunAsync("openssl", "verify", "-x509_strict", "-attime", _at, "-CAfile", Root, Issuing);
        await Shell.RunAsync(
            "openssl", "verify", "-x509_strict", "-attime", _at, "-purpose", "sslclient", "-CAfile", Root, "-untrusted", Issuing, Device(DeviceKeyUse.Identity));
        await Shell.RunAsync("openssl", "verify", "-x509_strict", "-attime", _at, "-CAfile", Root, "-untrusted", Issuing, Device(DeviceKeyUse.Encryption));
    }

    [Fact]
    public async Task Verify_Gateway_PassesForItsHostOnly()
    {
        var gateway = Gateway();
        string[] verify = ["verify", "-x509_strict", "-attime", _at, "-purpose", "sslserver", "-CAfile", Root, "-untrusted", Issuing];

        await Shell.RunAsync("openssl", [.. verify, "-verify_hostname", "chat.example.org", gateway]);
        await Shell.RunAsync("openssl", [.. verify, "-verify_ip", "127.0.0.1", gateway]);
        Assert.NotEqual(0, (await Shell.TryAsync("openssl", [.. verify, "-verify_hostname", "evil.org", gateway])).Code);
    }

    [Fact]
    public async Task Verify_DeviceAsGatewayOrWithoutIssuing_Fails()
    {
        var device = Device(DeviceKeyUse.Identity);

        Assert.NotEqual(0, (await Shell.TryAsync("openssl", "verify", "-attime", _at, "-purpose", "sslserver", "-CAfile", Root, "-untrusted", Issuing, device)).Code);
        Assert.NotEqual(0, (await Shell.TryAsync("openssl", "verify", "-attime", _at, "-CAfile", Root, device)).Code);
    }

    [Fact]
    public async Task Text_IdentityCertificate_ShowsTheProfile()
    {
        var text = await Shell.RunAsync("openssl", "x509", "-in", Device(DeviceKeyUse.Identity), "-noout", "-text", "-nameopt", "RFC2253");

        Assert.All(
            (string[])
            [
                "Version: 3", "sha256WithRSAEncryption", "Subject: CN=alice,O=Example Ltd", "Public-Key: (3072 bit)", "X509v3 Basic Constraints: critical",
                "CA:FALSE", "X509v3 Key Usage: critical\n                Digital Signature\n", "TLS Web Client Authentication\n",
                $"URI:tw://example.org/user/", "URI:tw://example.org/device/", "URI:https://chat.example.org:8443/v1/status/issuing.crl",
                "OCSP - URI:https://chat.example.org:8443/v1/status/ocsp",
            ],
            part => Assert.Contains(part, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_IssuingCertificate_ShowsTheConstraints()
    {
        var text = await Shell.RunAsync("openssl", "x509", "-in", Issuing, "-noout", "-text", "-nameopt", "RFC2253");

        Assert.All(
            (string[])
            [
                "CA:TRUE, pathlen:0", "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n", "X509v3 Name Constraints: critical", "URI:example.org",
                "Public-Key: (3072 bit)", "/v1/status/root.crl",
            ],
            part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Contains("CA:TRUE, pathlen:1", await Shell.RunAsync("openssl", "x509", "-in", Root, "-noout", "-text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_BothFiles_OpenWithThePassphraseOnly()
    {
        foreach (var name in (string[])["root.key", "issuing.key"])
        {
            var file = Path.Combine(_folder.File("ca"), name);
            Assert.Contains("Key is valid", await Shell.RunAsync("openssl", "pkey", "-in", file, "-passin", $"pass:{TestAuthority.Passphrase}", "-check", "-noout"), StringComparison.Ordinal);
            Assert.NotEqual(0, (await Shell.TryAsync("openssl", "pkey", "-in", file, "-passin", "pass:wrong", "-noout")).Code);
            var dump = await Shell.RunAsync("openssl", "asn1parse", "-in", file);
            Assert.All((string[])["PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", "INTEGER           :0927C0"], part => Assert.Contains(part, dump, StringComparison.Ordinal)); // 600,000
        }
    }

    [Fact]
    public async Task Fingerprints_OfTheAuthority_AreOpenSslsOwn()
    {
        var shown = await Shell.RunAsync("openssl", "x509", "-in", Root, "-noout", "-fingerprint", "-sha256");

        Assert.Contains(_authority.Root.Fingerprint, shown.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant(), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(Root), _authority.Root.Pem);
        Assert.Equal("CN=TalkyWalky Root CA, O=Example Ltd", _authority.Root.Subject);
    }

    [Fact]
    public async Task CertsOnly_Message_IsReadByOpenSsl()
    {
        File.WriteAllBytes(_folder.File("ca.p7"), CertsOnly.Encode([_authority.Anchor.Der, _authority.IssuingCertificate]));

        var text = await Shell.RunAsync("openssl", "pkcs7", "-inform", "DER", "-in", _folder.File("ca.p7"), "-print_certs", "-noout");

        Assert.Contains("TalkyWalky Root CA", text, StringComparison.Ordinal);
        Assert.Contains("TalkyWalky Issuing CA", text, StringComparison.Ordinal);
    }

    private string Device(DeviceKeyUse use)
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        var file = _folder.File($"{use}.pem");
        File.WriteAllText(file, PemEncoding.WriteString(
            "CERTIFICATE", _authority.Issue(_authority.Prepare(use, "alice", UserId.New(), DeviceId.New(), key, TestAuthority.Now)).Der));
        return file;
    }

    private string Gateway()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var file = _folder.File("gateway.pem");
        File.WriteAllText(file, PemEncoding.WriteString("CERTIFICATE", _authority.Issue(_authority.PrepareServer(["chat.example.org", "127.0.0.1"], key, TestAuthority.Now)).Der));
        return file;
    }

    /// <summary>An authority's files, with status addresses in its certificates.</summary>
    public sealed class Published : IDisposable
    {
        public Published() => Authority = TestAuthority.Make(Folder.Path, TestAuthority.PublicUrl);

        internal TempFolder Folder { get; } = new();

        internal CertificateAuthority Authority { get; }

        public void Dispose()
        {
            Authority.Dispose();
            Folder.Dispose();
        }
    }
}
