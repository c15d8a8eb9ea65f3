using System.Net;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Authority.Tests;

/// <summary>The CRL that the authority keeps in the store for gateways, without anybody asking for it.</summary>
#pragma warning disable CA1001 // the runner calls IAsyncLifetime.DisposeAsync
public sealed class PublishedStatusTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly CancellationTokenSource _stopping = new();
    private LiveAuthority _authority = null!;
    private Task _keeping = Task.CompletedTask;

    public async Task InitializeAsync() => _authority = await LiveAuthority.StartAsync(hurry: 600); // a look each 100 ms

    public async Task DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _keeping;
        await _authority.DisposeAsync();
        _stopping.Dispose();
    }

    [Fact]
    public async Task Start_PublishesOne()
    {
        await BeginAsync();
        var crl = await PublishedAsync();
        Assert.Equal((BigInteger.One, 0), (crl.Number, crl.Count));
    }

    [Theory]
    [InlineData("administrator")]
    [InlineData("own")]
    [InlineData("directory")]
    [InlineData("user")]
    [InlineData("certificate")]
    public async Task Revocation_PublishesTheNextAtOnce(string by)
    {
        using var alice = await _authority.JoinAsync("alice");
        await BeginAsync();
        var user = (await _authority.Engines.Directory.FindAsync("alice", None))!.User;
        var device = Assert.Single(await _authority.Engines.Store.DevicesOfAsync(user, None)).Device;
        switch (by)
        {
            case "administrator":
                Assert.IsType<DeviceChange.Done>(await _authority.Service.RevokeDeviceAsync(device, X509RevocationReason.Unspecified, Actor.Authority, None));
                break;
            case "own":
                using (var answer = await _authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{device}/revoke")) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                break;
            case "directory":
                Assert.Equal(1, await _authority.Service.RevokeDevicesOfAsync(user, X509RevocationReason.AffiliationChanged, Actor.Authority, None));
                break;
            case "user":
                Assert.Equal(1, await _authority.Service.RevokeDevicesOfAsync(user, X509RevocationReason.CessationOfOperation, Actor.Authority, None));
                break;
            default:
                var serial = Convert.ToHexStringLower(alice.SerialNumberBytes.Span).TrimStart('0').PadLeft(32, '0'); // DER has a 00 before a set first bit
                Assert.IsType<CertificateChange.Done>(await _authority.Service.RevokeCertificateAsync(serial, X509RevocationReason.KeyCompromise, Actor.Authority, None));
                break;
        }

        var crl = await PublishedAsync(2);
        Assert.NotNull(crl.Find(new BigInteger(alice.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true)));
    }

    [Fact]
    public async Task Revocation_OfACertificateThatWasReplaced_PublishesTheNextAtOnce()
    {
        using var alice = await _authority.JoinAsync("alice");
        await BeginAsync();
        var server = new IssuedCertificate("0a", CertificateKind.Server, null, null, [1], _authority.Time.GetUtcNow(), _authority.Time.GetUtcNow().AddDays(1), _authority.Time.GetUtcNow());
        await _authority.Engines.Store.AddCertificateAsync(server, None);
        Assert.False(Assert.IsType<CertificateChange.Done>(await _authority.Service.RevokeCertificateAsync("0a", X509RevocationReason.Superseded, Actor.Authority, None)).EndedDevice);
        Assert.Equal(X509RevocationReason.Superseded, (await PublishedAsync(2)).Find(new BigInteger(10))!.Reason);
    }

    [Fact]
    public async Task Age_PublishesTheNextBeforeAnyoneNeedsIt()
    {
        await BeginAsync();
        var first = await PublishedAsync();
        _authority.Time.Advance(TimeSpan.FromMinutes(20));
        var second = await PublishedAsync(2);
        Assert.Equal((first.Number + 1, first.ThisUpdate.AddMinutes(20)), (second.Number, second.ThisUpdate));
    }

    private async Task BeginAsync()
    {
        _keeping = _authority.Service.KeepStatusCurrentAsync(_stopping.Token);
        await PublishedAsync(1);
    }

    /// <summary>The one of this number, once its host was told of it: of heads of the transparency log it is told the same way.</summary>
    private async Task<VerifiedCrl> PublishedAsync(int number)
    {
        do await _authority.Told.StatusAsync();
        while (!(await _authority.Engines.Store.CrlsAsync(None)).Any(crl => crl.Number >= (ulong)number));
        var crl = await PublishedAsync();
        Assert.Equal(number, crl.Number);
        return crl;
    }

    private async Task<VerifiedCrl> PublishedAsync()
    {
        var published = Assert.Single(await _authority.Engines.Store.CrlsAsync(None));
        Assert.Equal(_authority.Authority.IssuingKeyHash, published.Issuer);
        var crl = Assert.IsType<CrlVerification.Verified>(RevocationLists.Verify(published.Der, _authority.Authority.IssuingCertificate, _authority.Time.GetUtcNow(), lastNumber: null)).Crl;
        Assert.Equal(published.Number, crl.Number);
        return crl;
    }
}
