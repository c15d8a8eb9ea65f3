using Google.Protobuf;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests;

public sealed class PeopleTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private TestDevice _ada = null!, _bob = null!;
    private TestClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        (_ada, _bob) = (await _host.EnrolAsync("ada"), await _host.EnrolAsync("bob"));
        _client = await _ada.ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Lookup_ByNameOrId_GivesTheListedDevices()
    {
        await _client.SendAsync(new ClientFrame { Lookup = new Lookup { Request = 1, Username = "bob" } });
        var byName = (await _client.ReceiveAsync()).PersonFound;
        await _client.SendAsync(new ClientFrame { Lookup = new Lookup { Request = 2, User = ByteString.CopyFrom(_bob.User.ToArray()) } });
        var byId = (await _client.ReceiveAsync()).PersonFound;
        Assert.Equal((1ul, 2ul), (byName.Request, byId.Request));
        Assert.Equal(byName.Person, byId.Person);
        Assert.Equal("bob", byName.Person.Username);
        Assert.Equal("bob in full", byName.Person.FullName);
        var device = Assert.Single(byName.Devices);
        Assert.Equal(_bob.Id.ToArray(), device.Device_.ToByteArray());
        Assert.Equal(_bob.Identity, device.IdentityCertificate.ToByteArray());
        Assert.False(device.EncryptionCertificate.IsEmpty);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("")]
    [InlineData("a name that is much longer than any directory's names are allowed to be")]
    public async Task Lookup_OfNobody_SaysUnknownUser(string name)
    {
        await _client.SendAsync(new ClientFrame { Lookup = new Lookup { Request = 3, Username = name } });
        Assert.Equal(RefusalCode.UnknownUser, await _client.ExpectRefusedAsync(3));
    }

    [Fact]
    public async Task Lookup_OfADisabledPerson_IsRefused()
    {
        await _host.Directory.SetEnabledAsync(_bob.User, enabled: false, CancellationToken.None);
        await _client.SendAsync(new ClientFrame { Lookup = new Lookup { Request = 4, Username = "bob" } });
        Assert.Equal(RefusalCode.NotAllowed, await _client.ExpectRefusedAsync(4));
    }

    [Fact]
    public async Task ListUsers_ComesInPagesWithoutTheDisabled()
    {
        foreach (var name in new[] { "carol", "dan", "erin" }) await _host.EnrolAsync(name);
        var dan = await _host.Directory.FindAsync("dan", CancellationToken.None);
        await _host.Directory.SetEnabledAsync(dan!.User, enabled: false, CancellationToken.None);
        var names = new List<string>();
        Users page;
        do
        {
            await _client.SendAsync(new ClientFrame { ListUsers = new ListUsers { Request = 5, After = names.LastOrDefault(""), Limit = 2 } });
            page = (await _client.ReceiveAsync()).Users;
            names.AddRange(page.People.Select(static person => person.Username));
        }
        while (page.More);
        Assert.Equal(["ada", "bob", "carol", "erin"], names);
    }

    [Fact]
    public async Task ListUsers_ActiveOnly_IsWhoIsConnected()
    {
        await _host.EnrolAsync("carol");
        await using var bob = await _bob.ConnectAsync();
        await bob.SendAsync(new ClientFrame { SetPresence = new SetPresence { Presence = Presence.Away } });
        await bob.SendAsync(new ClientFrame { ListUsers = new ListUsers { Request = 6, ActiveOnly = true } });
        var users = (await bob.ReceiveAsync()).Users;
        Assert.Equal([("ada", Presence.Online), ("bob", Presence.Away)], users.People.Select(static person => (person.Username, person.Presence)));
        Assert.False(users.More);
    }

    [Fact]
    public async Task WatchPresence_TellsEveryChange()
    {
        await WatchAsync(_bob.User);
        Assert.Equal(Presence.Offline, await NextAsync());
        var bob = await _bob.ConnectAsync();
        Assert.Equal(Presence.Online, await NextAsync());
        await bob.SendAsync(new ClientFrame { SetPresence = new SetPresence { Presence = Presence.Away } });
        Assert.Equal(Presence.Away, await NextAsync());
        await bob.SendAsync(new ClientFrame { SetPresence = new SetPresence { Presence = Presence.Online } });
        Assert.Equal(Presence.Online, await NextAsync());
        await bob.LeaveAsync();
        var gone = (await _client.ReceiveAsync()).PresenceChanged;
        Assert.Equal(Presence.Offline, gone.Presence);
        Assert.InRange(gone.LastSeen, _host.Time.GetUtcNow().AddMinutes(-1).ToUnixTimeMilliseconds(), _host.Time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task WatchPresence_OfOneLongGone_SaysWhen()
    {
        var seen = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
        await _host.Store.SetLastSeenAsync(_bob.User, seen, CancellationToken.None);
        await WatchAsync(_bob.User);
        Assert.Equal(seen.ToUnixTimeMilliseconds(), (await _client.ReceiveAsync()).PresenceChanged.LastSeen);
    }

    [Fact]
    public async Task WatchPresence_Anew_ForgetsTheOldList()
    {
        await WatchAsync(_bob.User);
        await NextAsync();
        await WatchAsync(_ada.User);
        Assert.Equal(Presence.Online, await NextAsync());
        await using var bob = await _bob.ConnectAsync();
        await _client.SendAsync(new ClientFrame { Lookup = new Lookup { Request = 7, Username = "bob" } });
        Assert.Equal(Presence.Online, (await _client.ReceiveAsync()).PersonFound.Person.Presence);
    }

    [Fact]
    public async Task Presence_WithTwoDevices_IsOnlineUntilBothAreAwayOrGone()
    {
        var second = await _host.EnrolAsync(_bob.Account);
        await WatchAsync(_bob.User);
        await NextAsync();
        var one = await _bob.ConnectAsync();
        Assert.Equal(Presence.Online, await NextAsync());
        var two = await second.ConnectAsync();
        await one.SendAsync(new ClientFrame { SetPresence = new SetPresence { Presence = Presence.Away } });
        await two.LeaveAsync();
        Assert.Equal(Presence.Away, await NextAsync());
        await one.LeaveAsync();
        Assert.Equal(Presence.Offline, await NextAsync());
    }

    [Fact]
    public async Task WatchPresence_OfTooMany_EndsTheSession()
    {
        var watch = new WatchPresence();
        for (var i = 0; i <= Limits.PresenceWatch; i++) watch.Users.Add(ByteString.CopyFrom(UserId.New().ToArray()));
        await _client.SendAsync(new ClientFrame { WatchPresence = watch });
        Assert.Equal(CloseCode.Malformed, (await _client.ExpectClosingAsync()).Code);
    }

    private Task WatchAsync(UserId user) =>
        _client.SendAsync(new ClientFrame { WatchPresence = new WatchPresence { Users = { ByteString.CopyFrom(user.ToArray()) } } });

    private async Task<Presence> NextAsync() => (await _client.ReceiveAsync()).PresenceChanged.Presence;
}
