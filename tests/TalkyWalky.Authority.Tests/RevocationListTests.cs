using System.Net;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Authority.Tests;

/// <summary>The CRL that the authority serves, as our own verification and OpenSSL read it.</summary>
public sealed class RevocationListTests
{
    private const string Address = "/v1/status/issuing.crl";

    [Fact]
    public async Task Get_WithoutLogIn_IsACrlOfTheIssuingAuthority()
    {
        await using var authority = await LiveAuthority.StartAsync();

        using var answer = await authority.AskAsync(identity: null, HttpMethod.Get, Address);

        Assert.Equal("application/pkix-crl", answer.Content.Headers.ContentType?.MediaType);
        var crl = Verify(authority, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal((BigInteger.One, 0), (crl.Number, crl.Count));
        Assert.Equal(TimeSpan.FromHours(1), crl.NextUpdate - crl.ThisUpdate);
    }

    [Fact]
    public async Task Get_UntilAThirdOfItsLife_IsTheSameAndThenANewOne()
    {
        await using var authority = await LiveAuthority.StartAsync();
        var first = await GetAsync(authority);

        authority.Time.Advance(TimeSpan.FromMinutes(19));
        Assert.Equal(first.Number, (await GetAsync(authority)).Number);
        authority.Time.Advance(TimeSpan.FromMinutes(1));
        var second = await GetAsync(authority);

        Assert.Equal(first.Number + 1, second.Number);
        Assert.Equal(first.NextUpdate.AddMinutes(20), second.NextUpdate);
    }

    [Fact]
    public async Task Get_ManyAtOnce_SignsOne()
    {
        await using var authority = await LiveAuthority.StartAsync();

        var numbers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await GetAsync(authority)).Number));

        Assert.All(numbers, static number => Assert.Equal(BigInteger.One, number));
    }

    [Theory]
    [InlineData("administrator")]
    [InlineData("own")]
    [InlineData("directory")]
    public async Task Get_AfterARevocation_HasTheCertificatesAtOnce(string by)
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var bob = await authority.JoinAsync("bob");
        var before = await GetAsync(authority);
        var device = await RecordAsync(authority, "alice");

        switch (by)
        {
            case "administrator":
                Assert.IsType<DeviceChange.Done>(await authority.Service.RevokeDeviceAsync(device.Device, X509RevocationReason.Unspecified, LiveAuthority.Administrator, CancellationToken.None));
                break;
            case "own":
                using (var answer = await authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{device.Device}/revoke")) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                break;
            default:
                Assert.Equal(1, await authority.Service.RevokeDevicesOfAsync(device.User, X509RevocationReason.AffiliationChanged, Actor.Directory, CancellationToken.None));
                break;
        }

        var after = await GetAsync(authority);
        Assert.True(after.Number > before.Number);
        Assert.Null(after.Find(SerialOf(bob)));
        var entry = after.Find(SerialOf(alice))!;
        Assert.Equal(authority.Time.GetUtcNow().ToUnixTimeSeconds(), entry.At.ToUnixTimeSeconds());
        Assert.Equal(string.Equals(by, "directory", StringComparison.Ordinal) ? X509RevocationReason.AffiliationChanged : X509RevocationReason.Unspecified, entry.Reason);
    }

    [Fact]
    public async Task OpenSsl_RefusesTheRevokedDeviceAndNoOther()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var bob = await authority.JoinAsync("bob");
        await authority.Service.RevokeDeviceAsync((await RecordAsync(authority, "alice")).Device, X509RevocationReason.Unspecified, LiveAuthority.Administrator, CancellationToken.None);
        var (issuing, crl) = (authority.TempFile("issuing.pem"), authority.TempFile("crl.der"));
        await File.WriteAllTextAsync(issuing, authority.Authority.Issuing.Pem);

        await Shell.RunAsync("curl", "--silent", "--fail", "--cacert", authority.RootFile, "--noproxy", "*", "-o", crl, new Uri(authority.Address, Address).AbsoluteUri);
        var text = await Shell.RunAsync("openssl", "crl", "-inform", "DER", "-in", crl, "-noout", "-text", "-CAfile", issuing);
        await Shell.RunAsync("openssl", "crl", "-inform", "DER", "-in", crl, "-out", authority.TempFile("crl.pem"));

        Assert.Contains("verify OK", text, StringComparison.Ordinal);
        Assert.Contains("X509v3 CRL Number: \n                1\n", text, StringComparison.Ordinal);
        Assert.Contains(alice.SerialNumber.TrimStart('0'), text, StringComparison.Ordinal);
        var (code, output) = await VerifyAsync(authority, issuing, alice, "alice");
        Assert.NotEqual(0, code);
        Assert.Contains("certificate revoked", output, StringComparison.Ordinal);
        Assert.Equal(0, (await VerifyAsync(authority, issuing, bob, "bob")).Code);
    }

    private static async Task<(int Code, string Output)> VerifyAsync(LiveAuthority authority, string issuing, X509Certificate2 certificate, string name)
    {
        await File.WriteAllTextAsync(authority.TempFile($"{name}.pem"), certificate.ExportCertificatePem());
        return await Shell.TryAsync(
            "openssl", "verify", "-crl_check", "-CRLfile", authority.TempFile("crl.pem"), "-CAfile", authority.RootFile, "-untrusted", issuing, authority.TempFile($"{name}.pem"));
    }

    private static async Task<VerifiedCrl> GetAsync(LiveAuthority authority)
    {
        using var answer = await authority.AskAsync(identity: null, HttpMethod.Get, Address);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return Verify(authority, await answer.Content.ReadAsByteArrayAsync());
    }

    private static VerifiedCrl Verify(LiveAuthority authority, byte[] der) =>
        Assert.IsType<CrlVerification.Verified>(RevocationLists.Verify(der, authority.Authority.IssuingCertificate, authority.Time.GetUtcNow(), lastNumber: null)).Crl;

    private static async Task<DeviceRecord> RecordAsync(LiveAuthority authority, string user) =>
        Assert.Single(await authority.Engines.Store.DevicesOfAsync((await authority.Engines.Directory.FindAsync(user, CancellationToken.None))!.User, CancellationToken.None));

    private static BigInteger SerialOf(X509Certificate2 certificate) => new(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true);
}
