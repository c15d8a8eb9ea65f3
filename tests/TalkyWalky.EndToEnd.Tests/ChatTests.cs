using System.Text.Json;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests;

[Collection(OneAfterTheOther.Name)]
public sealed class ChatTests(Company company)
{
    [Fact]
    public async Task TwoPeople_WriteBothWays_EachReadsTheOther()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));

        (await ada.SendAsync("bob", "Shall we freeze the schema?")).Expect(0);
        var asked = Assert.Single(await bob.ListenAsync(1));
        (await bob.SendAsync("ada", "Yes, after lunch. 🐘 עברית \u0000 é")).Expect(0);
        var answered = Assert.Single(await ada.ListenAsync(1));

        Assert.Equal("Shall we freeze the schema?", asked.Text());
        Assert.Equal("ada", asked.GetProperty("from").GetString());
        Assert.True(asked.GetProperty("verified").GetBoolean());
        Assert.Equal("Yes, after lunch. 🐘 עברית \u0000 é", answered.Text());
        Assert.Equal(asked.GetProperty("conversation").GetString(), answered.GetProperty("conversation").GetString());
        Assert.True(asked.GetProperty("sentAt").TryGetDateTimeOffset(out _));
    }

    [Fact]
    public async Task Message_StoredByBob_IsShownAsDeliveredToAda()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        (await ada.SendAsync("bob", "one")).Expect(0);
        Assert.Equal("sent", (await ada.HistoryAsync("bob")).Single().State());

        var (atBob, atAda) = (bob.Start("listen"), ada.Start("listen"));
        await ada.UntilAsync(async () => (await ada.HistoryAsync("bob")).Single().State(), static state => state == "delivered");
        Assert.Equal(0, await atBob.SignalAsync("INT"));
        Assert.Equal(0, await atAda.SignalAsync("INT"));
    }

    [Fact]
    public async Task Text_Of64KiB_ArrivesWhole_AndOneByteMoreIsRefusedInASentence()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        var longest = new string('\u0001', 64 * 1024);

        (await ada.SendAsync("bob", longest)).Expect(0);
        var refused = (await ada.SendAsync("bob", longest + "x")).Expect(2);

        Assert.Equal(longest, Assert.Single(await bob.ListenAsync(1)).Text());
        Assert.Contains("64 KiB", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_WithoutServer_IsQueuedAndSaysSo_AndGoesOutLater()
    {
        await using var place = await company.CopyAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));

        var queued = (await ada.SendAsync("bob", "written offline")).Expect(5);
        Assert.Contains("kept", queued.Errors + queued.Output, StringComparison.Ordinal);

        await place.StartServerAsync();
        await ada.SettledAsync();
        Assert.Equal("written offline", Assert.Single(await bob.ListenAsync(1)).Text());
    }

    [Fact]
    public async Task Listen_PrintsEachMessageOnce_AcrossRuns_AndFailsWhenTooFewCome()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        foreach (var text in new[] { "one", "two", "three" }) (await ada.SendAsync("bob", text)).Expect(0);
        (await bob.RunAsync(["status"])).Expect(0);

        Assert.Equal(["one", "two"], (await bob.ListenAsync(2)).Select(Messages.Text));
        Assert.Equal(["three"], (await bob.ListenAsync(1)).Select(Messages.Text));
        Assert.DoesNotContain((await bob.RunAsync(["listen", "--json", "--count", "1", "--timeout", "1"])).Expect(1).Lines, line => line.Contains("\"id\"", StringComparison.Ordinal));
        Assert.Equal(["one", "two", "three"], (await bob.HistoryAsync("ada")).Select(Messages.Text));
    }

    [Fact]
    public async Task Send_WhileAnotherProcessOwnsTheProfile_GoesThroughIt()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        var owner = ada.Start("listen", "--json");
        var sends = await Task.WhenAll(Enumerable.Range(0, 5).Select(n => ada.SendAsync("bob", $"m{n}")));

        Assert.All(sends, send => send.Expect(0));
        Assert.Equal(["m0", "m1", "m2", "m3", "m4"], (await bob.ListenAsync(5)).Select(Messages.Text).Order(StringComparer.Ordinal));
        (await bob.SendAsync("ada", "seen by the owner")).Expect(0);
        Assert.Contains("seen by the owner", await owner.LineAsync(_ => true), StringComparison.Ordinal);
        Assert.Equal(0, await owner.SignalAsync("INT"));
    }

    [Fact]
    public async Task Users_ShowsWhoIsThere()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob").Start("listen"));
        var active = await ada.UntilAsync(
            async () => Member.Parse((await ada.RunAsync(["users", "--active", "--json"])).Expect(0).Lines), static active => active.Count >= 2);
        Assert.Equal(["ada", "bob"], active.Select(user => user.GetProperty("username").GetString()));
        await bob.SignalAsync("INT");
        var all = Member.Parse((await ada.RunAsync(["users", "--json"])).Expect(0).Lines);
        var gone = all.Single(user => user.GetProperty("username").GetString() == "bob");
        Assert.Equal("offline", gone.GetProperty("presence").GetString());
        Assert.NotNull(gone.GetProperty("lastSeen").GetString());
    }

    [Fact]
    public async Task Logout_Locks_AndLoginWithThePasswordUnlocks()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var ada = place.Member("ada");

        (await ada.RunAsync(["logout"])).Expect(0);
        (await ada.SendAsync("bob", "no")).Expect(3);
        (await ada.RunAsync(["history", "--with", "bob"])).Expect(3);
        (await ada.RunAsync(["login", "--password-file", "-"], "wrong password\n")).Expect(4);
        (await ada.RunAsync(["login", "--password-file", "-"], ada.Password + "\n")).Expect(0);
        (await ada.SendAsync("bob", "yes")).Expect(0);
    }
}
