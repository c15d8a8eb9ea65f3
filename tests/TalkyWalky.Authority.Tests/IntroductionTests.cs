using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests;

/// <summary>What the authority says of a person's devices, asked for over HTTPS by a device of another.</summary>
public sealed class IntroductionTests
{
    private const string Encryption = "/.well-known/est/encryption/simpleenroll";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ask_ByIdOrName_NamesTheCertificatesOfThisPersonOnly(bool byId)
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var bob = await authority.JoinAsync("bob");
        var encryption = await EncryptAsync(authority, bob);
        var (to, user, nonce) = (authority.Verify(alice.RawData, DeviceKeyUse.Identity), authority.Verify(bob.RawData, DeviceKeyUse.Identity).User, Nonce());

        var said = await IntroducedAsync(authority, alice, byId ? Ask(nonce, "user", user.ToString()) : Ask(nonce, "username", "bob"));

        Assert.True(said.Answers(nonce, to.User, to.Device, byId ? user : null, "bob", authority.Time.GetUtcNow()));
        Assert.Equal(new[] { bob.RawData, encryption }.Select(static der => Digest.Sha256(der)).Order(), said.Certificates);
        Assert.Equal(TimeSpan.FromHours(1), said.Expires - said.Time);
        Assert.False(said.Allows(to));
    }

    [Fact]
    public async Task Ask_AfterChanges_NamesWhatIsUsedNow()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var bob = await authority.JoinAsync("bob");
        using var tablet = await authority.JoinMoreAsync("bob");
        await authority.AskToJoinAsync("bob"); // waits, and has no certificate
        var first = await EncryptAsync(authority, bob);
        Assert.Equal(Hashes(bob.RawData, tablet.RawData, first), (await AboutBobAsync(authority, alice)).Certificates);

        var second = await EncryptAsync(authority, bob);
        Assert.Equal(Hashes(bob.RawData, tablet.RawData, second), (await AboutBobAsync(authority, alice)).Certificates);

        var device = authority.Verify(tablet.RawData, DeviceKeyUse.Identity).Device;
        Assert.IsType<DeviceChange.Done>(await authority.Service.RevokeDeviceAsync(device, X509RevocationReason.KeyCompromise, LiveAuthority.Administrator, None));
        Assert.Equal(Hashes(bob.RawData, second), (await AboutBobAsync(authority, alice)).Certificates);
    }

    [Fact]
    public async Task Ask_ByDay_SignsWithAKeyOfTheDay()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var bob = await authority.JoinAsync("bob");
        await AboutBobAsync(authority, alice);
        authority.Time.Advance(TimeSpan.FromHours(22.5));
        await AboutBobAsync(authority, alice);
        Assert.Single(Issued());
        authority.Time.Advance(TimeSpan.FromHours(1));
        await AboutBobAsync(authority, alice);
        Assert.Equal(2, Issued().Count());

        IEnumerable<AuditLine> Issued() => authority.Trail.Where(static line => line.Entry!.Kind is "introducer");
    }

    [Fact]
    public async Task Ask_WhatCannotBeAnswered_IsRefusedWithASentence()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var bob = await authority.JoinAsync("bob");
        var good = Ask(Nonce(), "username", "bob");

        await RefusedAsync(HttpStatusCode.Unauthorized, authority, null, good, "identity certificate");
        await RefusedAsync(HttpStatusCode.NotFound, authority, alice, Ask(Nonce(), "username", "carol"), "nobody of this name");
        await RefusedAsync(HttpStatusCode.NotFound, authority, alice, Ask(Nonce(), "username", new string('b', 1000)), "nobody of this name");
        await RefusedAsync(HttpStatusCode.NotFound, authority, alice, Ask(Nonce(), "user", UserId.New().ToString()), "nobody of this name");
        await RefusedAsync(HttpStatusCode.NotFound, authority, alice, Ask(Nonce(), "user", "bob"), "nobody of this name");
        await RefusedAsync(HttpStatusCode.BadRequest, authority, alice, good.Replace("\"nonce\":\"", "\"nonce\":\"A", StringComparison.Ordinal), "nonce");
        await RefusedAsync(HttpStatusCode.BadRequest, authority, alice, """{"nonce":"","username":"bob"}""", "nonce");
        await RefusedAsync(HttpStatusCode.BadRequest, authority, alice, """{"username":"bob"}""", "a nonce and a user or username only");
        await RefusedAsync(HttpStatusCode.BadRequest, authority, alice, good.Replace("}", ",\"more\":1}", StringComparison.Ordinal), "a nonce and a user or username only");
        await RefusedAsync(HttpStatusCode.BadRequest, authority, alice, good.Replace("}", $",\"user\":\"{UserId.New()}\"}}", StringComparison.Ordinal), "by user or by username");
        await RefusedAsync(HttpStatusCode.BadRequest, authority, alice, "[]", "a nonce and a user or username only");
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, authority, alice, Ask(Nonce(), "username", new string('b', 17_000)), "larger");
        await RefusedAsync(HttpStatusCode.UnsupportedMediaType, authority, alice, good, "application/json", "text/plain");

        var account = await authority.Engines.Directory.FindAsync("bob", None);
        await authority.Engines.Directory.SetEnabledAsync(account!.User, enabled: false, None);
        await RefusedAsync(HttpStatusCode.Forbidden, authority, alice, good, "the account of bob is disabled");
    }

    private static Digest Nonce() => Digest.Sha256(RandomNumberGenerator.GetBytes(32));

    private static Digest[] Hashes(params byte[][] certificates) => [.. certificates.Select(static der => Digest.Sha256(der)).Order()];

    private static string Ask(Digest nonce, string member, string value) => $"{{\"nonce\":\"{System.Buffers.Text.Base64Url.EncodeToString(nonce.ToArray())}\",\"{member}\":\"{value}\"}}";

    private static Task<Introduction> AboutBobAsync(LiveAuthority authority, X509Certificate2 asking) => IntroducedAsync(authority, asking, Ask(Nonce(), "username", "bob"));

    private static async Task<Introduction> IntroducedAsync(LiveAuthority authority, X509Certificate2 asking, string body)
    {
        using var answer = await PostAsync(authority, asking, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/jose", answer.Content.Headers.ContentType!.MediaType);
        var said = Introduction.TryVerify(await answer.Content.ReadAsByteArrayAsync(), authority.Authority.Anchor, []);
        Assert.NotNull(said);
        return said;
    }

    private static async Task RefusedAsync(HttpStatusCode status, LiveAuthority authority, X509Certificate2? asking, string body, string why, string mediaType = "application/json")
    {
        using var answer = await PostAsync(authority, asking, body, mediaType);
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(why, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PostAsync(LiveAuthority authority, X509Certificate2? asking, string body, string mediaType = "application/json") =>
        authority.AskAsync(asking, HttpMethod.Post, "/v1/introductions", new StringContent(body, Encoding.UTF8, mediaType));

    private static async Task<byte[]> EncryptAsync(LiveAuthority authority, X509Certificate2 identity)
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        using var answer = await authority.WithCertificateAsync(identity, Encryption, LiveAuthority.Request(key));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await LiveAuthority.CertificateAsync(answer);
    }
}
