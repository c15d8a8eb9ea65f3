using TalkyWalky.Authority;

namespace TalkyWalky.Client.Tests.Devices;

/// <summary>What the owner of devices is told of them by the transparency log.</summary>
public sealed class LogNewsTests
{
    [Fact]
    public async Task Device_LetInByAnAdministrator_AlarmsTheOwnersOtherDevice()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice", server.Environment);
        await alice.OpenAsync();
        var alarmed = alice.UntilEventAsync<ChatEvent.Alarm>(static alarm => alarm.Text.Contains("was added to your account on ", StringComparison.Ordinal));
        var (phone, _) = await alice.AskToJoinAsync(server.Link);
        await using var __ = phone;
        var waiting = (await alice.DevicesAsync()).Single(static device => device.Standing == DeviceStanding.Pending);
        await server.Service.ApproveDeviceAsync(waiting.Device, Actor.Administrator(uid: null), CancellationToken.None);
        Assert.IsType<EnrolOutcome.Enrolled>(await phone.EnrolAsync(server.Link));
        var alarm = await alarmed;
        var text = alarm.Text;
        var id = waiting.Device.ToString()[..8];
        Assert.Equal((waiting.Device, AdmittedBy.Administrator), (alarm.Added!.Device, alarm.Added.By));
        Assert.Contains("let in by an administrator. Was it you?", text, StringComparison.Ordinal);
        Assert.Contains($"revoke it with: talkywalky device revoke {id}", text, StringComparison.Ordinal);

        // With the device goes what was to be decided about it.
        Assert.IsType<DeviceAnswer.Done>(await alice.Chat!.DeviceAsync(new DeviceRequest.Revoke(id), CancellationToken.None));
        Assert.Empty(Assert.IsType<OwnAnswer.Alarms>(await alice.Chat.OwnAsync(new OwnRequest.Alarms(), CancellationToken.None)).Kept);
    }

    [Fact]
    public async Task Device_LetInByAnotherOne_IsToldToTheThird()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice", server.Environment);
        await alice.OpenAsync();
        await using var phone = await alice.AddDeviceAsync(server.Link);
        await phone.OpenAsync();
        var told = phone.UntilEventAsync<ChatEvent.Notice>(static notice => notice.Text.Contains("was added to your account on ", StringComparison.Ordinal));
        await using var tablet = await alice.AddDeviceAsync(server.Link);
        var self = (await alice.Chat!.WhoAmIAsync(CancellationToken.None)).Device;
        Assert.Contains($"let in by your device {self.ToString()[..8]}. Was it you?", (await told).Text, StringComparison.Ordinal);
    }
}
