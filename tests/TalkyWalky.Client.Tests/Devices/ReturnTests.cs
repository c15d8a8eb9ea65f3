using TalkyWalky.Authority;

namespace TalkyWalky.Client.Tests.Devices;

/// <summary>Devices that were away for long, and certificates that run out while a device is connected.</summary>
public sealed class ReturnTests
{
    [Fact]
    public async Task Open_After40Days_RenewsByItselfAndGoesOnAfterTheLogIn()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice", server.Environment);
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob", server.Environment);
        await SayAsync(alice, bob, "long ago");
        await alice.CloseAsync();
        await bob.CloseAsync();

        await server.MoveAsync(TimeSpan.FromDays(40));
        foreach (var client in (TestClient[])[alice, bob])
        {
            await client.OpenAsync();
            await client.UntilAsync(static status => status.Connection == ConnectionState.LoggedOut);
            Assert.IsType<LoginOutcome.LoggedIn>(await client.Chat!.LoginAsync(TestClient.Password, CancellationToken.None));
            await client.UntilAsync(static status => status.Connection == ConnectionState.Online);
        }

        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "today"));
        Assert.Equal(["long ago", "today"], (await bob.ReceiveAsync(2)).Select(static message => message.Text));
    }

    [Fact]
    public async Task Disabled_ThenEnabledAgain_ComesBackByItself()
    {
        await using var server = await MovedServer.StartAsync();
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob", TestClient.Plain with { Time = new ChangedClock(TimeSpan.Zero, speed: 20) });
        var account = (await server.Directory.FindAsync(bob.Name, CancellationToken.None))!;
        await server.Directory.SetEnabledAsync(account.User, enabled: false, CancellationToken.None);
        await bob.OpenAsync();
        var status = await bob.UntilAsync(static status => status.Connection == ConnectionState.Refused);
        Assert.Contains("disabled", status.Trouble, StringComparison.Ordinal);
        await server.Directory.SetEnabledAsync(account.User, enabled: true, CancellationToken.None);
        await bob.UntilAsync(static status => status.Connection == ConnectionState.Online);
    }

    [Fact]
    public async Task Open_After120Days_AsksToBeLetInAgainAndKeepsItsHistory()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice", server.Environment);
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob", server.Environment);
        await SayAsync(alice, bob, "long ago");
        await alice.CloseAsync();
        await bob.CloseAsync();
        foreach (var days in (int[])[65, 55])
        {
            await server.MoveAsync(TimeSpan.FromDays(days));
            await alice.OpenAsync();
            await alice.UntilAsync(static status => status.Connection == ConnectionState.LoggedOut);
            Assert.IsType<LoginOutcome.LoggedIn>(await alice.Chat!.LoginAsync(TestClient.Password, CancellationToken.None));
            await alice.UntilAsync(static status => status.Connection == ConnectionState.Online);
            if (days == 65) await alice.CloseAsync();
        }

        await bob.OpenAsync();
        var status = await bob.UntilAsync(static status => status.Connection == ConnectionState.Refused);
        Assert.Contains("certificate expired", status.Trouble, StringComparison.Ordinal);
        Assert.Contains("certificate expired", Assert.IsType<DeviceAnswer.Refused>(await bob.Chat!.DeviceAsync(new DeviceRequest.List(), default)).Why, StringComparison.Ordinal);
        Assert.IsType<LoginOutcome.Refused>(await bob.Chat.LoginAsync("a wrong password", CancellationToken.None));
        var pending = Assert.IsType<LoginOutcome.Pending>(await bob.Chat.LoginAsync(TestClient.Password, CancellationToken.None));
        status = await bob.UntilAsync(static status => status is { Connection: ConnectionState.Refused, Trouble: { } trouble } && trouble.Contains("waits for approval", StringComparison.Ordinal));

        var self = await bob.Chat.WhoAmIAsync(CancellationToken.None);
        var record = (await server.Service.DevicesOfAsync(self.User, CancellationToken.None)).Single();
        Assert.Equal((self.Device, pending.KeyFingerprint), (record.Device, record.IdentityKeyHash.ToString()));
        Assert.IsType<DeviceChange.Done>(await server.Service.ApproveDeviceAsync(record.Device, Actor.Administrator(uid: null), CancellationToken.None));
        Assert.IsType<LoginOutcome.LoggedIn>(await bob.Chat.LoginAsync(TestClient.Password, CancellationToken.None));
        await bob.UntilAsync(static status => status.Connection == ConnectionState.Online);
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "today"));
        Assert.Equal(["long ago", "today"], (await bob.ReceiveAsync(2)).Select(static message => message.Text));
    }

    [Fact]
    public async Task Open_After120Days_IsLetInByAnotherOwnDevice()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice", server.Environment);
        await server.MoveAsync(TimeSpan.FromDays(80));
        await alice.OpenAsync(); // renews
        await alice.UntilAsync(static status => status.Connection == ConnectionState.LoggedOut);
        await alice.Chat!.LoginAsync(TestClient.Password, CancellationToken.None);
        await using var phone = await alice.AddDeviceAsync(server.Link);
        await alice.CloseAsync();
        await server.MoveAsync(TimeSpan.FromDays(85));
        await phone.OpenAsync(); // renews
        await phone.UntilAsync(static status => status.Connection == ConnectionState.LoggedOut);
        await server.MoveAsync(TimeSpan.FromDays(10));

        await alice.OpenAsync();
        await alice.UntilAsync(static status => status.Connection == ConnectionState.Refused);
        Assert.IsType<LoginOutcome.Pending>(await alice.Chat!.LoginAsync(TestClient.Password, CancellationToken.None));
        Assert.IsType<LoginOutcome.LoggedIn>(await phone.Chat!.LoginAsync(TestClient.Password, CancellationToken.None));
        var waiting = (await phone.DevicesAsync()).Single(static device => device.Standing == DeviceStanding.Pending);
        await phone.ChangeDeviceAsync(new DeviceRequest.Approve(waiting.Device.ToString()));
        Assert.IsType<LoginOutcome.LoggedIn>(await alice.Chat.LoginAsync(TestClient.Password, CancellationToken.None));
        await alice.UntilAsync(static status => status.Connection == ConnectionState.Online);
    }

    [Fact]
    public async Task Run_AWeekConnected_RenewsWithoutARestart()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice", server.Environment);
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob", server.Environment);
        await SayAsync(alice, bob, "before");
        var self = await bob.Chat!.WhoAmIAsync(CancellationToken.None);
        var before = (await server.Store.FindDeviceAsync(self.Device, CancellationToken.None))!.EncryptionCertificate;

        await server.MoveAsync(TimeSpan.FromDays(8));
        await server.Service.NameDeviceAsync(self.Device, "wakes it up", CancellationToken.None);
        using var patience = new CancellationTokenSource(TestClient.Patience);
        while ((await server.Store.FindDeviceAsync(self.Device, patience.Token))!.EncryptionCertificate.AsSpan().SequenceEqual(before)) await Task.Delay(50, patience.Token);
        await bob.UntilAsync(static status => status.Connection == ConnectionState.Online);
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "after"));
        Assert.Equal(["before", "after"], (await bob.ReceiveAsync(2)).Select(static message => message.Text));
    }

    private static async Task SayAsync(TestClient from, TestClient to, string text)
    {
        await from.OpenAsync();
        await to.OpenAsync();
        Assert.IsType<SendOutcome.Sent>(await from.SendAsync(to, text));
        await to.ReceiveAsync(1);
    }
}
