using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests;

/// <summary>Sessions of devices that send nothing end too when their right to be connected does, whoever changed it.</summary>
public sealed class SweepTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Sweep_AccountDisabledElsewhere_EndsTheSession()
    {
        await using var host = await GatewayHost.StartAsync(hurry: 50);
        var (ada, bob) = (await host.EnrolAsync("ada"), await host.EnrolAsync("bob"));
        host.Time.Factor = 1; // only the sweep, which runs already, hurries
        await using var client = await ada.ConnectAsync();
        await using var other = await bob.ConnectAsync();
        await host.Directory.SetEnabledAsync(ada.User, enabled: false, None);
        Assert.Equal(CloseCode.AccountDisabled, (await client.ExpectClosingAsync()).Code);
        await host.Directory.SetEnabledAsync(bob.User, enabled: false, None);
        Assert.Equal(CloseCode.AccountDisabled, (await other.ExpectClosingAsync()).Code);
    }

    [Fact]
    public async Task Sweep_DeviceRevokedElsewhere_EndsItsSessionAlone()
    {
        await using var host = await GatewayHost.StartAsync(hurry: 50);
        var ada = await host.EnrolAsync("ada");
        var second = await host.EnrolAsync(ada.Account);
        host.Time.Factor = 1; // only the sweep, which runs already, hurries
        await using var one = await ada.ConnectAsync();
        await using var two = await second.ConnectAsync();
        await host.Store.RevokeDeviceAsync(second.Id, X509RevocationReason.Unspecified, host.Time.GetUtcNow(), None);
        Assert.Equal(CloseCode.DeviceRevoked, (await two.ExpectClosingAsync()).Code);
        await host.Store.SuspendDeviceAsync(ada.Id, None);
        Assert.Equal(CloseCode.ProofRefused, (await one.ExpectClosingAsync()).Code);
    }

    [Fact]
    public async Task Sweep_PasswordGivenTooLongAgoOrChanged_AsksForIt()
    {
        await using var host = await GatewayHost.StartAsync(hurry: 50);
        var (ada, bob) = (await host.EnrolAsync("ada", TimeSpan.FromDays(80)), await host.EnrolAsync("bob", TimeSpan.FromDays(80)));
        host.Time.Factor = 1; // only the sweep, which runs already, hurries
        await using var client = await ada.ConnectAsync();
        await using var other = await bob.ConnectAsync();
        await host.Directory.SetPasswordAsync(ada.User, "another password", None);
        Assert.Equal(CloseCode.LoginRequired, (await client.ExpectClosingAsync()).Code);
        host.Time.Offset = TimeSpan.FromDays(31);
        Assert.Equal(CloseCode.LoginRequired, (await other.ExpectClosingAsync()).Code);
    }
}
