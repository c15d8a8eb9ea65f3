using System.Text.Json;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>One person with three devices, each a real program with a profile of its own.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class DeviceTests(Company company)
{
    private static readonly int Each = Effort.Count(usual: 4, full: 10);

    [Fact]
    public async Task ThreeDevicesOfOnePerson_Converge()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (first, bob) = (place.Member("ada"), place.Member("bob"));
        Member[] devices = [first, await LetInAsync(first, place.Member("ada", "ada-2")), await LetInAsync(first, place.Member("ada", "ada-3"))];
        await first.RoomAsync("create", "plans");
        await first.RoomAsync("add", "plans", "bob");

        var listening = devices.Append(bob).Select(static member => member.Start("listen", "--json")).ToList();
        foreach (var member in devices.Append(bob)) (await member.RunAsync(["room", "show", "plans"])).Expect(0);
        await Task.WhenAll(devices.Append(bob).Select(SayAsync));
        var histories = new List<IReadOnlyList<JsonElement>>();
        foreach (var member in devices.Append(bob)) histories.Add(await CompleteAsync(member));
        Assert.All(histories, history => Assert.Equal(histories[0].Select(Messages.Id).Order(StringComparer.Ordinal), history.Select(Messages.Id).Order(StringComparer.Ordinal)));

        // What is read, muted and called on one device is so on the others.
        (await devices[1].RunAsync(["name", "set", "Countess"])).Expect(0);
        (await devices[2].RunAsync(["mute", "--room", "plans"])).Expect(0);
        (await devices[0].RunAsync(["read", "--room", "plans"])).Expect(0);
        foreach (var device in devices) await UntilAsync(device, ["conversations", "--json"], static line => line.Contains("\"unread\":0", StringComparison.Ordinal) && line.Contains("\"muted\":true", StringComparison.Ordinal));
        foreach (var device in devices) await UntilAsync(device, ["name", "history"], static line => line.Contains("Countess", StringComparison.Ordinal));
        await UntilAsync(bob, ["users"], static line => line.Contains("Countess", StringComparison.Ordinal));
        foreach (var program in listening) await program.SignalAsync("INT");
    }

    [Fact]
    public async Task Revoked_IsOutAtOnce_AndTheOthersGoOn()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (first, bob) = (place.Member("ada"), place.Member("bob"));
        var second = await LetInAsync(first, place.Member("ada", "ada-2"));
        var connected = second.Start("listen", "--json");
        await UntilAsync(second, ["status"], static line => line.Contains("online", StringComparison.Ordinal));
        (await first.RunAsync(["device", "revoke", await DeviceAsync(second)])).Expect(0);
        await UntilAsync(second, ["status"], static line => line.Contains("revoked", StringComparison.Ordinal));
        (await bob.SendAsync("ada", "for the first alone")).Expect(0);
        Assert.Equal("for the first alone", Assert.Single(await first.ListenAsync(1)).Text());
        Assert.Empty(await second.HistoryAsync("bob"));
        Assert.NotEqual(0, (await second.SendAsync("bob", "from the thief")).Exit);
        await connected.SignalAsync("INT");
    }

    internal static async Task<Member> LetInAsync(Member known, Member added)
    {
        var asked = await added.LoginAsync("--no-wait");
        Assert.Contains("waits for approval", asked.Errors, StringComparison.Ordinal);
        var pending = Member.Parse((await known.RunAsync(["device", "list", "--json"])).Expect(0).Lines).Single(static one => one.GetProperty("standing").GetString() == "pending");
        (await known.RunAsync(["device", "approve", pending.GetProperty("device").GetString()!])).Expect(0);
        (await added.LoginAsync()).Expect(0);
        return added;
    }

    private static async Task<string> DeviceAsync(Member member) =>
        Member.Parse((await member.RunAsync(["whoami", "--json"])).Expect(0).Lines).Single().GetProperty("device").GetString()!;

    private static async Task SayAsync(Member member)
    {
        for (var n = 0; n < Each; n++) (await member.RunAsync(["send", "--room", "plans", $"{Path.GetFileName(member.Profile)} {n}"])).Expect(0);
    }

    private static Task<IReadOnlyList<JsonElement>> CompleteAsync(Member member) =>
        member.UntilAsync(() => member.RoomHistoryAsync("plans"), static history => history.Count == 4 * Each);

    private static Task UntilAsync(Member member, string[] command, Func<string, bool> wanted) =>
        member.UntilAsync(async () => (await member.RunAsync(command)).Expect(0).Output, wanted);
}
