using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Testing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests;

public sealed class HandshakeTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private TestDevice _ada = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _ada = await _host.EnrolAsync("ada");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Hello_OfAnEnrolledDevice_IsWelcomed()
    {
        await using var client = await _ada.ConnectAsync();
        Assert.Equal(256u, client.Welcome.MaxOutstanding);
        Assert.Equal(0ul, client.Welcome.SeenGeneration);
        Assert.Equal(TestAuthority.Shared.Issuing, Assert.Single(client.Welcome.IssuingCertificates).ToByteArray());
    }

    [Fact]
    public async Task Hello_WithALaterGeneration_HearsOfTheEarlierOne()
    {
        await (await _ada.ConnectAsync()).LeaveAsync();
        _ada.Generation = 5;
        await using var client = await _ada.ConnectAsync();
        Assert.Equal(1ul, client.Welcome.SeenGeneration);
    }

    [Fact]
    public async Task Challenges_Differ()
    {
        await using var one = await _host.OpenAsync();
        await using var other = await _host.OpenAsync();
        Assert.NotEqual((await one.ExpectChallengeAsync()).Nonce, (await other.ExpectChallengeAsync()).Nonce);
    }

    [Fact]
    public Task Proof_ForAnotherRoot_IsRefused() => RefusedAsync(p => p with { Root = Digest.Sha256("other"u8) }, CloseCode.ProofRefused, "another organisation");

    [Fact]
    public Task Proof_ForAnotherHost_IsRefused() => RefusedAsync(p => p with { Host = "evil.example.org:8443" }, CloseCode.ProofRefused, "evil.example.org:8443");

    [Fact]
    public Task Proof_ForAnotherChallenge_IsRefused() => RefusedAsync(p => p with { Nonce = new byte[32] }, CloseCode.ProofRefused, "another challenge");

    [Fact]
    public Task Proof_OverAnotherTlsEnd_IsRefused() => RefusedAsync(p => p with { Tls = Digest.Sha256("proxy"u8) }, CloseCode.ProofRefused, "proxy");

    [Fact]
    public Task Proof_OfAnotherVersion_IsRefused() => RefusedAsync(p => p with { Versions = [2, 3] }, CloseCode.Version, "version 1");

    [Fact]
    public Task Proof_NamingAnotherDevice_IsRefused() => RefusedAsync(p => p with { Device = DeviceId.New() }, CloseCode.ProofRefused, "another device");

    [Theory]
    [InlineData(-11)]
    [InlineData(11)]
    public Task Proof_OfAClockThatIsOff_IsRefusedWithBothTimes(int minutes) =>
        RefusedAsync(p => p with { Time = p.Time.AddMinutes(minutes) }, CloseCode.ProofRefused, "clock");

    [Theory]
    [InlineData(-9)]
    [InlineData(9)]
    public async Task Proof_OfAClockThatIsNearlyRight_IsWelcomed(int minutes)
    {
        var answer = await HelloAsync(p => _ada.Sign(p with { Time = p.Time.AddMinutes(minutes) }));
        Assert.NotNull(answer.Welcome);
    }

    [Fact]
    public async Task Proof_SignedByAnotherKey_IsRefused()
    {
        using var other = KeyPool.Shared.CreateRsa(3072);
        var answer = await HelloAsync(p => Jws.Sign(JwsType.Session, other, p.Encode(), [_ada.Identity]));
        Assert.Equal(CloseCode.ProofRefused, answer.Closing.Code);
    }

    [Fact]
    public async Task Proof_UnderAnotherRoot_IsRefused()
    {
        var foreign = new TestAuthority("Other Ltd");
        var identity = foreign.Identity("ada", _ada.User, _ada.Id, _ada.Key, _host.Time.GetUtcNow().AddDays(20));
        var answer = await HelloAsync(p => Jws.Sign(JwsType.Session, _ada.Key, p.Encode(), [identity, foreign.Issuing]));
        Assert.Equal(CloseCode.ProofRefused, answer.Closing.Code);
        Assert.Contains("certificate", answer.Closing.Text, StringComparison.Ordinal);
    }

    /// <summary>As somebody with a stolen issuing key would make it.</summary>
    [Fact]
    public async Task Proof_UnderACertificateForAKeyThatWasNotEnrolled_IsRefused()
    {
        using var key = RSA.Create(3072);
        var identity = TestAuthority.Shared.Identity("ada", _ada.User, _ada.Id, key, _host.Time.GetUtcNow().AddDays(20));
        var answer = await HelloAsync(p => Jws.Sign(JwsType.Session, key, p.Encode(), [identity, TestAuthority.Shared.Issuing]));
        Assert.Equal(CloseCode.ProofRefused, answer.Closing.Code);
        Assert.Contains("another key", answer.Closing.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proof_UnderAnExpiredCertificate_IsRefused()
    {
        var late = await _host.EnrolAsync("late", certificateLife: TimeSpan.FromSeconds(-1));
        var answer = await HelloAsync(_ => [], late);
        Assert.Equal(CloseCode.ProofRefused, answer.Closing.Code);
    }

    [Fact]
    public async Task Proof_UnderTheDevicesOlderCertificate_IsWelcomed()
    {
        var newer = TestAuthority.Shared.Identity("ada", _ada.User, _ada.Id, _ada.Key, _host.Time.GetUtcNow().AddDays(80));
        await _host.Store.AddCertificateAsync(
            new IssuedCertificate("01", CertificateKind.Identity, _ada.User, _ada.Id, newer, _host.Time.GetUtcNow(), _host.Time.GetUtcNow().AddDays(80), _host.Time.GetUtcNow()),
            CancellationToken.None);
        await using var client = await _ada.ConnectAsync();
    }

    [Fact]
    public async Task Proof_OfADeviceThatTheStoreDoesNotKnow_IsRefused()
    {
        var id = DeviceId.New();
        var identity = TestAuthority.Shared.Identity("ada", _ada.User, id, _ada.Key, _host.Time.GetUtcNow().AddDays(20));
        var stranger = new TestDevice(_ada.Account, id, _ada.Key, identity, _host);
        var answer = await HelloAsync(_ => [], stranger);
        Assert.Equal(CloseCode.ProofRefused, answer.Closing.Code);
    }

    [Fact]
    public async Task Hello_AfterTheAccountWasDisabled_IsRefused()
    {
        await _host.Directory.SetEnabledAsync(_ada.User, enabled: false, CancellationToken.None);
        await ClosedAsync(CloseCode.AccountDisabled);
    }

    [Fact]
    public async Task Hello_AfterThePasswordChanged_MustLogInAgain()
    {
        await _host.Store.SetLoginAsync(_ada.Id, _host.Time.GetUtcNow().AddMinutes(-1), CancellationToken.None);
        await _host.Directory.SetPasswordAsync(_ada.User, "another password", CancellationToken.None);
        await ClosedAsync(CloseCode.LoginRequired);
    }

    [Fact]
    public async Task Hello_PasswordDatedByAClockThatIsAhead_IsAdmitted()
    {
        await using var host = await GatewayHost.StartAsync(directoryClock: TimeSpan.FromMinutes(1));
        var ada = await host.EnrolAsync("ada");
        await host.Directory.SetPasswordAsync(ada.User, "another password", CancellationToken.None);
        await host.Store.SetLoginAsync(ada.Id, DateTimeOffset.UtcNow.AddSeconds(-40), CancellationToken.None);
        await using var client = await ada.ConnectAsync();
    }

    [Fact]
    public async Task Hello_AfterLoginMaxAge_MustLogInAgain()
    {
        await _host.Store.SetLoginAsync(_ada.Id, _host.Time.GetUtcNow().AddDays(-31), CancellationToken.None);
        await ClosedAsync(CloseCode.LoginRequired);
    }

    [Fact]
    public async Task Hello_ThatIsNoToken_IsMalformed()
    {
        var answer = await HelloAsync(_ => "not a token"u8.ToArray());
        Assert.Equal(CloseCode.Malformed, answer.Closing.Code);
    }

    [Fact]
    public async Task Hello_OfMoreThan16KiB_IsMalformed()
    {
        var answer = await HelloAsync(_ => new byte[Limits.HelloFrame]);
        Assert.Equal(CloseCode.Malformed, answer.Closing.Code);
    }

    [Fact]
    public async Task FirstFrame_ThatIsNoHello_IsMalformed()
    {
        await using var client = await _host.OpenAsync();
        await client.ExpectChallengeAsync();
        await client.SendAsync(new ClientFrame { Goodbye = new Goodbye() });
        Assert.Equal(CloseCode.Malformed, (await client.ExpectClosingAsync()).Code);
    }

    [Fact]
    public async Task MutePeer_IsDropped()
    {
        await using var host = await GatewayHost.StartAsync(hurry: 50);
        await using var client = await host.OpenAsync();
        await client.ExpectChallengeAsync();
        await Assert.ThrowsAsync<WebSocketException>(client.TryReceiveAsync);
    }

    [Fact]
    public async Task PlainGet_Is426()
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(_host.Address, GatewayEndpoint.Path));
        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
        Assert.Contains("WebSocket", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task RefusedAsync(Func<SessionProof, SessionProof> bend, CloseCode code, string text)
    {
        var answer = await HelloAsync(proof => _ada.Sign(bend(proof)));
        Assert.Equal(code, answer.Closing?.Code);
        Assert.Contains(text, answer.Closing!.Text, StringComparison.Ordinal);
    }

    private async Task ClosedAsync(CloseCode code)
    {
        var answer = await HelloAsync(_ => []);
        Assert.Equal(code, answer.Closing?.Code);
        Assert.NotEmpty(answer.Closing!.Text);
    }

    // An empty token stands for the device's honest one.
    private async Task<ServerFrame> HelloAsync(Func<SessionProof, byte[]> sign, TestDevice? device = null)
    {
        device ??= _ada;
        await using var client = await _host.OpenAsync();
        var proof = device.Proof((await client.ExpectChallengeAsync()).Nonce.Memory);
        var token = sign(proof);
        await client.SendHelloAsync(token.Length == 0 ? device.Sign(proof) : token);
        return await client.ReceiveAsync();
    }
}
