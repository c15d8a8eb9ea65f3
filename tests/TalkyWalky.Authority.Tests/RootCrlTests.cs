using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Authority.Tests;

/// <summary>The root's CRL: made with the root, signed anew by who brings its key, served from its file.</summary>
public sealed class RootCrlTests : IDisposable
{
    private const string Address = "/v1/status/root.crl";

    private readonly TempFolder _folder = new();
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private readonly CertificateAuthority _authority;
    private readonly RootAuthority _root;

    public RootCrlTests()
    {
        _authority = TestAuthority.Make(_folder.Path, at: _now);
        _root = RootAuthority.Open(_authority.Anchor, File.ReadAllText(At("root.key")), TestAuthority.Passphrase, "root.key");
    }

    public void Dispose()
    {
        _root.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Get_IsTheFileAsItIsNow()
    {
        await using var server = await LiveAuthority.StartAsync(authority: _authority);
        var next = _root.SignCrl(_authority.ReadRootCrl()!.Content, [Revoked(7)], _now);
        Assert.Null(await server.Service.ReplaceRootCrlAsync(next, LiveAuthority.Administrator));

        using var answer = await server.AskAsync(identity: null, HttpMethod.Get, Address);

        Assert.Equal((HttpStatusCode.OK, "application/pkix-crl"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(next, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(AuditAct.RootCrl, Assert.Single(server.Trail).Entry!.Act);
    }

    [Fact]
    public async Task Get_Gone_Is404()
    {
        File.Delete(At("root.crl"));
        await using var server = await LiveAuthority.StartAsync(authority: _authority);
        using var answer = await server.AskAsync(identity: null, HttpMethod.Get, Address);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public void Sign_AfterOneThatHasEnded_GoesOnFromIt()
    {
        Assert.Null(_authority.ReplaceRootCrl(_root.SignCrl(_authority.ReadRootCrl()!.Content, [Revoked(7)], _now), _now));
        var later = _now + (2 * RootAuthority.CrlLife);

        Assert.Null(_authority.ReplaceRootCrl(_root.SignCrl(_authority.ReadRootCrl()!.Content, [Revoked(8), Revoked(7)], later), later));

        var content = _authority.ReadRootCrl()!.Content;
        Assert.Equal([7, 8], content.Entries.Select(static one => (int)one.Serial).Order());
    }

    [Fact]
    public void Replace_OlderForeignOrForgetful_IsRefused()
    {
        using var elsewhere = new TempFolder();
        using var other = CertificateAuthority.Initialise(elsewhere.File("ca"), "Other Ltd", TestAuthority.Domain, TestAuthority.Passphrase, TalkyWalky.Testing.KeyPool.Shared, _now);
        var first = _authority.ReadRootCrl()!;
        Assert.Null(_authority.ReplaceRootCrl(_root.SignCrl(first.Content, [Revoked(7)], _now), _now));
        var kept = _authority.ReadRootCrl()!.Der;

        Assert.Contains("brings back an old one", _authority.ReplaceRootCrl(first.Der, _now), StringComparison.Ordinal);
        Assert.Contains("of another CA", _authority.ReplaceRootCrl(other.ReadRootCrl()!.Der, _now), StringComparison.Ordinal);
        Assert.Contains("lacks a certificate", _authority.ReplaceRootCrl(_root.SignCrl(before: null, [], _now.AddMinutes(1)), _now.AddMinutes(1)), StringComparison.Ordinal);
        Assert.Contains("not one CRL", _authority.ReplaceRootCrl([1, 2, 3], _now), StringComparison.Ordinal);
        Assert.Equal(kept, _authority.ReadRootCrl()!.Der);
    }

    /// <summary>Each certificate of the path looked up on the CRL of its issuer, by OpenSSL.</summary>
    [Theory]
    [InlineData("nothing")]
    [InlineData("device")]
    [InlineData("issuing CA")]
    public async Task OpenSsl_CrlCheckAll_SeesWhatIsRevoked(string revoked)
    {
        using var key = TalkyWalky.Testing.KeyPool.Shared.CreateRsa(3072);
        var device = _authority.Issue(_authority.Prepare(DeviceKeyUse.Identity, "alice", Wire.UserId.New(), Wire.DeviceId.New(), key, _now));
        var issuing = X509CertificateLoader.LoadCertificate(_authority.IssuingCertificate.Span).SerialNumberBytes;
        var root = _root.SignCrl(before: null, revoked is "issuing CA" ? [new RevokedCertificate(Serial(issuing.Span), _now, X509RevocationReason.CACompromise)] : [], _now);
        var users = _authority.Newest.SignCrl(
            1, _now, _now.AddHours(1), revoked is "device" ? [new RevokedCertificate(Serial(Convert.FromHexString(device.Serial)), _now, X509RevocationReason.KeyCompromise)] : []);
        await File.WriteAllTextAsync(At("device.pem"), AuthorityCertificate.ToPem(device.Der));
        await File.WriteAllTextAsync(At("both.crl"), Pem(root) + Pem(users));

        var (code, output) = await Shell.TryAsync(
            "openssl", "verify", "-x509_strict", "-crl_check_all", "-CAfile", At("root.pem"), "-untrusted", At("issuing.pem"), "-CRLfile", At("both.crl"), At("device.pem"));

        Assert.Equal(revoked is "nothing", code == 0);
        if (code != 0) Assert.Contains($"error 23 at {(revoked is "device" ? 0 : 1)} depth lookup: certificate revoked", output, StringComparison.Ordinal);
    }

    private static string Pem(byte[] crl) => PemEncoding.WriteString("X509 CRL", crl) + "\n";

    private static System.Numerics.BigInteger Serial(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static RevokedCertificate Revoked(int serial) => new(serial, DateTimeOffset.UnixEpoch.AddYears(50), X509RevocationReason.CessationOfOperation);

    private string At(string name) => Path.Combine(_folder.File("ca"), name);
}
