using TalkyWalky.Cli.Chat;
using TalkyWalky.Client;
using TalkyWalky.Client.Tests.Agent;

namespace TalkyWalky.Cli.Tests;

public sealed class ChatTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Chat_Room_SaysWhoWritesWhere()
    {
        _run.Chat.Rooms.Add("Planning", RoomRank.Member);
        var ran = await _run.RunAsync("hello\n/who\n/rooms\n", ["chat", "--room", "Planning"]);
        Assert.Equal(0, ran.Code);
        Assert.Contains("2026-11-21 09:30 alice in Planning (sent): hello\n", ran.Output, StringComparison.Ordinal);
        Assert.Contains("bob (Bobby): owner\n", ran.Output, StringComparison.Ordinal);
        Assert.Contains("Planning (", ran.Output, StringComparison.Ordinal);
        Assert.Equal(4, (await _run.RunAsync("", ["chat", "--room", "Nowhere"])).Code);
    }

    [Fact]
    public async Task Chat_JoinAndLeave_ChangeWhereOneWrites()
    {
        _run.Chat.Rooms.Add("Lunch club", RoomRank.None, isOpen: true);
        var ran = await _run.RunAsync("/room Lunch club\nlost\n/join Lunch club\nhello\n/leave Lunch club\nlost too\n/join\n", ["chat"]);
        Assert.Equal(1, _run.Chat.Sends);
        Assert.Contains("You are not in Lunch club; /join Lunch club enters it.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("You now write in Lunch club.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("You left Lunch club.", ran.Error, StringComparison.Ordinal);
        Assert.Contains("/join needs the name of a room", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_RoomWhileOffline_OpensWhatIsKnown()
    {
        _run.Chat.Rooms.Add("Planning", RoomRank.Member);
        _run.Chat.Rooms.Add("Other", RoomRank.None, isOpen: true);
        _run.Chat.Rooms.IsReachable = false;
        _run.Chat.Connection = ConnectionState.Offline;
        var ran = await _run.RunAsync("later\n", ["chat", "--room", "Planning"]);
        Assert.Equal(0, ran.Code);
        Assert.Contains("alice in Planning (queued): later", ran.Output, StringComparison.Ordinal);
        Assert.Equal(5, (await _run.RunAsync("", ["chat", "--room", "Other"])).Code);
    }

    [Fact]
    public async Task Chat_WhatItShows_IsMarkedAsRead()
    {
        _run.Chat.Rooms.Add("Planning", RoomRank.Member);
        var (input, chatting) = await BeginAsync("chat");
        var direct = _run.Chat.Receive("one");
        var room = _run.Chat.ReceiveIn("Planning", "bob", "two");
        while (await UnreadAsync() > 0) await Task.Delay(10);
        input.Complete();
        Assert.Equal(0, (await chatting).Code);
        var marks = _run.Chat.Own.Asked.OfType<OwnRequest.MarkRead>().ToList();
        Assert.Contains(marks, mark => mark.Conversation == Target.Person("bob") && mark.UpTo == direct.Position);
        Assert.Contains(marks, mark => mark.Conversation.IsRoom && mark.UpTo == room.Position);
    }

    [Fact]
    public async Task Chat_TypingAlarmAndNotice_GoToTheStandardErrorOnce()
    {
        var (input, chatting) = await BeginAsync("chat");
        for (var tries = 0; tries < 3; tries++) _run.Chat.Publish(new ChatEvent.Typing(Target.Person("bob"), "bob"));
        _run.Chat.Publish(new ChatEvent.Notice("bob invites you\u001b[2J"));
        _run.Chat.Publish(new ChatEvent.Alarm(1, "Two ledgers."));
        _run.Chat.Receive("done");
        while (await UnreadAsync() > 0) await Task.Delay(10);
        input.Complete();
        var ran = await chatting;
        Assert.Equal(2, ran.Error.Split("bob is typing").Length);
        Assert.Contains("bob invites you\\u{1B}[2J", ran.Error, StringComparison.Ordinal);
        Assert.Contains("ALARM: Two ledgers.", ran.Error, StringComparison.Ordinal);
        Assert.Equal("2026-11-21 09:30 bob: done\n", ran.Output);
    }

    [Theory]
    [InlineData("hello", true)]
    [InlineData("//hello", true)]
    [InlineData("/wi", false)]
    [InlineData("", false)]
    public void Input_Commands_AreNotTypedForOthers(string line, bool expected) => Assert.Equal(expected, ChatInput.IsForOthers(line));

    [Fact]
    public void Typists_AfterSixSecondsOrAMessage_AreGone()
    {
        var time = new ManualTime();
        var typists = new Typists(time);
        var place = Place.Person("bob");
        Assert.True(typists.Heard(Target.Person("bob"), "bob"));
        Assert.False(typists.Heard(Target.Person("bob"), "bob"));
        Assert.Equal("bob is typing", typists.In(place));
        Assert.Null(typists.In(Place.Person("carol")));
        time.Advance(TimeSpan.FromSeconds(5));
        typists.Heard(Target.Person("bob"), "bob");
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.NotNull(typists.In(place));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(typists.In(place));
        typists.Heard(Target.Person("bob"), "bob");
        typists.Wrote("bob");
        Assert.Null(typists.In(place));
    }

    [Fact]
    public void Screen_RoomAndAlarm_FillExactlyTheWindow()
    {
        var chat = new MemoryChat();
        var room = chat.Rooms.Add("Planning", RoomRank.Member, topic: new string('t', 300));
        var screen = new Screen(TimeZoneInfo.Utc, TimeProvider.System) { Me = "alice", Place = Place.Of(room) };
        screen.Put(chat.ReceiveIn("Planning", "bob", "hi"));
        screen.Typists.Heard(Target.Room("Planning"), "carol");
        screen.Alarm("Two ledgers of Planning were shown. \u001b[2J" + new string('x', 100));
        var frame = screen.Draw(new InputLine(), 60, 20);
        Assert.Equal(19, frame.Split("\r\n").Length - 1);
        Assert.Contains("ALARM", frame, StringComparison.Ordinal);
        Assert.Contains("carol is typing", frame, StringComparison.Ordinal);
        Assert.Contains("2 members", frame, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", frame, StringComparison.Ordinal);
        screen.DismissAlarm();
        frame = screen.Draw(new InputLine(), 60, 20);
        Assert.DoesNotContain("ALARM", frame, StringComparison.Ordinal);
        Assert.Equal(19, frame.Split("\r\n").Length - 1);
    }

    private async Task<int> UnreadAsync() => (await _run.Chat.ConversationsAsync(default)).Sum(static one => one.Unread);

    /// <summary>The chat runs until its input is completed.</summary>
    private async Task<(OpenInput Input, Task<Ran> Chatting)> BeginAsync(params string[] arguments)
    {
        var input = new OpenInput();
        var chatting = _run.RunAsync(input.ReadAsync, arguments);
        while (_run.Chat.Listeners == 0) await Task.Delay(5);
        return (input, chatting);
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }

    private sealed class OpenInput
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Complete() => _ended.SetResult();

        public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
        {
            await _ended.Task.WaitAsync(cancellation);
            return 0;
        }
    }
}
