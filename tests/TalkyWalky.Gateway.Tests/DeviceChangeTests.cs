using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Wire.Frames;
using static TalkyWalky.Wire.Frames.ServerFrame;

namespace TalkyWalky.Gateway.Tests;

public sealed class DeviceChangeTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private TestDevice _ada = null!, _phone = null!, _bob = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        (_ada, _bob) = (await _host.EnrolAsync("ada"), await _host.EnrolAsync("bob"));
        _phone = await _host.EnrolAsync(_ada.Account);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task DisconnectDevice_EndsThatSessionAloneAndTellsEveryone()
    {
        await using var laptop = await _ada.ConnectAsync();
        await using var phone = await _phone.ConnectAsync();
        await using var bob = await _bob.ConnectAsync();
        await _host.Store.RevokeDeviceAsync(_phone.Id, X509RevocationReason.Unspecified, _host.Time.GetUtcNow(), CancellationToken.None);
        var disconnecting = _host.Gateway.DisconnectDeviceAsync(_ada.User, _phone.Id, CloseCode.DeviceRevoked, "this device was revoked");
        Closing? closing = null;
        while (await phone.TryReceiveAsync() is { } frame) closing = frame.Closing ?? closing;
        Assert.Equal((CloseCode.DeviceRevoked, "this device was revoked"), (closing!.Code, closing.Text));
        foreach (var other in new[] { laptop, bob })
        {
            var changed = (await other.ExpectAsync(BodyOneofCase.PersonChanged)).PersonChanged;
            Assert.Equal(_ada.User.ToArray(), changed.User.ToByteArray());
            Assert.True(changed.DevicesChanged);
            Assert.True(changed.Profile.IsEmpty);
        }

        await disconnecting;
        await bob.SayAsync(_host.Conversation(_ada, _bob), new byte[1], _ada.Id, _phone.Id);
        Assert.Equal(RefusalCode.DevicesChanged, await bob.ExpectRefusedAsync(1));
    }

    [Fact]
    public async Task DisconnectDevice_NotConnected_TellsEveryone()
    {
        await using var bob = await _bob.ConnectAsync();
        await _host.Gateway.DisconnectDeviceAsync(_ada.User, _phone.Id, CloseCode.DeviceRevoked, "this device was revoked");
        Assert.Equal(_ada.User.ToArray(), (await bob.ExpectAsync(BodyOneofCase.PersonChanged)).PersonChanged.User.ToByteArray());
    }

    [Fact]
    public async Task DevicesChanged_TellsWatchersAndOwnDevices()
    {
        await using var laptop = await _ada.ConnectAsync();
        await using var bob = await _bob.ConnectAsync();
        await using var eve = await (await _host.EnrolAsync("eve")).ConnectAsync();
        await bob.WatchAsync(_ada.User);
        await bob.ExpectAsync(BodyOneofCase.PresenceChanged);
        _host.Gateway.DevicesChanged(_ada.User);
        _host.Gateway.DevicesChanged(_bob.User);
        Assert.Equal(_ada.User.ToArray(), (await laptop.ExpectAsync(BodyOneofCase.PersonChanged)).PersonChanged.User.ToByteArray());
        Assert.Equal(_ada.User.ToArray(), (await bob.ExpectAsync(BodyOneofCase.PersonChanged)).PersonChanged.User.ToByteArray());
        await eve.SendAsync(new ClientFrame { ListUsers = new ListUsers { Request = 1 } });
        Assert.Equal(BodyOneofCase.Users, (await eve.ReceiveAsync()).BodyCase);
    }
}
