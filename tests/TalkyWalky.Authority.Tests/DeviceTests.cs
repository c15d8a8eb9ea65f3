using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests;

public sealed class DeviceTests
{
    private const string Encryption = "/.well-known/est/encryption/simpleenroll";

    [Fact]
    public async Task List_OwnDevices_ShowsPendingActiveAndLatelyRevoked()
    {
        await using var authority = await LiveAuthority.StartAsync(maxDevices: 5);
        using var alice = await authority.JoinAsync("alice");
        using var bob = await authority.JoinAsync("bob");
        var (pending, _) = await authority.AskToJoinAsync("alice");
        var (rejected, _) = await authority.AskToJoinAsync("alice");
        using var reject = await authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{rejected.Device}/reject");

        var listed = await ListAsync(authority, alice);

        Assert.Equal(["active", "pending", "revoked"], listed.Select(static device => device.GetProperty("state").GetString()).Order(StringComparer.Ordinal));
        var entry = Entry(listed, pending.Device);
        Assert.Equal(pending.IdentityKeyHash.ToString(), entry.GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Null, entry.GetProperty("notAfter").ValueKind);
        Assert.Single(await ListAsync(authority, bob));

        authority.Time.Advance(TimeSpan.FromDays(89));
        Assert.Equal(3, (await ListAsync(authority, alice)).Count);
        using var renewed = await RenewAsync(authority, alice);
        authority.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(2, (await ListAsync(authority, renewed)).Count);
    }

    [Fact]
    public async Task Approve_ByTheSignatureOfAnActiveDevice_LetsItIn()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        var (pending, key) = await authority.AskToJoinAsync("alice");
        var before = authority.Told.Changes;

        using var approved = await ApproveAsync(authority, alice, pending.Device, Sign(authority, alice, pending));

