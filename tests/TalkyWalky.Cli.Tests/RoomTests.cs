using TalkyWalky.Client;

namespace TalkyWalky.Cli.Tests;

public sealed class RoomTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("room")]
    [InlineData("room", "create")]
    [InlineData("room", "create", "X", "--open", "--invitation")]
    [InlineData("room", "settings", "X")]
    [InlineData("room", "invite", "X")]
    [InlineData("room", "role", "X", "bob", "king")]
    [InlineData("send", "--to", "bob", "--room", "X", "hello")]
    [InlineData("history", "--with", "bob", "--room", "X")]
    [InlineData("chat", "--with", "bob", "--room", "X")]
    public async Task Run_WrongCommandLine_EndsWithUsage(params string[] arguments) => Assert.Equal(2, (await _run.RunAsync(arguments)).Code);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Create_Room_IsByInvitationUnlessOpen(bool open)
    {
        string[] policy = open ? ["--open"] : [];
        var ran = await _run.RunAsync(["room", "create", "Planning", "--topic", "next", "--json", .. policy]);
        var room = ran.Objects.Single();
        Assert.Equal(0, ran.Code);
        Assert.Equal(("Planning", "next", "owner", open), (Text(room, "name"), Text(room, "topic"), Text(room, "own"), room.GetProperty("open").GetBoolean()));
    }

    [Fact]
    public async Task List_All_AlsoShowsTheOpenOnes()
    {
        _run.Chat.Rooms.Add("Mine", RoomRank.Member, topic: "tea\u001b[2J");
        _run.Chat.Rooms.Add("Open", RoomRank.None, isOpen: true);
        Assert.Equal(["Mine"], (await _run.RunAsync("room", "list", "--json")).Objects.Select(static room => Text(room, "name")));
        Assert.Equal(["Mine", "Open"], (await _run.RunAsync("room", "list", "--all", "--json")).Objects.Select(static room => Text(room, "name")));
        var plain = (await _run.RunAsync("room", "list")).Output;
        Assert.Contains("member, by invitation, 2 members: tea\\u{1B}[2J", plain, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', plain);
    }

    [Fact]
    public async Task Members_OfARoom_ShowRoleNameAndSleep()
    {
        await _run.RunAsync("room", "create", "Planning");
        await _run.RunAsync("room", "add", "Planning", "bob", "carol");
        await _run.RunAsync("room", "role", "Planning", "bob", "moderator");
        var members = (await _run.RunAsync("room", "members", "Planning", "--json")).Objects;
        Assert.Equal(["alice owner False", "bob moderator False", "carol member True"], members.Select(static one => $"{Text(one, "username")} {Text(one, "rank")} {one.GetProperty("asleep")}"));
        Assert.Contains("carol: member, asleep", (await _run.RunAsync("room", "members", "Planning")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verbs_EachOne_AsksTheEngine()
    {
        _run.Chat.Rooms.Add("Planning", RoomRank.Owner);
        string[][] commands =
        [
            ["invite", "Planning", "carol", "dave"], ["add", "Planning", "erin"], ["remove", "Planning", "bob"], ["role", "Planning", "erin", "owner"],
            ["rename", "Planning", "Plan B"], ["topic", "Plan B", "the other"], ["settings", "Plan B", "--open"], ["leave", "Plan B"], ["join", "Plan B"],
            ["close", "Plan B", "--yes"], ["show", "Plan B"],
        ];
        foreach (var command in commands) Assert.Equal(0, (await _run.RunAsync(["room", .. command])).Code);
        Assert.Equal(
            ["Invite", "Add", "Remove", "SetRole", "Change", "Change", "Change", "Leave", "Join", "Close", "Show"], _run.Chat.Rooms.Asked.Select(static request => request.GetType().Name));
        Assert.Equal(["carol", "dave"], ((RoomRequest.Invite)_run.Chat.Rooms.Asked[0]).Users);
        Assert.Equal(new RoomRequest.Change("Plan B", null, null, IsOpen: true), _run.Chat.Rooms.Asked[6]);
    }

    [Fact]
    public async Task Verbs_RefusedOrUnreachable_EndWithTheirCodes()
    {
        var refused = await _run.RunAsync("room", "join", "Nowhere", "--json");
        Assert.Equal((4, "refused"), (refused.Code, refused.ErrorCode));
        _run.Chat.Rooms.Add("Planning", RoomRank.Owner);
        _run.Chat.Rooms.IsReachable = false;
        var away = await _run.RunAsync("room", "leave", "Planning", "--json");
        Assert.Equal((5, "unreachable"), (away.Code, away.ErrorCode));
        Assert.Equal(0, (await _run.RunAsync("room", "list")).Code);
        await _run.RunAsync("logout");
        Assert.Equal(3, (await _run.RunAsync("room", "list")).Code);
    }

    [Theory]
    [InlineData(false, "", 2, false)]
    [InlineData(true, "n\n", 1, false)]
    [InlineData(true, "", 1, false)]
    [InlineData(true, "y\n", 0, true)]
    public async Task Close_WithoutYes_AsksFirst(bool canAsk, string answer, int code, bool closes)
    {
        _run.Chat.Rooms.Add("Planning", RoomRank.Owner);
        _run.CanAsk = canAsk;
        var ran = await _run.RunAsync(answer, ["room", "close", "Planning"]);
        Assert.Equal((code, closes), (ran.Code, _run.Chat.Rooms.Find("Planning")!.IsClosed));
    }

    [Fact]
    public async Task SendHistoryListen_InARoom_CarryItsName()
    {
        var room = _run.Chat.Rooms.Add("Planning", RoomRank.Member);
        var sent = (await _run.RunAsync("send", "--room", "Planning", "hello", "--json")).Objects.Single();
        Assert.Equal(("Planning", "Planning", true), (Text(sent, "with"), Text(sent, "room"), sent.GetProperty("isRoom").GetBoolean()));
        Assert.Equal(room.Room.ToString(), Text(sent, "conversation"));
        _run.Chat.ReceiveIn("Planning", "bob", "hi");
        _run.Chat.Receive("direct");
        Assert.Equal(["hello", "hi"], (await _run.RunAsync("history", "--room", room.Room.ToString()[..8], "--json")).Objects.Select(static one => Text(one, "text")));
        var heard = await _run.RunAsync("listen", "--count", "2");
        Assert.Equal("2026-11-21 09:30 bob in Planning: hi\n2026-11-21 09:30 bob: direct\n", heard.Output);
        Assert.Equal(4, (await _run.RunAsync("send", "--room", "Nowhere", "hello")).Code);
        Assert.Equal(4, (await _run.RunAsync("history", "--room", "Nowhere", "--json")).Code);
    }

    [Fact]
    public async Task Listen_Alarm_GoesToTheStandardErrorAndDoesNotCount()
    {
        foreach (var json in (bool[])[false, true])
        {
            string[] form = json ? ["--json"] : [];
            var listening = _run.RunAsync(["listen", "--count", "1", "--timeout", "30", .. form]);
            while (_run.Chat.Listeners == 0) await Task.Delay(5);
            _run.Chat.Publish(new ChatEvent.Alarm(1, "Two ledgers of Planning.\u001b[2J"));
            _run.Chat.Receive("one");
            var ran = await listening;
            Assert.Equal(0, ran.Code);
            Assert.Single(ran.Output.TrimEnd().Split('\n'));
            Assert.Contains(json ? "{\"alarm\":\"Two ledgers of Planning.\\\\u{1B}[2J\"}" : "ALARM: Two ledgers of Planning.\\u{1B}[2J", ran.Error, StringComparison.Ordinal);
        }
    }

    private static string? Text(System.Text.Json.JsonElement element, string name) => element.GetProperty(name).GetString();
}
