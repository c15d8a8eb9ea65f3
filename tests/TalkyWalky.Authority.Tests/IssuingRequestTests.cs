using System.Security.Cryptography;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests;

/// <summary>An issuing CA under an organisation's own root, which OpenSSL plays.</summary>
public sealed class IssuingRequestTests : IDisposable
{
    private const string Asked = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"
        + "nameConstraints=critical,@permitted\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n[permitted]\npermitted;URI.0=example.org\npermitted;dirName.0=organisation\n[organisation]\nO=Example Ltd\n";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Issuing => _folder.File("issuing.pem");

    private string Root => _folder.File("root.pem");

    [Theory]
    [InlineData("rsa:2048", "-sha256")]
    [InlineData("rsa:4096", "-sha512")]
    [InlineData("ec:P-256", "-sha256")]
    [InlineData("ec:P-384", "-sha384")]
    public async Task Complete_UnderARootOfAnyMake_IssuesWhatEveryoneVerifies(string key, string digest)
    {
        await RequestAsync();
        await MakeRootAsync(key, digest);
        await SignAsync(digest, "-copy_extensions", "copy");

        Complete();

        using var authority = CertificateAuthority.Open(_folder.File("ca"), TestAuthority.Passphrase);
        Assert.Equal((TestAuthority.Organisation, TestAuthority.Domain), (authority.Organisation, authority.Domain));
        using var device = KeyPool.Shared.CreateRsa(3072);
        var issued = authority.Issue(authority.Prepare(DeviceKeyUse.Identity, "alice", UserId.New(), DeviceId.New(), device, DateTimeOffset.UtcNow));
        Assert.IsType<DeviceVerification.Verified>(DeviceCertificates.Verify(issued.Der, [authority.IssuingCertificate], authority.Anchor, DeviceKeyUse.Identity, DateTimeOffset.UtcNow));
        await File.WriteAllTextAsync(_folder.File("device.pem"), AuthorityCertificate.ToPem(issued.Der));
        await Shell.RunAsync("openssl", "verify", "-purpose", "sslclient", "-CAfile", Root, "-untrusted", Issuing, _folder.File("device.pem"));
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in Directory.GetFiles(_folder.File("ca"))) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    /// <summary>OpenSSL's hash makes another key identifier than ours: what is issued names the one in the certificate.</summary>
    [Fact]
    public async Task Complete_CaWroteTheExtensionsItself_IsAsGood()
    {
        await RequestAsync();
        await MakeRootAsync();
        await SignWithAsync(Asked);
        Complete();
        Assert.True(CertificateAuthority.Exists(_folder.File("ca")));
    }

    [Theory]
    [InlineData("CA:TRUE,pathlen:0", "CA:FALSE", "is not a CA certificate")]
    [InlineData("CA:TRUE,pathlen:0", "CA:TRUE,pathlen:1", "another path length than 0")]
    [InlineData("CA:TRUE,pathlen:0", "CA:TRUE", "another path length than 0")]
    [InlineData("keyCertSign,cRLSign", "keyCertSign", "the key usage KeyCertSign instead")]
    [InlineData("critical,@permitted", "@permitted", "not critical")]
    [InlineData("nameConstraints=critical,@permitted\n", "", "lacks the extension 2.5.29.30")]
    [InlineData("URI.0=example.org", "URI.0=example.com", "other name constraints than the request asks for")]
    [InlineData("O=Example Ltd", "O=Other Ltd", "other name constraints than the request asks for")]
    [InlineData("permitted;URI.0=example.org\n", "", "exactly one domain and one organisation")]
    [InlineData("authorityKeyIdentifier=keyid\n", "extendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n", "an extended key usage")]
    [InlineData("authorityKeyIdentifier=keyid\n", "1.2.3.4=critical,ASN1:NULL\nauthorityKeyIdentifier=keyid\n", "unknown critical extension 1.2.3.4")]
    public async Task Complete_OtherExtensionsThanAskedFor_SaysWhich(string asked, string given, string why)
    {
        await RequestAsync();
        await MakeRootAsync();
        await SignWithAsync(Asked.Replace(asked, given, StringComparison.Ordinal));
        Refuses(why);
    }

    [Fact]
    public async Task Complete_CertificateOfAnotherKey_IsRefused()
    {
        await RequestAsync();
        await MakeRootAsync();
        await Shell.RunAsync("openssl", "req", "-new", "-newkey", "rsa:3072", "-noenc", "-keyout", _folder.File("other.key"), "-subj", "/O=Example Ltd/CN=x", "-out", _folder.File("issuing.csr"));
        await SignWithAsync(Asked);
        Refuses("another key than the request");
    }

