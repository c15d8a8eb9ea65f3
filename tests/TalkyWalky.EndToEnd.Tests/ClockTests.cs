using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>The built client where the computer's clock is a day off: libfaketime stands between it and the clock.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class ClockTests(Company company)
{
    [Theory]
    [InlineData("+1d", "This device's clock says")]
    [InlineData("-1d", "check the clock")] // the organisation is younger than a day, and so are its certificates
    public async Task ClockADayOff_NothingIsSentOrShownUntilItIsRight(string off, string says)
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (ada, bob, wrong) = (place.Member("ada"), place.Member("bob"), place.Member("ada"));
        // $LIB is for the dynamic linker. Timers go on by the true monotonic clock.
        (wrong.Environment["LD_PRELOAD"], wrong.Environment["FAKETIME"], wrong.Environment["FAKETIME_DONT_FAKE_MONOTONIC"]) = ("/usr/$LIB/faketime/libfaketimeMT.so.1", off, "1");
        (await bob.SendAsync("ada", "waits for ada")).Expect(0);

        (await wrong.SendAsync("bob", "waits for the clock")).Expect(5);
        var listening = wrong.Start("listen", "--json");
        await listening.ErrorLineAsync(line => line.Contains(says, StringComparison.Ordinal));
        await listening.SignalAsync("INT");
        Assert.DoesNotContain("join link", listening.Errors(), StringComparison.Ordinal);
        Assert.Empty(await listening.RestAsync());

        Assert.Equal("waits for ada", Assert.Single(await ada.ListenAsync(1)).Text());
        var online = ada.Start("listen", "--json");
        Assert.Equal("waits for the clock", Assert.Single(await bob.ListenAsync(1)).Text());
        await ada.SettledAsync();
        Assert.Equal(0, await online.SignalAsync("INT"));
        Assert.Equal(["waits for ada", "waits for the clock"], (await ada.HistoryAsync("bob")).Select(Messages.Text).Order(StringComparer.Ordinal));
    }
}
