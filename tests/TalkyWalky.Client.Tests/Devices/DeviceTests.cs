using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Devices;

/// <summary>Second and third devices against the real server.</summary>
public sealed class DeviceTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Approve_ByTheFirstDevice_LetsTheSecondReceive()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        var noticed = alice.UntilEventAsync<ChatEvent.Notice>(static notice => notice.Text.Contains("asks to be added", StringComparison.Ordinal));

        var (phone, pending) = await alice.AskToJoinAsync(server.Link);
        await using var _ = phone;
        Assert.Contains("waits for approval", pending.Why, StringComparison.Ordinal);
        var waiting = (await alice.DevicesAsync()).Single(static device => device.Standing == DeviceStanding.Pending);
        Assert.Equal(pending.KeyFingerprint, waiting.KeyFingerprint);
        var prefix = waiting.Device.ToString()[..8];
        Assert.Contains($"talkywalky device approve {prefix}", (await noticed).Text, StringComparison.Ordinal);
        Assert.Contains(pending.KeyFingerprint[..16], (await noticed).Text, StringComparison.Ordinal);

        var approved = await alice.ChangeDeviceAsync(new DeviceRequest.Approve(prefix));
        var self = await alice.Chat!.WhoAmIAsync(CancellationToken.None);
        Assert.Equal((DeviceStanding.Asleep, self.Device), (approved.Standing, approved.ApprovedBy));
        Assert.IsType<EnrolOutcome.Enrolled>(await phone.EnrolAsync(server.Link));
        await phone.OpenAsync();
        await phone.UntilAsync(static status => status.Connection == ConnectionState.Online);
        Assert.IsType<SendOutcome.Sent>(await bob.SendAsync(alice, "to both"));
        Assert.Equal("to both", (await alice.ReceiveAsync(1))[0].Text);
        Assert.Equal("to both", (await phone.ReceiveAsync(1))[0].Text);
        Assert.Equal([DeviceStanding.Active, DeviceStanding.Active], (await phone.DevicesAsync()).Select(static device => device.Standing));
    }

    [Fact]
    public async Task Revoke_SecondDevice_EndsItAtOnceAndItsHistoryStays()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        await using var phone = await alice.AddDeviceAsync(server.Link);
        await phone.OpenAsync();
        await phone.UntilAsync(static status => status.Connection == ConnectionState.Online);
        await bob.SendAsync(alice, "before");
        await phone.ReceiveAsync(1);

        var revoked = await alice.ChangeDeviceAsync(new DeviceRequest.Revoke((await phone.Chat!.WhoAmIAsync(CancellationToken.None)).Device.ToString()));
        Assert.Equal(DeviceStanding.Revoked, revoked.Standing);
        var status = await phone.UntilAsync(static status => status.Connection == ConnectionState.Refused);
        Assert.Contains("was revoked", status.Trouble, StringComparison.Ordinal);
        Assert.IsType<SendOutcome.Sent>(await bob.SendAsync(alice, "after"));
        Assert.Equal(["before", "after"], (await alice.ReceiveAsync(2)).Select(static message => message.Text));
        Assert.Equal(["before"], (await phone.Chat!.HistoryAsync(Target.Person(bob.Name), 10, null, CancellationToken.None)).Select(static message => message.Text));
        Assert.Contains("revoked", Assert.IsType<LoginOutcome.Refused>(await phone.Chat.LoginAsync(TestClient.Password, CancellationToken.None)).Why, StringComparison.Ordinal);
        Assert.Contains("revoked", Assert.IsType<DeviceAnswer.Refused>(await phone.Chat.DeviceAsync(new DeviceRequest.List(), CancellationToken.None)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reject_PendingDevice_TurnsItAwayForGood()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await alice.OpenAsync();
        var (stranger, _) = await alice.AskToJoinAsync(server.Link);
        await using var __ = stranger;
        var waiting = (await alice.DevicesAsync()).Single(static device => device.Standing == DeviceStanding.Pending);
        Assert.Equal(DeviceStanding.Revoked, (await alice.ChangeDeviceAsync(new DeviceRequest.Reject(waiting.Device.ToString()))).Standing);
        Assert.Contains("revoked", Assert.IsType<EnrolOutcome.Refused>(await stranger.EnrolAsync(server.Link)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_NamedByNameOrDigits_FindsTheOneThatIsMeant()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await alice.OpenAsync();
        await using var phone = await alice.AddDeviceAsync(server.Link);
        var ids = (await alice.DevicesAsync()).ToDictionary(static device => device.IsThis, static device => device.Device.ToString());
        Assert.Equal("Phone", (await alice.ChangeDeviceAsync(new DeviceRequest.Rename(ids[false], " Phone "))).Name);
        Assert.Equal("Phone", (await alice.ChangeDeviceAsync(new DeviceRequest.Rename(ids[true][..4], "Phone"))).Name);
        await RefusedAsync(new DeviceRequest.Revoke("phone"), "fits 2 of your devices");
        await RefusedAsync(new DeviceRequest.Revoke("abc"), "at least 4 digits");
        await RefusedAsync(new DeviceRequest.Revoke("tablet"), "no device called");
        await RefusedAsync(new DeviceRequest.Rename(ids[true], "a\u202eb"), "invisible");
        await RefusedAsync(new DeviceRequest.Approve(ids[false]), "does not wait");
        await alice.ChangeDeviceAsync(new DeviceRequest.Rename(ids[true], "Laptop"));
        Assert.Equal(ids[false], (await alice.ChangeDeviceAsync(new DeviceRequest.Revoke("PHONE"))).Device.ToString());

        async Task RefusedAsync(DeviceRequest request, string says)
        {
            var refused = Assert.IsType<DeviceAnswer.Refused>(await alice.Chat!.DeviceAsync(request, CancellationToken.None));
            Assert.Contains(says, refused.Why, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Open_DeviceThatAskedMeanwhile_IsTold()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        var (phone, pending) = await alice.AskToJoinAsync(server.Link);
        await using var _ = phone;
        await alice.OpenAsync();
        var notice = await alice.UntilEventAsync<ChatEvent.Notice>(static notice => notice.Text.Contains("asks to be added", StringComparison.Ordinal));
        Assert.Contains(pending.KeyFingerprint[..16], notice.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_ServerAway_IsUnreachable()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await alice.OpenAsync();
        await server.KillAsync();
        Assert.IsType<DeviceAnswer.Unreachable>(await alice.Chat!.DeviceAsync(new DeviceRequest.List(), CancellationToken.None));
        await server.StartAsync();
    }
}
