using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>Rooms between real profiles and the real server.</summary>
public sealed class RoomTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Room_CreatedWithMembers_CarriesMessagesToAllOfThem()
    {
        await using var crowd = await CrowdAsync("ada", "ben", "cyd");
        var (ada, ben, cyd) = (crowd[0], crowd[1], crowd[2]);
        var room = await ada.CreateRoomAsync("plans");
        Done(await ada.RoomAsync(new RoomRequest.Add(room, [ben.Name, cyd.Name])));
        Assert.IsType<SendOutcome.Sent>(await ada.SendToRoomAsync(room, "hello all"));

        var received = Assert.Single(await ben.ReceiveAsync(1));
        Assert.Equal(("hello all", ada.Name, room, true), (received.Text, received.From, received.With, received.IsRoom));
        Assert.Equal("hello all", Assert.Single(await cyd.ReceiveAsync(1)).Text);

        Assert.IsType<SendOutcome.Sent>(await cyd.SendToRoomAsync(room, "hello ada"));
        Assert.Equal((cyd.Name, "hello ada"), (await ada.ReceiveAsync(1)).Select(static one => (one.From, one.Text)).Single());
        await ben.ReceiveAsync(2);
        Assert.Equal(["hello all", "hello ada"], (await ben.RoomHistoryAsync(room)).Select(static one => one.Text));
    }

    [Fact]
    public async Task Member_RemovedAndAddedAgain_ReadsNothingOfTheTimeBetween()
    {
        await using var crowd = await CrowdAsync("ada", "ben", "cyd");
        var (ada, ben, cyd) = (crowd[0], crowd[1], crowd[2]);
        var room = await ada.CreateRoomAsync("secrets");
        Done(await ada.RoomAsync(new RoomRequest.Add(room, [ben.Name])));
        await ada.SendToRoomAsync(room, "before cyd");
        Done(await ada.RoomAsync(new RoomRequest.Add(room, [cyd.Name])));
        await ada.SendToRoomAsync(room, "with cyd");
        Done(await ada.RoomAsync(new RoomRequest.Remove(room, [cyd.Name])));
        await ada.SendToRoomAsync(room, "without cyd");
        await ben.ReceiveAsync(3);
        Done(await ada.RoomAsync(new RoomRequest.Add(room, [cyd.Name])));
        await ada.SendToRoomAsync(room, "cyd again");

        Assert.Equal(["with cyd", "cyd again"], (await cyd.ReceiveAsync(2)).Select(static one => one.Text));
        Assert.Equal(0, (await cyd.Chat!.StatusAsync(CancellationToken.None)).Pending);
        Done(await ada.RoomAsync(new RoomRequest.Remove(room, [cyd.Name])));
        await cyd.UntilRoomAsync(room, static info => info.Own == RoomRank.None);
        Assert.Contains("not in the room", Assert.IsType<SendOutcome.Refused>(await cyd.SendToRoomAsync(room, "let me in")).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task General_IsThereFromTheStartAndOwnedByWhoJoinsFirst()
    {
        await using var crowd = await CrowdAsync("ada", "ben");
        var (ada, ben) = (crowd[0], crowd[1]);
        var listed = Assert.IsType<RoomAnswer.Rooms>(await ada.RoomAsync(new RoomRequest.List(All: true))).Page;
        Assert.Contains(listed, static room => room.Name == "General" && room.IsOpen);
        Done(await ada.RoomAsync(new RoomRequest.Join("General")));
        Done(await ben.RoomAsync(new RoomRequest.Join("General")));
        Assert.IsType<SendOutcome.Sent>(await ben.SendToRoomAsync("General", "good morning"));
        Assert.Equal("good morning", Assert.Single(await ada.ReceiveAsync(1)).Text);
        Assert.IsType<RoomAnswer.Refused>(await ada.RoomAsync(new RoomRequest.Close("General")));
    }

    [Fact]
    public async Task Join_ByMany_AtOnce_LetsAllIn()
    {
        await using var crowd = await CrowdAsync("ada", "ben", "cyd", "dan", "eve");
        var room = await crowd[0].CreateRoomAsync("open house", isOpen: true);
        var joined = await Task.WhenAll(crowd.Skip(1).Select(one => one.RoomAsync(new RoomRequest.Join(room))));
        Assert.All(joined, static answer => Done(answer));
        await crowd[0].UntilRoomAsync(room, static info => info.Members == 5);
        await Task.WhenAll(crowd.Select(one => one.SendToRoomAsync(room, $"from {one.Name}")));
        foreach (var one in crowd) Assert.Equal(4, (await one.ReceiveAsync(4)).Select(static message => message.From).Distinct().Count());
    }

    [Fact]
    public async Task Rights_AreKept_AndChangesReachEveryone()
    {
        await using var crowd = await CrowdAsync("ada", "ben", "cyd");
        var (ada, ben, cyd) = (crowd[0], crowd[1], crowd[2]);
        var room = await ada.CreateRoomAsync("board");
        Done(await ada.RoomAsync(new RoomRequest.Add(room, [ben.Name])));
        await ben.UntilRoomAsync(room, static info => info.Own == RoomRank.Member);
        Assert.IsType<RoomAnswer.Refused>(await ben.RoomAsync(new RoomRequest.Add(room, [cyd.Name])));
        Done(await ada.RoomAsync(new RoomRequest.SetRole(room, ben.Name, RoomRank.Moderator)));
        await ben.UntilRoomAsync(room, static info => info.Own == RoomRank.Moderator);
        Done(await ben.RoomAsync(new RoomRequest.Invite(room, [cyd.Name])));
        await cyd.UntilRoomAsync(room, static info => info.Own == RoomRank.Invited);
        Done(await cyd.RoomAsync(new RoomRequest.Join(room)));
        Done(await ben.RoomAsync(new RoomRequest.Change(room, "cabinet", "what we decide", null)));
        await cyd.UntilRoomAsync("cabinet", static info => info.Topic == "what we decide");
        var shown = Assert.IsType<RoomAnswer.Shown>(await cyd.RoomAsync(new RoomRequest.Show("cabinet")));
        Assert.Equal([(ada.Name, RoomRank.Owner), (ben.Name, RoomRank.Moderator), (cyd.Name, RoomRank.Member)], shown.Members.Select(static one => (one.Username, one.Rank)));
        Assert.All(shown.Members, static one => Assert.False(one.IsAsleep));

        Done(await ada.RoomAsync(new RoomRequest.Close("cabinet")));
        await cyd.UntilRoomAsync("cabinet", static info => info.IsClosed);
        Assert.Contains("closed", Assert.IsType<SendOutcome.Refused>(await cyd.SendToRoomAsync("cabinet", "anyone?")).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_MadeWhileAway_AreThereAfterTheReturn()
    {
        await using var crowd = await CrowdAsync("ada", "ben", "cyd");
        var (ada, ben, cyd) = (crowd[0], crowd[1], crowd[2]);
        var room = await ada.CreateRoomAsync("nights");
        Done(await ada.RoomAsync(new RoomRequest.Add(room, [ben.Name, cyd.Name])));
        await ben.UntilRoomAsync(room, static info => info.Members == 3);
        await ben.CloseAsync();
        Done(await ada.RoomAsync(new RoomRequest.Remove(room, [cyd.Name])));
        await ada.SendToRoomAsync(room, "while you slept");
        await ben.OpenAsync();
        Assert.Equal("while you slept", Assert.Single(await ben.ReceiveAsync(1)).Text);
        await ben.UntilRoomAsync(room, static info => info.Members == 2);
    }

    private static RoomInfo Done(RoomAnswer answer) => answer is RoomAnswer.Done done ? done.Room : throw new Xunit.Sdk.XunitException(answer.ToString());

    private Task<Crowd> CrowdAsync(params string[] names) => Crowd.OpenAsync(server.Link, names);
}