        Assert.Equal(HttpStatusCode.OK, approved.StatusCode);
        Assert.Equal(before + 1, authority.Told.Changes);
        using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));
        Assert.Equal(pending.Device, authority.Verify(await LiveAuthority.CertificateAsync(answer), DeviceKeyUse.Identity).Device);
        var token = Entry(await ListAsync(authority, alice), pending.Device).GetProperty("approval").GetString()!;
        Assert.Equal(pending.IdentityKeyHash, DeviceApproval.TryVerify(
            Encoding.ASCII.GetBytes(token), authority.Authority.Anchor, [authority.Authority.IssuingCertificate], authority.Time.GetUtcNow())!.Value.Approval.KeyHash);
    }

    [Fact]
    public async Task Approve_WrongOrForeignToken_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync(maxDevices: 5);
        using var alice = await authority.JoinAsync("alice");
        using var bob = await authority.JoinAsync("bob");
        var (pending, _) = await authority.AskToJoinAsync("alice");
        var (other, _) = await authority.AskToJoinAsync("alice");
        var good = Sign(authority, alice, pending);

        await RefusedAsync(HttpStatusCode.BadRequest, ApproveAsync(authority, alice, pending.Device, Sign(authority, alice, other)), "another device");
        await RefusedAsync(HttpStatusCode.BadRequest, ApproveAsync(authority, alice, pending.Device, Sign(authority, alice, pending with { IdentityKeyHash = other.IdentityKeyHash })), "another key");
        await RefusedAsync(HttpStatusCode.Forbidden, ApproveAsync(authority, alice, pending.Device, Sign(authority, bob, pending)), "another device");
        await RefusedAsync(HttpStatusCode.BadRequest, ApproveAsync(authority, alice, pending.Device, Sign(authority, bob, pending, of: pending.User)), "no approval");
        await RefusedAsync(HttpStatusCode.NotFound, ApproveAsync(authority, bob, pending.Device, good), "no such device");
        await RefusedAsync(HttpStatusCode.BadRequest, ApproveAsync(authority, alice, pending.Device, Sign(authority, alice, pending, TimeSpan.FromMinutes(-11))), "clock");
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, ApproveAsync(authority, alice, pending.Device, new byte[Jws.MaxPs256 + 1]), "larger");
        await RefusedAsync(HttpStatusCode.Unauthorized, ApproveAsync(authority, identity: null, pending.Device, good), "certificate");
        Assert.Equal(DeviceState.Pending, (await authority.Engines.Store.FindDeviceAsync(pending.Device, CancellationToken.None))!.State);

        using var first = await ApproveAsync(authority, alice, pending.Device, good);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        await RefusedAsync(HttpStatusCode.Conflict, ApproveAsync(authority, alice, pending.Device, good), "does not wait");
    }

    [Fact]
    public async Task Approve_SignedByAnotherOwnDevice_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync(maxDevices: 5);
        using var alice = await authority.JoinAsync("alice");
        using var second = await authority.JoinMoreAsync("alice");
        var (pending, _) = await authority.AskToJoinAsync("alice");
        await RefusedAsync(HttpStatusCode.Forbidden, ApproveAsync(authority, alice, pending.Device, Sign(authority, second, pending)), "another device");
    }

    [Fact]
    public async Task Revoke_ActiveDevice_EndsItsSessionMailboxAndRights()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var second = await authority.JoinMoreAsync("alice");
        using var key = TalkyWalky.Testing.KeyPool.Shared.CreateRsa(3072);
        using var encryption = await authority.WithCertificateAsync(second, Encryption, LiveAuthority.Request(key));
        var device = authority.Verify(second.RawData, DeviceKeyUse.Identity).Device;
        Assert.NotNull(await authority.Engines.Broker.UsageAsync(device, CancellationToken.None));

        using var revoked = await authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{device}/revoke");

        Assert.Equal("revoked", (await ReadAsync(revoked)).GetProperty("state").GetString());
        Assert.Equal([device], authority.Told.Ended);
        Assert.Null(await authority.Engines.Broker.UsageAsync(device, CancellationToken.None));
        await RefusedAsync(HttpStatusCode.Forbidden, authority.AskAsync(second, HttpMethod.Get, "/v1/devices"), "revoked");
        await RefusedAsync(HttpStatusCode.Forbidden, authority.LoginAsync(second, "alice", LiveAuthority.Password), "revoked");
        using var identity = second.GetRSAPrivateKey()!;
        await RefusedAsync(HttpStatusCode.Forbidden, authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(identity)), "revoked");
        await RefusedAsync(HttpStatusCode.Conflict, authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{device}/revoke"), "before");
    }

    [Fact]
    public async Task Revoke_AtTheLimit_MakesRoomForAnother()
    {
        await using var authority = await LiveAuthority.StartAsync(maxDevices: 2);
        using var alice = await authority.JoinAsync("alice");
        var (pending, _) = await authority.AskToJoinAsync("alice");
        using var key = TalkyWalky.Testing.KeyPool.Shared.CreateRsa(3072);
        await RefusedAsync(HttpStatusCode.Forbidden, authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key)), "devices already");
        using var rejected = await authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{pending.Device}/reject");
        using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Fact]
    public async Task Reject_ActiveOrUnknownDevice_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var bob = await authority.JoinAsync("bob");
        var bobs = authority.Verify(bob.RawData, DeviceKeyUse.Identity).Device;
        await RefusedAsync(HttpStatusCode.Conflict, authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{authority.Verify(alice.RawData, DeviceKeyUse.Identity).Device}/reject"), "revoke it");
        await RefusedAsync(HttpStatusCode.NotFound, authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{bobs}/revoke"), "no such device");
        await RefusedAsync(HttpStatusCode.NotFound, authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{DeviceId.New()}/revoke"), "no such device");
        await RefusedAsync(HttpStatusCode.NotFound, authority.AskAsync(alice, HttpMethod.Post, "/v1/devices/xyz/revoke"), "32 hex");
        Assert.Empty(authority.Told.Ended);
    }

    [Theory]
    [InlineData("{\"name\":\"Office laptop\"}", HttpStatusCode.OK)]
    [InlineData("{\"name\":\"\"}", HttpStatusCode.BadRequest)]
    [InlineData("{\"name\":\" x\"}", HttpStatusCode.BadRequest)]
    [InlineData("{\"name\":\"a\\u202eb\"}", HttpStatusCode.BadRequest)]
    [InlineData("{\"name\":null}", HttpStatusCode.BadRequest)]
    [InlineData("{\"name\":\"a\",\"x\":1}", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    public async Task Name_Given_StandsInTheListIfItIsOne(string json, HttpStatusCode expected)
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        var device = authority.Verify(alice.RawData, DeviceKeyUse.Identity).Device;
        using var named = await authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{device}/name", new StringContent(json, Encoding.UTF8, "application/json"));
        Assert.Equal(expected, named.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK ? "Office laptop" : null, (await ListAsync(authority, alice)).Single().GetProperty("name").GetString());
    }

    [Fact]
    public async Task EnrolIdentity_NewAndListed_TellsTheHost()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        var afterFirst = authority.Told.Changes;
        Assert.Equal(1, afterFirst);
        using var key = TalkyWalky.Testing.KeyPool.Shared.CreateRsa(3072);
        using var listed = await authority.WithCertificateAsync(alice, Encryption, LiveAuthority.Request(key));
        Assert.Equal(2, authority.Told.Changes);
        var (_, pending) = await authority.AskToJoinAsync("alice");
        Assert.Equal(3, authority.Told.Changes);
        using var polled = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(pending));
        Assert.Equal(3, authority.Told.Changes);
    }

    [Fact]
    public async Task EnrolIdentity_ExpiredCertificate_WaitsForApprovalAsTheSameDevice()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var key = alice.GetRSAPrivateKey()!;
        var device = authority.Verify(alice.RawData, DeviceKeyUse.Identity).Device;
        authority.Time.Advance(TimeSpan.FromDays(120));
        await RefusedAsync(HttpStatusCode.Unauthorized, authority.AskAsync(alice, HttpMethod.Get, "/v1/devices"), "expired");

        using var asked = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));
        using var again = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (asked.StatusCode, again.StatusCode));

        Assert.IsType<DeviceChange.Done>(await authority.Service.ApproveDeviceAsync(device, LiveAuthority.Administrator, CancellationToken.None));
        using var entered = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));
        Assert.Equal(device, authority.Verify(await LiveAuthority.CertificateAsync(entered), DeviceKeyUse.Identity).Device);
    }

    [Fact]
    public async Task Login_Active_AnswersWithTheDevice()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        authority.Time.Advance(TimeSpan.FromDays(1));
        using var answer = await authority.LoginAsync(alice, "alice", LiveAuthority.Password);
        var entry = await ReadAsync(answer);
        Assert.Equal("active", entry.GetProperty("state").GetString());
        Assert.Equal(authority.Time.GetUtcNow().ToUnixTimeMilliseconds(), entry.GetProperty("loginAt").GetInt64());
    }

    private static byte[] Sign(LiveAuthority authority, X509Certificate2 by, DeviceRecord device, TimeSpan late = default, UserId? of = null)
    {
        using var key = by.GetRSAPrivateKey()!;
        var signer = authority.Verify(by.RawData, DeviceKeyUse.Identity);
        return new DeviceApproval(of ?? signer.User, device.Device, device.IdentityKeyHash, authority.Time.GetUtcNow() + late).Sign(signer, key, [authority.Authority.IssuingCertificate]);
    }

    private static Task<HttpResponseMessage> ApproveAsync(LiveAuthority authority, X509Certificate2? identity, DeviceId device, byte[] token)
    {
        var content = new ByteArrayContent(token);
        content.Headers.ContentType = new("application/jose");
        return authority.AskAsync(identity, HttpMethod.Post, $"/v1/devices/{device}/approve", content);
    }

    private static async Task<X509Certificate2> RenewAsync(LiveAuthority authority, X509Certificate2 identity)
    {
        using var key = identity.GetRSAPrivateKey()!;
        using var answer = await authority.WithCertificateAsync(identity, "/.well-known/est/identity/simplereenroll", LiveAuthority.Request(key));
        using var certificate = X509CertificateLoader.LoadCertificate(await LiveAuthority.CertificateAsync(answer));
        return certificate.CopyWithPrivateKey(key);
    }

    private static async Task<List<JsonElement>> ListAsync(LiveAuthority authority, X509Certificate2 identity)
    {
        using var answer = await authority.AskAsync(identity, HttpMethod.Get, "/v1/devices");
        return [.. (await ReadAsync(answer)).GetProperty("devices").EnumerateArray()];
    }

    private static JsonElement Entry(List<JsonElement> listed, DeviceId device) =>
        listed.Single(entry => string.Equals(entry.GetProperty("device").GetString(), device.ToString(), StringComparison.Ordinal));

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static async Task RefusedAsync(HttpStatusCode status, Task<HttpResponseMessage> asked, string says)
    {
        using var answer = await asked;
        Assert.Equal((status, true), (answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Contains(says, StringComparison.Ordinal)));
    }
}
