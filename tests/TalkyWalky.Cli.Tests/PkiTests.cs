using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using TalkyWalky.Pki.Status;
using TalkyWalky.Testing;

namespace TalkyWalky.Cli.Tests;

public sealed class PkiTests : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), End = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestRun _run = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;

    public PkiTests()
    {
        var request = new CertificateRequest("CN=Their root,O=Their Ltd", _key, HashAlgorithmName.SHA384);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _root = request.CreateSelfSigned(Begin, End);
        File.WriteAllText(Path("root.pem"), _root.ExportCertificatePem());
        File.WriteAllText(Path("server.pem"), "a note before it\n" + Server("CN=web").ExportCertificatePem());
    }

    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
        _run.Dispose();
    }

    [Theory]
    [InlineData("--profile", "any")]
    [InlineData("--profile", "server")]
    [InlineData("--profile", "server", "--name", "www.example.org")]
    [InlineData("--profile", "server", "--name", "a.shop.example.org")]
    [InlineData("--profile", "server", "--name", "192.0.2.1")]
    public async Task Verify_ServerCertificate_IsVerified(params string[] options)
    {
        var ran = await VerifyAsync("server.pem", options);

        Assert.Equal((0, "verified\n  CN=web\n  CN=Their root, O=Their Ltd\n"), (ran.Code, ran.Output));
    }

    [Theory]
    [InlineData("is not for \"example.org\"", "--profile", "server", "--name", "example.org")]
    [InlineData("is not for \"a.b.shop.example.org\"", "--profile", "server", "--name", "a.b.shop.example.org")]
    [InlineData("is not for \"192.0.2.2\"", "--profile", "server", "--name", "192.0.2.2")]
    [InlineData("is not a CA certificate", "--profile", "ca")]
    [InlineData("does not lead over one issuing CA", "--profile", "device")]
    [InlineData("expired at 2026-03-01 00:00:00Z", "--at", "2026-03-01T00:00:00Z")]
    [InlineData("is valid only from 2026-01-01 00:00:00Z", "--at", "2025-12-31T23:59:59Z")]
    public async Task Verify_WrongUseNameOrTime_IsRefusedWithTheReason(string reason, params string[] options)
    {
        var ran = await VerifyAsync("server.pem", options);

        Assert.Equal((4, ""), (ran.Code, ran.Output));
        Assert.Contains(reason, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_ToTheSecond_CountsTheFirstInAndTheLastOut()
    {
        Assert.Equal(0, (await VerifyAsync("server.pem", "--at", "2026-01-01T00:00:00Z")).Code);
        Assert.Equal(0, (await VerifyAsync("server.pem", "--at", "2026-02-28T23:59:59Z")).Code);
        Assert.Equal(0, (await VerifyAsync("server.pem", "--at", "2026-03-01T00:59:59+01:00")).Code);
    }

    [Fact]
    public async Task Verify_RootItself_IsACa() => Assert.Equal(0, (await VerifyAsync("root.pem", "--profile", "ca")).Code);

    [Fact]
    public async Task Verify_OwnDevice_IsGoodForDevice()
    {
        using var vectors = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.Vectors("pki", "paths.json")));
        var good = vectors.RootElement.GetProperty("cases").EnumerateArray().First(static one => one.GetProperty("expected").GetString() == "Verified");
        await File.WriteAllBytesAsync(Path("root.der"), vectors.RootElement.GetProperty("root").GetBytesFromBase64());
        await File.WriteAllBytesAsync(Path("issuing.der"), good.GetProperty("issuing").GetBytesFromBase64());
        await File.WriteAllBytesAsync(Path("leaf.der"), good.GetProperty("leaf").GetBytesFromBase64());

        var ran = await PkiAsync(
            "verify", "--root", Path("root.pem"), "--root", Path("root.der"), "--chain", Path("issuing.der"), "--profile", "device", "--at", good.GetProperty("at").GetString()!, Path("leaf.der"), "--json");

        Assert.Equal(0, ran.Code);
        Assert.True(ran.Objects.Single().GetProperty("verified").GetBoolean());
        Assert.Equal(["CN=alice, O=Example Ltd", "CN=Issuing, O=Example Ltd", "CN=Root, O=Example Ltd"], ran.Objects.Single().GetProperty("path").EnumerateArray().Select(static one => one.GetString()));
    }

    [Fact]
    public async Task Verify_WithCrls_DemandsStatusAndTellsARevocation()
    {
        using var server = X509CertificateLoader.LoadCertificate(Pki.CertificateFile.TryRead(await File.ReadAllBytesAsync(Path("server.pem")), Pki.CertificateFile.Certificate)!.Single().Span);
        var serial = new BigInteger(server.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true);
        await File.WriteAllBytesAsync(Path("empty.crl"), Crl(End));
        await File.WriteAllBytesAsync(Path("old.crl"), Crl(Begin.AddDays(2)));
        await File.WriteAllTextAsync(Path("full.crl"), PemEncoding.WriteString("X509 CRL", Crl(End, new RevokedCertificate(serial, Begin.AddDays(1), X509RevocationReason.KeyCompromise))));

        Assert.Equal(0, (await VerifyAsync("server.pem", "--crl", Path("empty.crl"))).Code);
        var revoked = await VerifyAsync("server.pem", "--crl", Path("full.crl"), "--json");
        Assert.Equal((4, "refused"), (revoked.Code, revoked.ErrorCode));
        Assert.Contains("was revoked at 2026-01-02 00:00:00Z (KeyCompromise)", revoked.Error, StringComparison.Ordinal);
        var unknown = await VerifyAsync("server.pem", "--crl", Path("old.crl"));
        Assert.Equal(4, unknown.Code);
        Assert.Contains("the CRL is out of date since 2026-01-03 00:00:00Z", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await VerifyAsync("server.pem", "--crl", Path("server.pem"))).Code);
    }

    [Fact]
    public async Task Verify_StandardInputWithItsChain_IsRead()
    {
        var ran = await _run.RunAsync(Server("CN=web").ExportCertificatePem() + "\n" + _root.ExportCertificatePem(), ["pki", "verify", "--root", Path("root.pem"), "--at", "2026-02-01", "-"]);

        Assert.Equal(0, ran.Code);
    }

    [Fact]
    public async Task Verify_FilesThatAreNone_AreUsageErrors()
    {
        await File.WriteAllTextAsync(Path("empty.pem"), "nothing");
        await File.WriteAllBytesAsync(Path("huge.pem"), new byte[Pki.CertificateFile.MaxSize + 1]);
        foreach (var name in (string[])["missing.pem", "empty.pem", "huge.pem"])
        {
            Assert.Equal(2, (await VerifyAsync(name)).Code);
            Assert.Equal(2, (await PkiAsync("verify", "--root", Path(name), Path("server.pem"))).Code);
            Assert.Equal(2, (await PkiAsync("verify", "--root", Path("root.pem"), "--chain", Path(name), Path("server.pem"))).Code);
            Assert.Equal(2, (await PkiAsync("show", Path(name))).Code);
        }
    }

    [Theory]
    [InlineData("--profile", "client")]
    [InlineData("--at", "yesterday")]
    [InlineData("--name", "www.example.org")]
    public async Task Verify_WrongOptions_AreUsageErrors(params string[] options) => Assert.Equal(2, (await VerifyAsync("server.pem", options)).Code);

    [Fact]
    public async Task Show_Certificate_SaysWhatIsInIt()
    {
        var lines = (await PkiAsync("show", Path("server.pem"))).Output.Split('\n');

        Assert.Equal(["subject: CN=web", "issuer: CN=Their root, O=Their Ltd"], lines[..2]);
        Assert.Contains("valid: 2026-01-01 00:00:00Z to 2026-03-01 00:00:00Z", lines);
        Assert.Contains("key: EC, P-256", lines);
        Assert.Contains("authority: no", lines);
        Assert.Contains("purposes: serverAuth", lines);
        Assert.Contains("name: DNS:*.shop.example.org", lines);
        Assert.Contains("name: IP:192.0.2.1", lines);
        Assert.Contains("status: CRL URI:http://ca.example.org/list.crl", lines);
        Assert.Contains("status: OCSP URI:http://ca.example.org/ocsp", lines);
        Assert.Contains("unknown and critical: 1.3.6.1.4.1.99999.1", (await ShowAsync(Server("CN=odd", new X509Extension("1.3.6.1.4.1.99999.1", [5, 0], true)))).Output.Split('\n'));
    }

    [Fact]
    public async Task Show_Json_HoldsTheSame()
    {
        var one = (await PkiAsync("show", Path("root.pem"), "--json")).Objects.Single();

        Assert.Equal("CN=Their root, O=Their Ltd", one.GetProperty("subject").GetString());
        Assert.Equal(_root.SerialNumber.TrimStart('0'), one.GetProperty("serial").GetString()!.TrimStart('0'), ignoreCase: true);
        Assert.Equal(_root.GetCertHashString(HashAlgorithmName.SHA256), one.GetProperty("fingerprint").GetString(), ignoreCase: true);
        Assert.True(one.GetProperty("authority").GetBoolean());
        Assert.Equal(["keyCertSign", "cRLSign"], one.GetProperty("keyUsage").EnumerateArray().Select(static usage => usage.GetString()));
    }

    [Fact]
    public async Task Show_ControlCharactersInAName_AreEscaped() =>
        Assert.DoesNotContain('\u001b', (await ShowAsync(Server("CN=\"\u001b[31mred\""))).Output);

    private byte[] Crl(DateTimeOffset nextUpdate, params RevokedCertificate[] revoked) =>
        RevocationLists.Build(_root.RawData, 1, Begin, nextUpdate, revoked, X509SignatureGenerator.CreateForECDsa(_key));

    private async Task<Ran> ShowAsync(X509Certificate2 certificate)
    {
        await File.WriteAllTextAsync(Path("shown.pem"), certificate.ExportCertificatePem());
        return await PkiAsync("show", Path("shown.pem"));
    }

    private Task<Ran> VerifyAsync(string leaf, params string[] options) =>
        PkiAsync(["verify", "--root", Path("root.pem"), Path(leaf), .. options, .. options.Contains("--at", StringComparer.Ordinal) ? (string[])[] : ["--at", "2026-02-01"]]);

    private Task<Ran> PkiAsync(params string[] arguments) => _run.RunAsync(["pki", .. arguments]);

    private string Path(string name) => System.IO.Path.Combine(_run.Home, name);

    private X509Certificate2 Server(string subject, params X509Extension[] more)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("www.example.org");
        names.AddDnsName("*.shop.example.org");
        names.AddIpAddress(System.Net.IPAddress.Parse("192.0.2.1"));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension(["http://ca.example.org/list.crl"]));
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(["http://ca.example.org/ocsp"], ["http://ca.example.org/ca.crt"]));
        foreach (var extension in more) request.CertificateExtensions.Add(extension);
        return request.Create(_root, Begin, End, RandomNumberGenerator.GetBytes(16).Select(static (b, i) => i == 0 ? (byte)(b & 0x7f | 1) : b).ToArray());
    }
}