    [Fact]
    public async Task Complete_SignedByAnotherRootOrThroughAnother_IsRefused()
    {
        await RequestAsync();
        await MakeRootAsync();
        await SignAsync("-sha256", "-copy_extensions", "copy");
        await File.AppendAllTextAsync(Issuing, await File.ReadAllTextAsync(Root));
        Refuses("nothing may stand between the two");
        await SignAsync("-sha256", "-copy_extensions", "copy");
        await MakeRootAsync();
        Refuses("the root did not sign it");
        File.Copy(Issuing, Root, overwrite: true);
        Refuses("is no root: another CA issued it");
    }

    [Theory]
    [InlineData("rsa:1024", "basicConstraints=critical,CA:TRUE", "has 1024 bits")]
    [InlineData("rsa:2048", "basicConstraints=critical,CA:TRUE,pathlen:0", "longer than a CA above it allows")]
    [InlineData("rsa:2048", "basicConstraints=critical,CA:FALSE", "is not a CA certificate")]
    [InlineData("rsa:2048", "nameConstraints=critical,excluded;URI:example.org", "a name that a CA above it must not give")]
    public async Task Complete_RootThatCannotBeOne_SaysWhy(string key, string extension, string why)
    {
        await RequestAsync();
        await MakeRootAsync(key, "-sha256", "-addext", extension);
        await SignAsync("-sha256", "-copy_extensions", "copy");
        Refuses(why);
    }

    [Fact]
    public async Task Complete_SignedWithSha1OrOutOfTime_IsRefused()
    {
        await RequestAsync();
        await MakeRootAsync();
        await SignAsync("-sha1", "-copy_extensions", "copy");
        Refuses("did not sign it");
        await SignAsync("-sha256", "-copy_extensions", "copy");
        Refuses("expired", DateTimeOffset.UtcNow.AddYears(4).AddMonths(6));
        await SignAsync("-sha256", "-copy_extensions", "copy", "-days", "3000");
        Refuses("longer than such a certificate may be");
    }

    [Fact]
    public async Task Complete_NothingWaitsOrIsNoCertificate_SaysSo()
    {
        await MakeRootAsync();
        await File.WriteAllTextAsync(Issuing, "nothing");
        Refuses("no request waits");
        await RequestAsync();
        Refuses("the file holds none in PEM or DER");
    }

    private void Refuses(string why, DateTimeOffset? at = null)
    {
        Assert.Contains(why, Assert.Throws<AuthorityException>(() => Complete(at)).Message, StringComparison.Ordinal);
        Assert.False(CertificateAuthority.Exists(_folder.File("ca")));
    }

    private void Complete(DateTimeOffset? at = null) => IssuingRequest.Complete(
        _folder.File("ca.request"), _folder.File("ca"), File.ReadAllBytes(Issuing), File.ReadAllBytes(Root), TestAuthority.Passphrase, at ?? DateTimeOffset.UtcNow);

    private Task RequestAsync() => File.WriteAllTextAsync(
        _folder.File("issuing.csr"),
        IssuingRequest.Create(_folder.File("ca.request"), TestAuthority.Organisation, TestAuthority.Domain, TestAuthority.Passphrase, KeyPool.Shared));

    /// <summary>As an organisation may have made it years ago: other names, serial, extensions, life.</summary>
    private Task MakeRootAsync(string key = "rsa:2048", string digest = "-sha256", params string[] more)
    {
        string[] made = key.StartsWith("ec:", StringComparison.Ordinal) ? ["-newkey", "ec", "-pkeyopt", $"ec_paramgen_curve:{key[3..]}"] : ["-newkey", key];
        return Shell.RunAsync(
            "openssl",
            ["req", "-x509", .. made, "-noenc", digest, "-days", "9000", "-set_serial", "1", "-subj", "/C=FR/O=Group/CN=Corporate Root", "-keyout", _folder.File("root.key"), "-out", Root, .. more]);
    }

    private Task SignAsync(string digest, params string[] more) => Shell.RunAsync(
        "openssl",
        ["x509", "-req", "-in", _folder.File("issuing.csr"), "-CA", Root, "-CAkey", _folder.File("root.key"), digest, .. more.Contains("-days") ? [] : (string[])["-days", "1500"], "-out", Issuing, .. more]);

    private async Task SignWithAsync(string extensions)
    {
        await File.WriteAllTextAsync(_folder.File("extensions"), extensions);
        await SignAsync("-sha256", "-extfile", _folder.File("extensions"));
    }
}
