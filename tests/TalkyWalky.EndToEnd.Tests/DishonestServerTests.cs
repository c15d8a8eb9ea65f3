using System.Collections.Concurrent;
using Google.Protobuf;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>
/// What the real programs do when the server lies: it drops, replays, reorders, withholds, forges, forks and rolls back, and adds people. Nothing wrong is shown, and
/// the person is told. docs/threat-model.md has the same as a table.
/// </summary>
public sealed class DishonestServerTests(Quartet quartet) : IClassFixture<Quartet>
{
    private const string Room = "plans";

    [Fact]
    public async Task Drop_AMessage_IsShownAsAGap()
    {
        await using var server = await RoomOfThreeAsync();
        var (bob, dropped) = (server.Listen(server.Bob), false);
        await SayAsync(server.Ada, "one");
        await HearAsync(bob, "one");
        server.Operator.ToDevice = Changing("bob", frame =>
        {
            if (dropped || frame.Delivery?.Envelope.Kind != EnvelopeKind.Message) return [frame];
            dropped = true;
            return [];
        });
        await SayAsync(server.Ada, "two");
        await SayAsync(server.Ada, "three");
        await HearAsync(bob, "three");
        var history = await server.Bob.RoomHistoryAsync(Room);
        Assert.Equal(["one", "three"], history.Select(Messages.Text));
        Assert.Equal([false, true], history.Select(static message => message.GetProperty("gapBefore").GetBoolean()));
    }

    [Fact]
    public async Task ReplayAndReorder_ShowEachMessageOnceInItsAuthorsOrder()
    {
        await using var server = await RoomOfThreeAsync();
        var bob = server.Listen(server.Bob);
        await SayAsync(server.Ada, "zero");
        await HearAsync(bob, "zero");
        var held = new List<ServerFrame>();
        server.Operator.ToDevice = Changing("bob", frame =>
        {
            if (frame.Delivery?.Envelope.Kind != EnvelopeKind.Message) return [frame];
            held.Add(frame);
            // The last comes first, and everything twice.
            return held.Count < 4 ? [] : [.. Enumerable.Reverse(held), .. held];
        });
        foreach (var text in (string[])["one", "two", "three", "four"]) await SayAsync(server.Ada, text);
        await HearAsync(bob, "four");
        var history = await server.Bob.UntilAsync(() => server.Bob.RoomHistoryAsync(Room), static history => history.Count >= 5);
        Assert.Equal(["zero", "one", "two", "three", "four"], history.Select(Messages.Text));
        Assert.All(history, static message => Assert.False(message.GetProperty("gapBefore").GetBoolean()));
    }

    [Fact]
    public async Task Roster_RefusedForAWhile_MessageIsKeptAndGoesOutAfterwards()
    {
        await using var server = await RoomOfThreeAsync();
        var (bob, refusing) = (server.Listen(server.Bob), true);
        server.Operator.ToDevice = Changing("ada", frame => Volatile.Read(ref refusing) && frame.RosterPage is { Request: var request }
            ? [new ServerFrame { Refused = new Refused { Request = request, Code = RefusalCode.Busy, Text = "the server is busy; try again" } }]
            : [frame]);
        server.Listen(server.Ada);
        var agent = Path.Combine(server.Ada.Profile, "agent.sock");
        await server.Ada.UntilAsync(() => Task.FromResult(File.Exists(agent)), static isThere => isThere);
        (await server.Ada.RunAsync(["send", "--room", Room, "kept for now"])).Expect(5);
        Volatile.Write(ref refusing, false);
        await HearAsync(bob, "kept for now");
    }

