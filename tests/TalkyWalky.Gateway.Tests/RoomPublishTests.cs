using System.Security.Cryptography.X509Certificates;
using System.Diagnostics;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using Xunit.Abstractions;
using static TalkyWalky.Wire.Frames.ServerFrame;

namespace TalkyWalky.Gateway.Tests;

public sealed class RoomPublishTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly byte[] Slice = [1, 2, 3];
    private GatewayHost _host = null!;
    private TestDevice _ada = null!, _bob = null!, _eve = null!;
    private TestClient _client = null!;
    private TestRoom _room = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        (_ada, _bob, _eve) = (await _host.EnrolAsync("ada"), await _host.EnrolAsync("bob"), await _host.EnrolAsync("eve"));
        _client = await _ada.ConnectAsync();
        _room = await TestRoom.CreateAsync(_host, _ada, _client);
        await _room.DoAsync(_ada, _client, new RoomAction.Add([_bob.User]));
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Message_ToAllDevices_IsDeliveredWithItsEpoch()
    {
        var tablet = await _host.EnrolAsync(_ada.Account);
        await _client.SayAsync(_room, new byte[] { 7 }, tablet.Id, _bob.Id);
        await _client.ExpectAsync(BodyOneofCase.Accepted);
        foreach (var device in new[] { tablet, _bob })
        {
            await using var client = await device.ConnectAsync();
            var delivery = await client.ExpectDeliveryAsync();
            Assert.Equal(_room.Id.ToArray(), delivery.Envelope.Conversation.ToByteArray());
            Assert.Equal((2ul, 7), (delivery.Envelope.Epoch, (int)delivery.Envelope.Payload[0]));
        }
    }

    [Fact]
    public Task Message_AtAnOldEpoch_SaysEpochChanged() => RefusedAsync(RefusalCode.EpochChanged, epoch: 1, EnvelopeKind.Message, (_bob.Id, []));

    [Fact]
    public Task Message_AtAnEpochToCome_SaysEpochChanged() => RefusedAsync(RefusalCode.EpochChanged, epoch: 3, EnvelopeKind.Message, (_bob.Id, []));

    [Fact]
    public async Task Grant_AtAnyEpochSoFar_GoesToAnyMembersDevice()
    {
        await _room.DoAsync(_ada, _client, new RoomAction.Add([_eve.User]));
        for (var epoch = 1ul; epoch <= 3; epoch++)
        {
            await _client.PublishAsync(_room.Id, epoch, EnvelopeKind.Grant, new byte[1], (_bob.Id, Slice));
            await _client.ExpectAsync(BodyOneofCase.Accepted);
        }

        await _client.PublishAsync(_room.Id, 2, EnvelopeKind.GrantRequest, new byte[1], (_bob.Id, []), (_eve.Id, []));
        await _client.ExpectAsync(BodyOneofCase.Accepted);
        await RefusedAsync(RefusalCode.EpochChanged, epoch: 4, EnvelopeKind.Grant, (_bob.Id, Slice));
    }

    [Fact]
    public async Task Message_BySomebodyElse_IsRefusedAsInARoomThatIsNotThere()
    {
        await using var eve = await _eve.ConnectAsync();
        await eve.SayAsync(_room, new byte[1], _ada.Id, _bob.Id);
        var here = (await eve.ExpectAsync(BodyOneofCase.Refused)).Refused;
        await eve.PublishAsync(_host.Conversation(_ada, _bob), 2, EnvelopeKind.Message, new byte[1], (_ada.Id, []), (_bob.Id, []));
        var nowhere = (await eve.ExpectAsync(BodyOneofCase.Refused)).Refused;
        Assert.Equal((RefusalCode.NotAllowed, here.Text), (nowhere.Code, nowhere.Text));
        Assert.Equal(RefusalCode.NotAllowed, here.Code);
    }

    [Fact]
    public async Task Grant_BetweenOwnDevices_PassesAfterLeavingTheRoom()
    {
        await using var bob = await _bob.ConnectAsync();
        var phone = await _host.EnrolAsync(_bob.Account);
        await _room.DoAsync(_ada, _client, new RoomAction.Remove([_bob.User]));
        await bob.PublishAsync(_room.Id, 2, EnvelopeKind.GrantRequest, new byte[1], (phone.Id, []));
        await bob.ExpectAsync(BodyOneofCase.Accepted);
        await bob.SayAsync(_room, new byte[1], phone.Id);
        Assert.Equal(RefusalCode.NotAllowed, await bob.ExpectRefusedAsync(2));
    }

    [Fact]
    public Task Message_NamingADeviceOfSomebodyElse_SaysDevicesChanged() =>
        RefusedAsync(RefusalCode.DevicesChanged, epoch: 2, EnvelopeKind.Message, (_bob.Id, []), (_eve.Id, []));

    [Fact]
    public async Task Message_AfterARemoval_LeavesTheRemovedOut()
    {
        await using var bob = await _bob.ConnectAsync();
        await _room.DoAsync(_ada, _client, new RoomAction.Add([_eve.User]));
        await _room.DoAsync(_ada, _client, new RoomAction.Remove([_bob.User]));
        await RefusedAsync(RefusalCode.DevicesChanged, _room.State.Epoch, EnvelopeKind.Message, (_bob.Id, []), (_eve.Id, []));
        await bob.SayAsync(_room, new byte[1], _ada.Id, _eve.Id);
        Assert.Equal(RefusalCode.NotAllowed, await bob.ExpectRefusedAsync(1));
        await _client.SayAsync(_room, new byte[1], _eve.Id);
        await _client.ExpectAsync(BodyOneofCase.Accepted);
    }

    [Fact]
    public async Task Message_AfterADeviceWasRevokedOrAdded_SaysDevicesChangedAtOnce()
    {
        await _client.SayAsync(_room, new byte[1], _bob.Id);
        await _client.ExpectAsync(BodyOneofCase.Accepted);
        var phone = await _host.EnrolAsync(_bob.Account);
        _host.Gateway.DevicesChanged(_bob.User);
        await RefusedAsync(RefusalCode.DevicesChanged, epoch: 2, EnvelopeKind.Message, (_bob.Id, []));
        await _host.Store.RevokeDeviceAsync(_bob.Id, X509RevocationReason.Unspecified, _host.Time.GetUtcNow(), CancellationToken.None);
        await _host.Gateway.DisconnectDeviceAsync(_bob.User, _bob.Id, CloseCode.DeviceRevoked, "this device was revoked");
        await RefusedAsync(RefusalCode.DevicesChanged, epoch: 2, EnvelopeKind.Message, (_bob.Id, []), (phone.Id, []));
        await _client.SayAsync(_room, new byte[1], phone.Id);
        await _client.ExpectAsync(BodyOneofCase.Accepted);
    }

    [Fact]
    public async Task Message_ToADeviceNewerThanTheMap_IsAccepted()
    {
        await _client.SayAsync(_room, new byte[1], _bob.Id);
        await _client.ExpectAsync(BodyOneofCase.Accepted);
        var phone = await _host.EnrolAsync(_bob.Account);
        _host.Time.Offset += TimeSpan.FromSeconds(1);
        await _client.SayAsync(_room, new byte[1], _bob.Id, phone.Id);
        await _client.ExpectAsync(BodyOneofCase.Accepted);
    }

    [Fact]
    public async Task Message_LeavesOutWhoIsDisabledOrDormant()
    {
        var late = await _host.EnrolAsync("late", certificateLife: TimeSpan.FromHours(-1));
        await _room.DoAsync(_ada, _client, new RoomAction.Add([_eve.User, late.User]));
        await _host.Directory.SetEnabledAsync(_eve.User, enabled: false, CancellationToken.None);
        await _host.Gateway.DisconnectAsync(_eve.User, CloseCode.AccountDisabled, "disabled");
        await _client.SayAsync(_room, new byte[1], _bob.Id);
        await _client.ExpectAsync(BodyOneofCase.Accepted);
        await RefusedAsync(RefusalCode.DevicesChanged, _room.State.Epoch, EnvelopeKind.Message, (_bob.Id, []), (late.Id, []));
    }

    [Fact]
    public async Task Message_ToNobody_SaysWhetherThereIsAnybody()
    {
        await RefusedAsync(RefusalCode.DevicesChanged, epoch: 2, EnvelopeKind.Message);
        await _room.DoAsync(_ada, _client, new RoomAction.Remove([_bob.User]));
        await RefusedAsync(RefusalCode.NoDevices, _room.State.Epoch, EnvelopeKind.Message);
        await RefusedAsync(RefusalCode.Malformed, _room.State.Epoch, EnvelopeKind.Grant);
    }

    [Fact]
    public async Task ClosedRoom_TakesNoMessageButGrantsForEarlierOnes()
    {
        await _room.DoAsync(_ada, _client, new RoomAction.Close());
        await RefusedAsync(RefusalCode.NotAllowed, _room.State.Epoch, EnvelopeKind.Message, (_bob.Id, []));
        await _client.PublishAsync(_room.Id, 2, EnvelopeKind.Grant, new byte[1], (_bob.Id, Slice));
        await _client.ExpectAsync(BodyOneofCase.Accepted);
    }

    [Fact]
    public async Task StoreThatBreaks_AnswersBusyAndTheSessionGoesOn()
    {
        await _client.SayAsync(_room, new byte[1], _bob.Id);
        await _client.ExpectAsync(BodyOneofCase.Accepted);
        _host.Broker.Fault = () => throw new Engines.EngineException("broken by a test");
        await RefusedAsync(RefusalCode.OutcomeUnknown, epoch: 2, EnvelopeKind.Message, (_bob.Id, []));
        _host.Broker.Fault = null;
        await _client.SayAsync(_room, new byte[1], _bob.Id);
        await _client.ExpectAsync(BodyOneofCase.Accepted);
    }

    [Fact]
    public async Task Room_OfAThousandPeopleWithTwoDevicesEach_GetsEveryMessage()
    {
        var people = await _host.AddManyAsync(998, devices: 2);
        foreach (var batch in people.Select(static person => person.User).Chunk(Limits.CommitUsers)) await _room.DoAsync(_ada, _client, new RoomAction.Add(batch));
        Assert.Equal(1000, _room.State.Members.Count);
        DeviceId[] devices = [_bob.Id, .. people.SelectMany(static person => person.Devices)];
        var watch = Stopwatch.StartNew();
        await _client.SayAsync(_room, new byte[400], devices);
        await _client.ExpectAsync(BodyOneofCase.Accepted);
        output.WriteLine($"first publish to {devices.Length} devices: {watch.Elapsed.TotalMilliseconds:F1} ms");
        watch.Restart();
        for (var i = 0; i < 20; i++)
        {
            await _client.SayAsync(_room, new byte[400], devices);
            await _client.ExpectAsync(BodyOneofCase.Accepted);
        }

        output.WriteLine($"each of 20 more: {watch.Elapsed.TotalMilliseconds / 20:F1} ms");
        await RefusedAsync(RefusalCode.DevicesChanged, _room.State.Epoch, EnvelopeKind.Message, [.. devices.Skip(1).Select(static device => (device, Array.Empty<byte>()))]);
        foreach (var device in new[] { devices[0], devices[1], devices[1000], devices[^1] })
            Assert.Equal(21, (await _host.Broker.UsageAsync(device, CancellationToken.None))!.Value.Count);
    }

    private async Task RefusedAsync(RefusalCode code, ulong epoch, EnvelopeKind kind, params (DeviceId Device, byte[] Slice)[] recipients)
    {
        var request = await _client.PublishAsync(_room.Id, epoch, kind, new byte[8], recipients);
        Assert.Equal(code, await _client.ExpectRefusedAsync(request));
    }
}
