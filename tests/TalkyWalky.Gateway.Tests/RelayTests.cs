using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using static TalkyWalky.Wire.Frames.ServerFrame;

namespace TalkyWalky.Gateway.Tests;

public sealed class RelayTests : IAsyncLifetime
{
    private static readonly byte[] Signal = [1, 2, 3];
    private GatewayHost _host = null!;
    private TestDevice _ada = null!, _bob = null!;
    private TestClient _client = null!, _peer = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        (_ada, _bob) = (await _host.EnrolAsync("ada"), await _host.EnrolAsync("bob"));
        (_client, _peer) = (await _ada.ConnectAsync(), await _bob.ConnectAsync());
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _peer.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Direct_ReachesThePeersConnectedDevices()
    {
        await using var phone = await (await _host.EnrolAsync(_bob.Account)).ConnectAsync();
        await _client.RelayAsync(_host.Conversation(_ada, _bob), epoch: 0, Signal, _bob.User);
        foreach (var client in new[] { _peer, phone })
        {
            var relayed = (await client.ReceiveAsync()).Relayed;
            Assert.Equal(_ada.User.ToArray(), relayed.FromUser.ToByteArray());
            Assert.Equal(_ada.Id.ToArray(), relayed.FromDevice.ToByteArray());
            Assert.Equal((EnvelopeKind.Signal, 3), (relayed.Envelope.Kind, relayed.Envelope.Payload.Length));
        }
    }

    [Fact]
    public async Task Direct_InAConversationWithSomebodyElse_GoesNowhere()
    {
        var eve = await _host.EnrolAsync("eve");
        await _client.RelayAsync(_host.Conversation(_ada, eve), epoch: 0, Signal, _bob.User);
        await _client.RelayAsync(_host.Conversation(_ada, _bob), epoch: 0, Signal);
        await NothingCameAsync(_peer);
    }

    [Fact]
    public async Task Signal_IsNeverStored()
    {
        await _peer.LeaveAsync();
        await _client.RelayAsync(_host.Conversation(_ada, _bob), epoch: 0, Signal, _bob.User);
        await _client.AnsweredAsync();
        _peer = await _bob.ConnectAsync();
        await NothingCameAsync(_peer);
        Assert.Equal(0, (await _host.Broker.UsageAsync(_bob.Id, CancellationToken.None))!.Value.Count);
    }

    [Fact]
    public async Task Room_ReachesMembersAndNobodyElse()
    {
        await using var tablet = await (await _host.EnrolAsync(_ada.Account)).ConnectAsync();
        await using var eve = await (await _host.EnrolAsync("eve")).ConnectAsync();
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        await room.DoAsync(_ada, _client, new RoomAction.Add([_bob.User]));
        await _client.RelayAsync(room.Id, room.State.Epoch, Signal);
        Assert.Equal(room.Id.ToArray(), (await _peer.ExpectAsync(BodyOneofCase.Relayed)).Relayed.Envelope.Conversation.ToByteArray());
        await tablet.ExpectAsync(BodyOneofCase.Relayed);
        await NothingCameAsync(eve);
        await eve.RelayAsync(room.Id, room.State.Epoch, Signal);
        await _client.RelayAsync(room.Id, room.State.Epoch - 1, Signal);
        await _client.AnsweredAsync();
        await eve.AnsweredAsync();
        await NothingCameAsync(_peer);
    }

    [Fact]
    public async Task MoreThanItsShare_IsDroppedInSilence()
    {
        for (var i = 0; i < 200; i++) await _client.RelayAsync(_host.Conversation(_ada, _bob), epoch: 0, Signal, _bob.User);
        await _client.AnsweredAsync();
        await _peer.SendAsync(new ClientFrame { ListUsers = new ListUsers { Request = 1 } });
        var relayed = 0;
        while ((await _peer.ReceiveAsync()).BodyCase == BodyOneofCase.Relayed) relayed++;
        Assert.InRange(relayed, 10, 60);
    }

    [Theory]
    [InlineData(EnvelopeKind.Message, 3)]
    [InlineData(EnvelopeKind.Signal, 0)]
    [InlineData(EnvelopeKind.Signal, Limits.Signal + 1)]
    public async Task WhatIsNoSignal_EndsTheSession(EnvelopeKind kind, int length)
    {
        await _client.RelayAsync(_host.Conversation(_ada, _bob), epoch: 0, new byte[length], _bob.User, kind);
        Assert.Equal(CloseCode.Malformed, (await _client.ExpectClosingAsync()).Code);
    }

    private static async Task NothingCameAsync(TestClient client)
    {
        await client.SendAsync(new ClientFrame { ListUsers = new ListUsers { Request = 1 } });
        BodyOneofCase kind;
        while ((kind = (await client.ReceiveAsync()).BodyCase) == BodyOneofCase.RoomChanged) { }
        Assert.Equal(BodyOneofCase.Users, kind);
    }
}