    [Fact]
    public async Task Message_RefusedForAMoment_SendWaitsForItsFate()
    {
        await using var server = await RoomOfThreeAsync();
        var (bob, left) = (server.Listen(server.Bob), 3);
        server.Operator.ToDevice = Changing("ada", frame => frame.Accepted is { Request: var request } && Interlocked.Decrement(ref left) >= 0
            ? [new ServerFrame { Refused = new Refused { Request = request, Code = RefusalCode.Busy, Text = "the server is busy; try again" } }]
            : [frame]);
        (await server.Ada.RunAsync(["send", "--room", Room, "in the end"])).Expect(0);
        await HearAsync(bob, "in the end");
        Assert.True(Volatile.Read(ref left) < 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rooms_RefusedForAWhile_AreThereAfterwards(bool alsoTheList)
    {
        await using var server = await RoomOfThreeAsync();
        var (refused, refusing) = (0, true);
        server.Operator.ToDevice = Changing("bob", frame =>
        {
            var request = frame.LedgerPage?.Request ?? (alsoTheList ? frame.Rooms?.Request : null);
            if (request is null || !Volatile.Read(ref refusing)) return [frame];
            Interlocked.Increment(ref refused);
            return [new ServerFrame { Refused = new Refused { Request = request.Value, Code = RefusalCode.Busy, Text = "the server is busy; try again" } }];
        });
        server.Listen(server.Bob);
        await server.Bob.UntilAsync(() => Task.FromResult(Volatile.Read(ref refused)), static count => count > 1);
        Assert.DoesNotContain(Room, await RoomsAsync(), StringComparison.Ordinal);
        Volatile.Write(ref refusing, false);
        await server.Bob.UntilAsync(RoomsAsync, static rooms => rooms.Contains(Room, StringComparison.Ordinal));

        async Task<string> RoomsAsync() => (await server.Bob.RunAsync(["room", "list", "--json"])).Expect(0).Output;
    }

    [Fact]
    public async Task AlteredMessage_ShowsNothing()
    {
        await using var server = await RoomOfThreeAsync();
        var (bob, altered) = (server.Listen(server.Bob), false);
        await SayAsync(server.Ada, "before");
        await HearAsync(bob, "before");
        server.Operator.ToDevice = Changing("bob", frame =>
        {
            if (altered || frame.Delivery?.Envelope.Kind != EnvelopeKind.Message) return [frame];
            altered = true;
            var payload = frame.Delivery.Envelope.Payload.ToByteArray();
            payload[^30] ^= 1;
            frame.Delivery.Envelope.Payload = ByteString.CopyFrom(payload);
            return [frame];
        });
        await SayAsync(server.Ada, "altered on its way");
        await SayAsync(server.Ada, "as it was written");
        await HearAsync(bob, "as it was written");
        Assert.True(altered);
        Assert.Equal(["before", "as it was written"], (await server.Bob.RoomHistoryAsync(Room)).Select(Messages.Text));
    }

    [Fact]
    public async Task WithholdCommits_AlarmsAndTheMessageWaits()
    {
        await using var server = await RoomOfThreeAsync();
        var bob = server.Listen(server.Bob);
        await SayAsync(server.Ada, "all three");
        await HearAsync(bob, "all three");
        // Bob is not to learn that cyd was removed.
        var hides = true;
        server.Operator.ToDevice = Changing("bob", frame =>
        {
            if (!hides) return [frame];
            if (frame.RoomChanged is not null) return [];
            if (frame.LedgerPage is { } page) (page.Epoch, page.More) = (page.Epoch - (ulong)page.Commits.Count, false);
            frame.LedgerPage?.Commits.Clear();
            return [frame];
        });
        await server.Ada.RoomAsync("remove", Room, "cyd");
        await SayAsync(server.Ada, "without cyd");
        Assert.Contains("withholds", await AlarmAsync(bob), StringComparison.Ordinal);
        Assert.Equal(["all three"], (await server.Bob.RoomHistoryAsync(Room)).Select(Messages.Text));

        hides = false;
        server.Operator.Cut("bob");
        await HearAsync(bob, "without cyd");
    }

    [Fact]
    public async Task Ghost_AddedToRosters_GetsNoKeyAndAnswersForMembersOnly()
    {
        await using var server = await RoomOfThreeAsync();
        var (bob, mal) = (server.Listen(server.Bob), server.Listen(server.Mal));
        PersonFound? ghost = null;
        server.Operator.ToDevice = Changing("ada", frame =>
        {
            if (frame.PersonFound is { Person.Username: "mal" } found) ghost = found.Clone();
            // mal's devices among bob's, and mal as a member.
            if (frame.RosterPage is not { } page || ghost is null) return [frame];
            foreach (var bobs in page.People.Where(static person => person.Person.Username == "bob")) bobs.Devices.Add(ghost.Devices);
            page.People.Add(ghost);
            return [frame];
        });
        (await server.Ada.SendAsync("mal", "hello")).Expect(0);
        Assert.NotNull(ghost);
        await SayAsync(server.Ada, "for members only");
        await HearAsync(bob, "for members only");
        var readers = server.Operator.FromDevices.Where(static frame => frame.Publish?.Envelope.Epoch > 0).SelectMany(static frame => frame.Publish.Recipients).Select(static one => one.Device);
        Assert.DoesNotContain(ghost!.Devices[0].Device_, readers);
        Assert.DoesNotContain("\"mal\"", (await server.Ada.RunAsync(["room", "members", Room, "--json"])).Expect(0).Output, StringComparison.Ordinal);
        await mal.SignalAsync("INT");
    }

    [Fact]
    public async Task InsistingOnAGhost_SendsNothingAndAlarms()
    {
        await using var server = await RoomOfThreeAsync();
        var ada = server.Ada.Start("chat", "--room", Room);
        server.Operator.FromDevice = async (line, frame) =>
        {
            if (line.User != "ada" || frame.Publish?.Envelope.Epoch is not > 0) return [frame];
            await line.ToDeviceAsync(new ServerFrame { Refused = new Refused { Request = frame.Publish.Request, Code = RefusalCode.DevicesChanged, Text = "the devices changed" } });
            return [];
        };
        await ada.Input.WriteLineAsync("not for ghosts");
        await ada.Input.FlushAsync();
        Assert.Contains("somebody else to read along", await AlarmedAsync(ada), StringComparison.Ordinal);
        Assert.Equal("queued", Assert.Single(await server.Ada.RoomHistoryAsync(Room)).State());
    }

    [Fact]
    public async Task ForgedCommit_IsRefusedAndAlarms()
    {
        await using var server = await RoomOfThreeAsync();
        var bob = server.Listen(server.Bob);
        await SayAsync(server.Ada, "before");
        await HearAsync(bob, "before");
        server.Operator.ToDevice = Changing("bob", frame =>
        {
            for (var n = 0; n < (frame.LedgerPage?.Commits.Count ?? 0); n++) frame.LedgerPage!.Commits[n] = Forge(frame.LedgerPage.Commits[n]);
            return [frame];
        });
        await server.Ada.RoomAsync("topic", Room, "what nobody signed");
        Assert.Contains("nobody of your organisation signed", await AlarmAsync(bob), StringComparison.Ordinal);
        Assert.DoesNotContain("what nobody signed", (await server.Bob.RunAsync(["room", "list"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fork_TwoLedgersForTwoMembers_FreezesAndAlarms()
    {
        await using var server = await RoomOfThreeAsync();
        await server.Ada.RoomAsync("role", Room, "bob", "owner");
        var cyd = server.Listen(server.Cyd);
        await SayAsync(server.Ada, "before");
        await HearAsync(cyd, "before");

        // Bob's commit is held back and ada's takes its place; cyd is shown bob's.
        var bobs = new ConcurrentQueue<ByteString>();
        server.Operator.FromDevice = async (line, frame) =>
        {
            if (line.User != "bob" || frame.Commit is not { } commit) return [frame];
            bobs.Enqueue(commit.Token);
            await line.ToDeviceAsync(new ServerFrame { Refused = new Refused { Request = commit.Request, Code = RefusalCode.NotAllowed, Text = "not now" } });
            return [];
        };
        Assert.Equal(4, (await server.Bob.RunAsync(["room", "topic", Room, "bob's topic"])).Exit);
        server.Operator.ToDevice = Changing("cyd", frame =>
        {
            if (frame.LedgerPage is { Commits.Count: > 0 } page) page.Commits[0] = bobs.First();
            return [frame];
        });
        await server.Ada.RoomAsync("topic", Room, "ada's topic");
        await SayAsync(server.Ada, "on ada's side");
        Assert.Contains("two histories", await AlarmAsync(cyd), StringComparison.Ordinal);
        Assert.Equal(["before"], (await server.Cyd.RoomHistoryAsync(Room)).Select(Messages.Text));
        var refused = await server.Cyd.RunAsync(["send", "--room", Room, "frozen"]);
        Assert.Equal(4, refused.Exit);
        Assert.Contains("two histories", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RolledBackLedgerAndHiddenRoom_AlarmAndChangeNothing()
    {
        await using var server = await RoomOfThreeAsync();
        var bob = server.Listen(server.Bob);
        await SayAsync(server.Ada, "now");
        await HearAsync(bob, "now");
        server.Operator.ToDevice = Changing("bob", frame =>
        {
            foreach (var room in frame.Rooms?.Rooms_ ?? []) room.Epoch = 1;
            return [frame];
        });
        server.Operator.Cut("bob");
        Assert.Contains("as it was earlier", await AlarmAsync(bob), StringComparison.Ordinal);
        server.Operator.ToDevice = Changing("bob", frame =>
        {
            frame.Rooms?.Rooms_.Clear();
            return [frame];
        });
        server.Operator.Cut("bob");
        Assert.Contains("does not list the room", await AlarmAsync(bob), StringComparison.Ordinal);
        await SayAsync(server.Bob, "still here");
        Assert.Equal(["now", "still here"], (await server.Bob.RoomHistoryAsync(Room)).Select(Messages.Text));
    }

    [Fact]
    public async Task SwappedPerson_IsNeitherAddedNorWrittenTo()
    {
        await using var server = await RoomOfThreeAsync();
        PersonFound? other = null;
        server.Operator.ToDevice = Changing("ada", frame =>
        {
            if (frame.PersonFound is not { } found) return [frame];
            if (found.Person.Username == "cyd") other = found.Clone();
            // Whoever asks for mal gets cyd's devices under mal's name.
            if (found.Person.Username != "mal" || other is null) return [frame];
            found.Devices.Clear();
            found.Devices.Add(other.Devices);
            return [frame];
        });
        (await server.Ada.SendAsync("cyd", "hello")).Expect(0);
        var add = await server.Ada.RunAsync(["room", "add", Room, "mal"]);
        Assert.Equal(4, add.Exit);
        var send = await server.Ada.RunAsync(["send", "--to", "mal", "for mal only"]);
        Assert.Equal(5, send.Exit);
        Assert.Contains("name another person", send.Errors, StringComparison.Ordinal);
    }

    private async Task<DishonestServer> RoomOfThreeAsync()
    {
        var server = await DishonestServer.StartAsync(quartet);
        try
        {
            await server.Ada.RoomAsync("create", Room);
            await server.Ada.RoomAsync("add", Room, "bob", "cyd");
            return server;
        }
        catch
        {
            await server.DisposeAsync(); // the others need its port
            throw;
        }
    }

    private static async Task SayAsync(Member member, string text) => (await member.RunAsync(["send", "--room", Room, text])).Expect(0);

    private static Task<string> HearAsync(RunningProgram listening, string text) => listening.LineAsync(line => line.Contains($"\"text\":\"{text}\"", StringComparison.Ordinal));

    private static Task<string> AlarmAsync(RunningProgram listening) =>
        listening.ErrorLineAsync(static line => line.StartsWith("{\"alarm\":", StringComparison.Ordinal));

    private static Func<FrameProxy.Line, ServerFrame, Task<IEnumerable<ServerFrame>>> Changing(string user, Func<ServerFrame, IEnumerable<ServerFrame>> change) =>
        (line, frame) => Task.FromResult(line.User == user ? change(frame) : [frame]);

    // The chat on a pipe prints alarms as sentences.
    private static async Task<string> AlarmedAsync(RunningProgram chat) => await chat.ErrorLineAsync(static line => line.StartsWith("ALARM: ", StringComparison.Ordinal));

    // One bit of the signature.
    private static ByteString Forge(ByteString token)
    {
        var bytes = token.ToByteArray();
        bytes[^40] = bytes[^40] == (byte)'A' ? (byte)'B' : (byte)'A';
        return ByteString.CopyFrom(bytes);
    }
}
