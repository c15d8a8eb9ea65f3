using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using TalkyWalky.Gateway.Cluster;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using static TalkyWalky.Wire.Frames.ServerFrame;

namespace TalkyWalky.Gateway.Tests;

/// <summary>Two gateways on the same engines: Ada is connected to the one, Bob to the other.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private static readonly byte[] Signal = [1, 2, 3];

    private readonly BusHub _hub = new();
    private GatewayHost _one = null!, _other = null!;
    private BusHub.Line _oneLine = null!, _otherLine = null!;
    private TestDevice _ada = null!, _bob = null!;
    private TestClient _adas = null!, _bobs = null!;

    public async Task InitializeAsync()
    {
        (_oneLine, _otherLine) = (_hub.Join(), _hub.Join());
        _one = await GatewayHost.StartAsync(hurry: 20, bus: _oneLine);
        _other = await _one.StartAnotherAsync(_otherLine);
        _one.Time.Factor = 1; // of sessions
        (_ada, _bob) = (await _one.EnrolAsync("ada"), await _one.EnrolAsync("bob"));
        (_adas, _bobs) = (await _ada.ConnectAsync(_one), await _bob.ConnectAsync(_other));
    }

    public async Task DisposeAsync()
    {
        await _adas.DisposeAsync();
        await _bobs.DisposeAsync();
        await _other.DisposeAsync();
        await _one.DisposeAsync();
    }

    [Fact]
    public async Task Presence_OfSomebodyElsewhere_IsTold()
    {
        await _adas.WatchAsync(_bob.User);
        await ExpectAsync(_adas, _bob.User, Presence.Online);
        await _bobs.SendAsync(new ClientFrame { SetPresence = new SetPresence { Presence = Presence.Away } });
        await ExpectAsync(_adas, _bob.User, Presence.Away);
        await _bobs.LeaveAsync();
        var left = await ExpectAsync(_adas, _bob.User, Presence.Offline);
        Assert.NotEqual(0, left.LastSeen);
    }

    [Fact]
    public async Task Presence_OfOneWhoIsOnBoth_IsTheBestOfThem()
    {
        await _adas.WatchAsync(_bob.User);
        await ExpectAsync(_adas, _bob.User, Presence.Online);
        var here = await (await _one.EnrolAsync(_bob.Account)).ConnectAsync(_one);
        await _bobs.LeaveAsync();
        await _adas.AnsweredAsync();
        await here.SendAsync(new ClientFrame { SetPresence = new SetPresence { Presence = Presence.Away } });
        await ExpectAsync(_adas, _bob.User, Presence.Away);
        await here.LeaveAsync();
        await ExpectAsync(_adas, _bob.User, Presence.Offline);
    }

    [Fact]
    public async Task ListUsers_WhoIsActive_HoldsThoseElsewhere()
    {
        await _adas.WatchAsync(_bob.User);
        await ExpectAsync(_adas, _bob.User, Presence.Online);
        await _adas.SendAsync(new ClientFrame { ListUsers = new ListUsers { Request = 1, ActiveOnly = true } });
        var users = (await _adas.ExpectAsync(BodyOneofCase.Users)).Users;
        Assert.Equal([("ada", Presence.Online), ("bob", Presence.Online)], users.People.Select(static person => (person.Username, person.Presence)));
    }

    [Fact]
    public async Task Gateway_ThatIsKilled_ItsPeopleAreOffline()
    {
        await _adas.WatchAsync(_bob.User);
        await ExpectAsync(_adas, _bob.User, Presence.Online);
        _otherLine.Cut();
        _one.Time.Offset += TimeSpan.FromSeconds(26);
        var gone = await ExpectAsync(_adas, _bob.User, Presence.Offline);
        Assert.NotEqual(0, gone.LastSeen);
        _otherLine.Mend();
        await ExpectAsync(_adas, _bob.User, Presence.Online);
    }

    [Fact]
    public async Task Gateway_ThatStops_ItsPeopleAreOffline()
    {
        await _adas.WatchAsync(_bob.User);
        await ExpectAsync(_adas, _bob.User, Presence.Online);
        var stopping = _other.Gateway.DisposeAsync();
        Assert.Equal(CloseCode.ShuttingDown, (await _bobs.ExpectAsync(BodyOneofCase.Closing)).Closing.Code);
        await _bobs.DisposeAsync();
        await stopping;
        await ExpectAsync(_adas, _bob.User, Presence.Offline);
    }

    [Fact]
    public async Task Device_ThatConnectsToAnother_LeavesTheFirst()
    {
        await using var moved = await _ada.ConnectAsync(_other);
        Assert.Equal(CloseCode.Replaced, (await _adas.ExpectAsync(BodyOneofCase.Closing)).Closing.Code);
        await _bobs.SayAsync(_one.Conversation(_ada, _bob), new byte[1], _ada.Id);
        await moved.ExpectDeliveryAsync();
    }

    [Fact]
    public async Task Signals_ReachThoseElsewhere()
    {
        var room = await TestRoom.CreateAsync(_one, _ada, _adas, RoomAccess.Open);
        await room.DoAsync(_bob, _bobs, new RoomAction.Join());
        await ExpectRoomAsync(_adas, room);
        await KnowEachOtherAsync();
        await _adas.RelayAsync(_one.Conversation(_ada, _bob), epoch: 0, Signal, _bob.User);
        var direct = (await _bobs.ExpectAsync(BodyOneofCase.Relayed)).Relayed;
        Assert.Equal(0ul, direct.Envelope.Epoch);
        Assert.Equal(_ada.Id.ToArray(), direct.FromDevice.ToByteArray());
        await _bobs.RelayAsync(room.Id, room.State.Epoch, Signal);
        var inRoom = (await _adas.ExpectAsync(BodyOneofCase.Relayed)).Relayed;
        Assert.Equal(room.State.Epoch, inRoom.Envelope.Epoch);
        Assert.Equal(_bob.Id.ToArray(), inRoom.FromDevice.ToByteArray());
    }

    [Fact]
    public async Task Commits_AreToldToMembersAndNamedElsewhere()
    {
        var room = await TestRoom.CreateAsync(_one, _ada, _adas);
        await room.DoAsync(_ada, _adas, new RoomAction.Invite([_bob.User]));
        await ExpectRoomAsync(_bobs, room);
        await room.DoAsync(_bob, _bobs, new RoomAction.Join());
        await ExpectRoomAsync(_adas, room);
        await _adas.SayAsync(room, new byte[1], _bob.Id);
        await _bobs.ExpectDeliveryAsync();
    }

    [Fact]
    public async Task ChangesOfDevices_AreToldAndTakeEffectAtOnce()
    {
        var phone = await _one.EnrolAsync(_bob.Account);
        await using var phones = await phone.ConnectAsync(_one);
        await _one.Store.RevokeDeviceAsync(phone.Id, X509RevocationReason.Unspecified, _one.Time.GetUtcNow(), CancellationToken.None);
        new GatewayVoice(_hub.Join()).DisconnectDevice(_bob.User, phone.Id, CloseCode.DeviceRevoked, "this device was revoked"); // an authority that runs apart
        Assert.Equal("this device was revoked", (await phones.ExpectAsync(BodyOneofCase.Closing)).Closing.Text);
        foreach (var client in new[] { _adas, _bobs }) Assert.True((await client.ExpectAsync(BodyOneofCase.PersonChanged)).PersonChanged.DevicesChanged);
        await _adas.SayAsync(_one.Conversation(_ada, _bob), new byte[1], _bob.Id, phone.Id);
        Assert.Equal(RefusalCode.DevicesChanged, await _adas.ExpectRefusedAsync(1));
    }

    [Fact]
    public async Task Disconnect_EndsTheSessionsElsewhere()
    {
        await _one.Gateway.DisconnectAsync(_bob.User, CloseCode.AccountDisabled, "this account is disabled");
        Assert.Equal("this account is disabled", (await _bobs.ExpectAsync(BodyOneofCase.Closing)).Closing.Text);
    }

    [Fact]
    public async Task Nonsense_IsNotMinded()
    {
        var stranger = _hub.Join();
        stranger.Say(new byte[] { 255, 255, 255 });
        stranger.Say(Array.Empty<byte>());
        stranger.Say(new GatewayNews { PassedRelay = new PassedRelay() }.ToByteArray());
        stranger.Say(new GatewayNews { AttendeeChanged = new AttendeeChanged { Gateway = ByteString.CopyFrom(new byte[16]), LastSeen = long.MaxValue } }.ToByteArray());
        await _one.Gateway.DisconnectAsync(_bob.User, CloseCode.AccountDisabled, "this account is disabled");
        await _bobs.ExpectAsync(BodyOneofCase.Closing);
    }

    /// <summary>Each gateway has heard who is with the other.</summary>
    private async Task KnowEachOtherAsync()
    {
        await _adas.WatchAsync(_bob.User);
        await ExpectAsync(_adas, _bob.User, Presence.Online);
        await _bobs.WatchAsync(_ada.User);
        await ExpectAsync(_bobs, _ada.User, Presence.Online);
    }

    private static async Task<PresenceChanged> ExpectAsync(TestClient client, UserId user, Presence presence)
    {
        while (true)
        {
            var changed = (await client.ExpectAsync(BodyOneofCase.PresenceChanged)).PresenceChanged;
            if (changed.User.Span.SequenceEqual(user.ToArray()) && changed.Presence == presence) return changed;
        }
    }

    private static async Task ExpectRoomAsync(TestClient client, TestRoom room)
    {
        while ((await client.ExpectAsync(BodyOneofCase.RoomChanged)).RoomChanged is var changed && changed.Epoch != room.State.Epoch) Assert.True(changed.Epoch < room.State.Epoch);
    }
}
