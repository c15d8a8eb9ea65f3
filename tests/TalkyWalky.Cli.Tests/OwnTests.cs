using System.Text.Json;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Tests;

public sealed class OwnTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Conversations_WithUnread_ListTheNewestFirst()
    {
        _run.Chat.Rooms.Add("Planning", RoomRank.Member);
        _run.Chat.Receive("one");
        _run.Chat.Receive("two");
        _run.Chat.ReceiveIn("Planning", "carol", "three");
        Assert.Equal(["Planning 1 True", "bob 2 False"], await ListAsync());
        Assert.Equal(0, (await _run.RunAsync("read", "--with", "bob")).Code);
        Assert.Equal(["Planning 1 True", "bob 0 False"], await ListAsync());
        Assert.Equal(0, (await _run.RunAsync("mute", "--room", "Planning")).Code);
        Assert.Contains("room Planning: 1 unread, muted; 2026-11-21 09:30 carol: three", (await _run.RunAsync("conversations")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("mute", "--room", "Planning", "--off")).Code);
        Assert.DoesNotContain("muted", (await _run.RunAsync("conversations")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("close", "--with", "bob")).Code);
        Assert.Equal(["Planning 1 True"], await ListAsync());
    }

    [Fact]
    public async Task Contact_Show_PrintsWhatWasVerified()
    {
        var card = (await _run.RunAsync("contact", "show", "bob", "--json")).Objects.Single();
        Assert.Equal(("Bobby", "example.org"), (card.GetProperty("person").GetProperty("name").GetString(), card.GetProperty("domain").GetString()));
        var device = card.GetProperty("devices")[0];
        Assert.Equal(("0a1b", "good"), (device.GetProperty("serial").GetString(), device.GetProperty("status").GetString()));
        var text = (await _run.RunAsync("contact", "show", "bob")).Output;
        Assert.Contains($"fingerprint: {new string('f', 64)}\n", text, StringComparison.Ordinal);
        Assert.Contains("status: good, checked 2", text, StringComparison.Ordinal);
        Assert.Contains("came in: let in by the device 00000000 of the same person on 2", text, StringComparison.Ordinal);
        Assert.Contains("organisation: Example\\u{202E}\n", text, StringComparison.Ordinal);
        Assert.Contains("trouble: a device of bob is left out.\n", text, StringComparison.Ordinal);
        Assert.Equal(4, (await _run.RunAsync("contact", "show", "nobody")).Code);
    }

    [Theory]
    [InlineData("read")]
    [InlineData("mute", "--with", "bob", "--room", "x")]
    [InlineData("close")]
    [InlineData("settings", "--typing", "maybe")]
    [InlineData("name")]
    [InlineData("name", "set")]
    [InlineData("device", "approve")]
    [InlineData("history", "clear")]
    [InlineData("history", "clear", "--all", "--with", "bob", "--yes")]
    [InlineData("history", "clear", "--all")]
    public async Task Run_WrongCommandLine_EndsWithUsage(params string[] arguments) => Assert.Equal(2, (await _run.RunAsync(arguments)).Code);

    [Fact]
    public async Task Name_SetAndRevert_AreInTheHistory()
    {
        Assert.Equal(0, (await _run.RunAsync("name", "set", "Ada L.")).Code);
        Assert.Equal(0, (await _run.RunAsync("name", "revert")).Code);
        Assert.Equal(["", "Ada L."], (await _run.RunAsync("name", "history", "--json")).Objects.Select(static one => one.GetProperty("name").GetString()));
        Assert.Contains("(the directory's name)", (await _run.RunAsync("name", "history")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("name", "clear-history")).Code);
        Assert.Single((await _run.RunAsync("name", "history", "--json")).Objects);
        _run.Chat.Own.IsReachable = false;
        Assert.Equal(5, (await _run.RunAsync("name", "set", "Ada")).Code);
    }

    [Fact]
    public async Task Alarm_Acknowledged_IsNoLongerListed()
    {
        Assert.Contains("There is no alarm.", (await _run.RunAsync("alarm", "list")).Error, StringComparison.Ordinal);
        var device = DeviceId.New();
        _run.Chat.Raise("Two ledgers.\u001b[2J");
        _run.Chat.Raise("A new device was added.", new AddedDevice(device, Name: null, DateTimeOffset.UnixEpoch, AdmittedBy.First));
        Assert.Equal("1 Two ledgers.\\u{1B}[2J\n2 A new device was added.\n", (await _run.RunAsync("alarm", "list")).Output);
        Assert.Equal([null, device.ToString()], (await _run.RunAsync("alarm", "list", "--json")).Objects.Select(static one => one.GetProperty("device").GetString()));
        Assert.Equal(0, (await _run.RunAsync("alarm", "acknowledge", "1")).Code);
        Assert.Equal(2, (await _run.RunAsync("alarm", "list", "--json")).Objects.Single().GetProperty("id").GetInt64());
        Assert.Equal(4, (await _run.RunAsync("alarm", "acknowledge", "1")).Code);
    }

    [Fact]
    public async Task Settings_WhatIsNotNamed_Stays()
    {
        Assert.Equal(0, (await _run.RunAsync("settings", "--typing", "off")).Code);
        var settings = (await _run.RunAsync("settings", "--delivered-receipts", "off", "--json")).Objects.Single();
        Assert.Equal((false, true, false), (Flag(settings, "deliveredReceipts"), Flag(settings, "readReceipts"), Flag(settings, "typing")));
    }

    [Fact]
    public async Task Devices_EachVerb_ChangesTheOneNamed()
    {
        var devices = (await _run.RunAsync("device", "list", "--json")).Objects;
        Assert.Equal(["active", "pending"], devices.Select(static one => one.GetProperty("standing").GetString()));
        Assert.Equal([true, false], devices.Select(static one => Flag(one, "this")));
        var plain = (await _run.RunAsync("device", "list")).Output;
        Assert.Contains("\\u{1B}[31mlaptop: waits for approval", plain, StringComparison.Ordinal);
        Assert.Contains("cccc cccc", plain, StringComparison.Ordinal);
        var approved = (await _run.RunAsync("device", "approve", "10000000", "--json")).Objects.Single();
        Assert.Equal("active", approved.GetProperty("standing").GetString());
        Assert.Equal(0, (await _run.RunAsync("device", "name", "10000000", "Laptop")).Code);
        Assert.Equal(0, (await _run.RunAsync("device", "revoke", "Laptop")).Code);
        Assert.Equal(DeviceStanding.Revoked, _run.Chat.Own.Devices[1].Standing);
        Assert.Equal(4, (await _run.RunAsync("device", "reject", "ffff")).Code);
        _run.Chat.Own.IsReachable = false;
        Assert.Equal(5, (await _run.RunAsync("device", "reject", "Laptop")).Code);
    }

    [Theory]
    [InlineData("n\n", 1, DeviceStanding.Pending)]
    [InlineData("yes\n", 0, DeviceStanding.Active)]
    public async Task Approve_InATerminal_ShowsTheKeyAndAsks(string answer, int code, DeviceStanding standing)
    {
        _run.CanAsk = true;
        var ran = await _run.RunAsync(answer, ["device", "approve", "1000"]);
        Assert.Equal((code, standing), (ran.Code, _run.Chat.Own.Devices[1].Standing));
        Assert.Contains("cccc cccc", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clear_History_DeletesWhatWasNamed()
    {
        _run.Chat.Rooms.Add("Planning", RoomRank.Member);
        _run.Chat.Receive("one");
        _run.Chat.ReceiveIn("Planning", "bob", "two");
        Assert.Equal(1, (await _run.RunAsync("history", "clear", "--room", "Planning", "--yes", "--json")).Objects.Single().GetProperty("cleared").GetInt64());
        Assert.Equal(4, (await _run.RunAsync("history", "clear", "--room", "Planning", "--yes")).Code);
        _run.CanAsk = true;
        Assert.Equal(0, (await _run.RunAsync("y\n", ["history", "clear", "--all"])).Code);
        Assert.Empty(await ListAsync());
    }

    private static bool Flag(JsonElement element, string name) => element.GetProperty(name).GetBoolean();

    private async Task<IEnumerable<string>> ListAsync() =>
        (await _run.RunAsync("conversations", "--json")).Objects.Select(static one => $"{one.GetProperty("with")} {one.GetProperty("unread")} {one.GetProperty("isRoom")}");
}
