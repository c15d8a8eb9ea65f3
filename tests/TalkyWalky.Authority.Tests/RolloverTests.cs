using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki;

namespace TalkyWalky.Authority.Tests;

/// <summary>Two issuing CAs at a time, looked at by OpenSSL.</summary>
public sealed class RolloverTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TempFolder _folder = new();
    private readonly CertificateAuthority _authority;
    private readonly RootAuthority _root;

    public RolloverTests()
    {
        _authority = TestAuthority.Make(_folder.Path, at: DateTimeOffset.UtcNow);
        _root = RootAuthority.Open(_authority.Anchor, File.ReadAllText(_folder.File("ca/root.key")), TestAuthority.Passphrase, "root.key");
    }

    public void Dispose()
    {
        _root.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Adopt_OldAndNewCertificates_EachHasItsStatusByItsOwnIssuer()
    {
        await using var server = await LiveAuthority.StartAsync(authority: _authority);
        using var old = await server.JoinAsync("alice");
        using var revoked = await server.JoinAsync("bob");
        var next = await RollOverAsync(server);
        using var young = await server.JoinAsync("carol");
        Assert.IsType<CertificateChange.Done>(await server.Service.RevokeCertificateAsync(Serial(revoked), X509RevocationReason.KeyCompromise, LiveAuthority.Administrator, None));

        var files = await SaveAsync(server);
        foreach (var (certificate, issuer, number, status) in new[] { (old, 1, 1, "good"), (revoked, 1, 1, "revoked"), (young, 2, 2, "good") })
        {
            var file = server.TempFile("one.pem");
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
            var asked = await Shell.RunAsync(
                "openssl", "ocsp", "-issuer", files.Issuing(issuer), "-cert", file, "-url", new Uri(server.Address, "/v1/status/ocsp").AbsoluteUri, "-CAfile", server.RootFile);
            Assert.Contains("Response verify OK", asked, StringComparison.Ordinal);
            Assert.Contains($"one.pem: {status}", asked, StringComparison.Ordinal);
            var (code, verified) = await Shell.TryAsync(
                "openssl", "verify", "-x509_strict", "-crl_check", "-CAfile", server.RootFile, "-untrusted", files.All, "-CRLfile", files.Crl(number), file);
            if (status is "good") Assert.Equal((0, $"{file}: OK\n"), (code, verified));
            else Assert.Contains("certificate revoked", verified, StringComparison.Ordinal);
        }

        Assert.Equal("CN=TalkyWalky Issuing CA 2, O=Example Ltd", young.Issuer);
        Assert.Equal(2, next.Number);
        using var answer = await server.AskAsync(identity: null, HttpMethod.Get, "/.well-known/est/cacerts");
        var authorities = CertsOnly.TryDecode(Convert.FromBase64String(await answer.Content.ReadAsStringAsync()))!;
        Assert.Equal(
            new[] { _authority.Anchor.Der, _authority.Live[1].Certificate, next.Certificate }.Select(static der => Convert.ToHexString(der.Span)).Order(StringComparer.Ordinal),
            authorities.Select(Convert.ToHexString).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Adopt_ARequestForTheOldOne_RenewsUnderTheNewOne()
    {
        await using var server = await LiveAuthority.StartAsync(authority: _authority);
        using var alice = await server.JoinAsync("alice");
        await RollOverAsync(server);
        using var key = alice.GetRSAPrivateKey()!;
        using var answer = await server.WithCertificateAsync(alice, "/.well-known/est/identity/simplereenroll", LiveAuthority.Request(key));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var renewed = X509CertificateLoader.LoadCertificate(await LiveAuthority.CertificateAsync(answer));
        Assert.Equal("CN=TalkyWalky Issuing CA 2, O=Example Ltd", renewed.Issuer);
        var issued = await server.Service.FindCertificateAsync(Serial(renewed), None);
        Assert.Equal(_authority.Newest.KeyHash, issued!.Issuer);
        Assert.Equal([1L, 1L], (await server.Service.Rollover.ListAsync(None)).Select(static use => use.Valid));
    }

    [Fact]
    public async Task Ocsp_OfBothInOneRequest_IsSignedForOneAndTheOtherIsUnknown()
    {
        await using var server = await LiveAuthority.StartAsync(authority: _authority);
        using var alice = await server.JoinAsync("alice");
        await RollOverAsync(server);
        using var carol = await server.JoinAsync("carol");
        var files = await SaveAsync(server);
        var (first, second) = (server.TempFile("alice.pem"), server.TempFile("carol.pem"));
        await File.WriteAllTextAsync(first, alice.ExportCertificatePem());
        await File.WriteAllTextAsync(second, carol.ExportCertificatePem());
        var asked = await Shell.RunAsync(
            "openssl", "ocsp", "-issuer", files.Issuing(1), "-cert", first, "-issuer", files.Issuing(2), "-cert", second,
            "-url", new Uri(server.Address, "/v1/status/ocsp").AbsoluteUri, "-CAfile", server.RootFile, "-noverify");
        Assert.Contains("alice.pem: unknown", asked, StringComparison.Ordinal);
        Assert.Contains("carol.pem: good", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AfterTheRollover_BothLiveAndTheNewestSigns()
    {
        await using var server = await LiveAuthority.StartAsync(authority: _authority);
        await RollOverAsync(server);
        await RollOverAsync(server);
        using var again = CertificateAuthority.Open(_folder.File("ca"), TestAuthority.Passphrase, TestAuthority.PublicUrl);
        Assert.Equal([3, 2, 1], again.Live.Select(static one => one.Number));
        Assert.Equal(_authority.IssuingKeyHash, again.IssuingKeyHash);
        Assert.Equal([3, 2, 1], CertificateAuthority.ReadLive(_folder.File("ca")).Select(static one => one.Number));
        Assert.Equal([AuditAct.Request, AuditAct.Rollover, AuditAct.Request, AuditAct.Rollover], server.Trail.Select(static line => line.Entry!.Act));
        Assert.All(server.Trail, static line => Assert.Equal(LiveAuthority.Administrator.ToString(), line.Entry!.By));

        // Each has its CRL at an address of its own, which its certificates name.
        using var key = TalkyWalky.Testing.KeyPool.Shared.CreateRsa(3072);
        using var issued = X509CertificateLoader.LoadCertificate(again.Issue(again.Prepare(DeviceKeyUse.Identity, "dora", Wire.UserId.New(), Wire.DeviceId.New(), key, DateTimeOffset.UtcNow)).Der);
        Assert.Contains(
            "https://chat.example.org:8443/v1/status/issuing-3.crl", System.Text.Encoding.ASCII.GetString(issued.Extensions.Single(static one => one.Oid?.Value is "2.5.29.31").RawData), StringComparison.Ordinal);
        using var unknown = await server.AskAsync(identity: null, HttpMethod.Get, "/v1/status/issuing-4.crl");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Adopt_ForeignOrRepeatedCertificate_IsRefusedAndNothingChanges()
    {
        await using var server = await LiveAuthority.StartAsync(authority: _authority);
        var none = await Assert.ThrowsAsync<AuthorityException>(() => server.Service.Rollover.AdoptAsync(_authority.IssuingCertificate, LiveAuthority.Administrator, None));
        Assert.Contains("no request waits", none.Message, StringComparison.Ordinal);

        var request = await server.Service.Rollover.RequestAsync(LiveAuthority.Administrator, None);
        Assert.Equal(request, await server.Service.Rollover.RequestAsync(LiveAuthority.Administrator, None));
        var foreign = await Assert.ThrowsAsync<AuthorityException>(() => server.Service.Rollover.AdoptAsync(_authority.IssuingCertificate, LiveAuthority.Administrator, None));
        Assert.Contains("another key", foreign.Message, StringComparison.Ordinal);
        using var elsewhere = new TempFolder();
        using var other = CertificateAuthority.Initialise(
            elsewhere.File("ca"), "Other Ltd", TestAuthority.Domain, TestAuthority.Passphrase, TalkyWalky.Testing.KeyPool.Shared, DateTimeOffset.UtcNow);
        using var otherRoot = RootAuthority.Open(other.Anchor, await File.ReadAllTextAsync(elsewhere.File("ca/root.key")), TestAuthority.Passphrase, "root.key");
        var forged = otherRoot.SignRequest(request, publicUrl: null, DateTimeOffset.UtcNow);
        await Assert.ThrowsAsync<AuthorityException>(() => server.Service.Rollover.AdoptAsync(forged, LiveAuthority.Administrator, None));
        Assert.Equal(1, Assert.Single(_authority.Live).Number);

        var right = _root.SignRequest(request, publicUrl: null, DateTimeOffset.UtcNow);
        await server.Service.Rollover.AdoptAsync(right, LiveAuthority.Administrator, None);
        await Assert.ThrowsAsync<AuthorityException>(() => server.Service.Rollover.AdoptAsync(right, LiveAuthority.Administrator, None));
        Assert.NotEqual(request, await server.Service.Rollover.RequestAsync(LiveAuthority.Administrator, None));
    }

    [Fact]
    public async Task Watch_LastCertificateExpired_RetiresTheOldOneForGood()
    {
        await using var server = await LiveAuthority.StartAsync(authority: _authority);
        using var alice = await server.JoinAsync("alice");
        var old = await RollOverAsync(server) is { } ? _authority.Live[1] : null;
        await server.Service.RevocationListAsync(number: 1, None);
        await LookAsync(server);
        Assert.Equal(2, _authority.Live.Count);
        server.Time.Advance(alice.NotAfter.ToUniversalTime() - server.Time.GetUtcNow().UtcDateTime + TimeSpan.FromHours(1));
        await LookAsync(server);
        Assert.Equal(2, _authority.Live.Count); // its end was on no CRL yet
        server.Time.Advance(TimeSpan.FromHours(2));
        await LookAsync(server);

        Assert.Equal(2, Assert.Single(_authority.Live).Number);
        Assert.DoesNotContain(await server.Engines.Store.CrlsAsync(None), crl => crl.Issuer == old!.KeyHash);
        Assert.Equal((AuditAct.Retire, "authority"), (server.Trail[^1].Entry!.Act, server.Trail[^1].Entry!.By));
        using var again = CertificateAuthority.Open(_folder.File("ca"), TestAuthority.Passphrase);
        Assert.Equal(2, Assert.Single(again.Live).Number);
        Assert.True(File.Exists(_folder.File("ca/issuing.key.retired")));
    }

    private static string Serial(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.SerialNumberBytes.Span).TrimStart('0').PadLeft(32, '0');

    private static async Task LookAsync(LiveAuthority server) => await server.Service.Rollover.RetireAsync(None);

    private async Task<IssuingCa> RollOverAsync(LiveAuthority server)
    {
        var request = await server.Service.Rollover.RequestAsync(LiveAuthority.Administrator, None);
        return await server.Service.Rollover.AdoptAsync(_root.SignRequest(request, publicUrl: null, server.Time.GetUtcNow()), LiveAuthority.Administrator, None);
    }

    private async Task<Files> SaveAsync(LiveAuthority server)
    {
        var files = new Files(server);
        foreach (var one in _authority.Live)
        {
            await File.WriteAllTextAsync(files.Issuing(one.Number), one.Description.Pem);
            await File.AppendAllTextAsync(files.All, one.Description.Pem);
            using var answer = await server.AskAsync(identity: null, HttpMethod.Get, one.Number == 1 ? "/v1/status/issuing.crl" : $"/v1/status/issuing-{one.Number}.crl");
            Assert.Equal(new MediaTypeHeaderValue("application/pkix-crl"), answer.Content.Headers.ContentType);
            await File.WriteAllBytesAsync(files.Crl(one.Number), await answer.Content.ReadAsByteArrayAsync());
        }

        return files;
    }

    private sealed class Files(LiveAuthority server)
    {
        public string All => server.TempFile("all.pem");

        public string Issuing(int number) => server.TempFile($"issuing-{number}.pem");

        public string Crl(int number) => server.TempFile($"issuing-{number}.crl");
    }
}
