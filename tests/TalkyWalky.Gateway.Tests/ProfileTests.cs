using Google.Protobuf;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire.Frames;
using static TalkyWalky.Wire.Frames.ServerFrame;

namespace TalkyWalky.Gateway.Tests;

public sealed class ProfileTests : IAsyncLifetime
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
    public async Task SetProfile_IsToldToWatchersAndOwnDevices()
    {
        await using var tablet = await (await _host.EnrolAsync(_ada.Account)).ConnectAsync();
        await using var bob = await _bob.ConnectAsync();
        await using var eve = await (await _host.EnrolAsync("eve")).ConnectAsync();
        await bob.WatchAsync(_ada.User);
        await bob.ExpectAsync(BodyOneofCase.PresenceChanged);
        var record = Record(_ada, 1, "Countess");
        await AcceptedAsync(record);
        foreach (var client in new[] { tablet, bob })
        {
            var changed = (await client.ExpectAsync(BodyOneofCase.PersonChanged)).PersonChanged;
            Assert.Equal((_ada.User.ToArray(), record), (changed.User.ToByteArray(), changed.Profile.ToByteArray()), PairComparer);
            Assert.False(changed.DevicesChanged);
        }

        await eve.SendAsync(new ClientFrame { ListUsers = new ListUsers { Request = 1 } });
        Assert.Equal(BodyOneofCase.Users, (await eve.ReceiveAsync()).BodyCase);
    }

    [Fact]
    public async Task Profile_StandsInLookupsListsAndRosters()
    {
        var record = Record(_ada, 3, "Countess");
        await AcceptedAsync(record);
        await using var bob = await _bob.ConnectAsync();
        await bob.SendAsync(new ClientFrame { Lookup = new Lookup { Request = 1, Username = "ada" } });
        Assert.Equal(record, (await bob.ReceiveAsync()).PersonFound.Person.Profile.ToByteArray());
        await bob.SendAsync(new ClientFrame { ListUsers = new ListUsers { Request = 2 } });
        Assert.Equal([record, []], (await bob.ReceiveAsync()).Users.People.Select(static person => person.Profile.ToByteArray()));
        await bob.SendAsync(new ClientFrame { ListUsers = new ListUsers { Request = 3, ActiveOnly = true } });
        Assert.Equal([record, []], (await bob.ReceiveAsync()).Users.People.Select(static person => person.Profile.ToByteArray()));
        Assert.Equal(record, (await bob.FetchRosterAsync(_ada.User)).People[0].Person.Profile.ToByteArray());
    }

    [Fact]
    public async Task SetProfile_OfNoHigherVersion_IsRefusedButTheSameAgainIsAccepted()
    {
        var (first, second) = (Record(_ada, 5, "one"), Record(_ada, 5, "two"));
        await AcceptedAsync(first);
        await AcceptedAsync(first);
        await RefusedAsync(second);
        await RefusedAsync(Record(_ada, 4, "older"));
        Assert.Equal(first, Assert.Single(await _host.Store.ProfilesAsync([_ada.User], CancellationToken.None)).Value);
        await AcceptedAsync(Record(_ada, 6, "newer"));
    }

    [Fact]
    public async Task SetProfile_OfSomebodyElseOrBroken_IsRefused()
    {
        await RefusedAsync(Record(_bob, 1, "Bob"));
        await RefusedAsync("no record"u8.ToArray());
        var broken = Record(_ada, 1, "Ada");
        broken[^4] ^= 1;
        await RefusedAsync(broken);
        await RefusedAsync(new byte[ProfileRecord.MaxSize + 1]);
    }

    [Fact]
    public async Task SetProfile_DatedInTheFuture_IsRefused() =>
        await RefusedAsync(new ProfileRecord(_ada.User, "early", 1, _host.Time.GetUtcNow().AddMinutes(11)).Sign(_ada.Verified, _ada.Key, [TestAuthority.Shared.Issuing]));

    private static IEqualityComparer<(byte[], byte[])> PairComparer { get; } = EqualityComparer<(byte[] First, byte[] Second)>.Create(
        static (one, other) => one.First.AsSpan().SequenceEqual(other.First) && one.Second.AsSpan().SequenceEqual(other.Second));

    private byte[] Record(TestDevice device, ulong version, string name) =>
        new ProfileRecord(device.User, name, version, DateTimeOffset.FromUnixTimeMilliseconds(_host.Time.GetUtcNow().ToUnixTimeMilliseconds()))
            .Sign(device.Verified, device.Key, [TestAuthority.Shared.Issuing]);

    private async Task AcceptedAsync(byte[] record) => Assert.Equal(BodyOneofCase.Accepted, (await _client.SetProfileAsync(record)).BodyCase);

    private async Task RefusedAsync(byte[] record)
    {
        var answer = await _client.SetProfileAsync(record);
        Assert.Equal(RefusalCode.NotAllowed, answer.Refused?.Code);
        Assert.NotEmpty(answer.Refused!.Text);
    }
}
