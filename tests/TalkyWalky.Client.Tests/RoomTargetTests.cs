using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>Rooms named by their whole id, for names are not unique.</summary>
public sealed class RoomTargetTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Target_WholeId_MeansThatRoomAmongNamesakesAndImpostors()
    {
        await using var ada = await OpenAsync("ada");
        await using var ben = await OpenAsync("ben");
        var name = TestClient.NewName("twins");
        var (first, second) = (await CreateAsync(ada, name), await CreateAsync(ben, name));
        var impostor = await CreateAsync(ben, first); // a name may look like the id of another room
        foreach (var room in (string[])[second, impostor]) Done(await ben.RoomAsync(new RoomRequest.Add(room, [ada.Name])));
        await ada.UntilRoomAsync(impostor, static info => info.Own == RoomRank.Member);
        await ada.UntilRoomAsync(second, static info => info.Own == RoomRank.Member);
        Done(await ada.RoomAsync(new RoomRequest.Add(first, [ben.Name])));

        Assert.IsType<SendOutcome.Refused>(await ada.SendToRoomAsync(name, "to which?"));
        Assert.IsType<SendOutcome.Sent>(await ada.SendToRoomAsync(first, "in the first"));
        Assert.IsType<SendOutcome.Sent>(await ada.SendToRoomAsync(second.ToUpperInvariant(), "in the second"));
        var received = await ben.ReceiveAsync(2);
        Assert.Equal([(first, "in the first"), (second, "in the second")], received.OrderBy(static one => one.Text, StringComparer.Ordinal).Select(static one => (one.Conversation.ToString(), one.Text)));
        Assert.Empty(await ada.RoomHistoryAsync(impostor));

        var rooms = (string[])[first, second];
        foreach (var room in rooms) await OwnAsync(ben, new OwnRequest.KeepDraft(Target.Room(room), $"draft of {room}"));
        await OwnAsync(ben, new OwnRequest.MarkRead(Target.Room(second), null));
        await OwnAsync(ben, new OwnRequest.Mute(Target.Room(second), IsMuted: true));
        await ben.Chat!.TypingAsync(Target.Room(second), CancellationToken.None);
        Assert.Equal([(1, false), (0, true)], await StandingAsync(ben, rooms));
        var drafts = Assert.IsType<OwnAnswer.Drafts>(await ben.Chat.OwnAsync(new OwnRequest.Drafts(), CancellationToken.None)).Kept;
        Assert.Equal(rooms.Order().Select(static room => (room, $"draft of {room}")), drafts.Select(static one => (one.Conversation.ToString(), one.Text)).Order());

        Assert.Equal(new OwnAnswer.Cleared(1), await ben.Chat.OwnAsync(new OwnRequest.ClearHistory(Target.Room(first)), CancellationToken.None));
        Assert.Single(await ben.RoomHistoryAsync(second));
        await OwnAsync(ben, new OwnRequest.CloseConversation(Target.Room(second)));
        Assert.Equal([(0, false)], await StandingAsync(ben, rooms));
    }

    [Fact]
    public async Task Conversations_RoomJustJoined_IsListedAndToldOfAndNotBefore()
    {
        await using var ada = await OpenAsync("ada");
        await using var ben = await OpenAsync("ben");
        var room = await CreateAsync(ada, TestClient.NewName("invited"));
        Assert.Contains(room, await ListAsync(ada));
        Done(await ada.RoomAsync(new RoomRequest.Invite(room, [ben.Name])));
        await ben.UntilRoomAsync(room, static info => info.Own == RoomRank.Invited);
        Assert.DoesNotContain(room, await ListAsync(ben));

        var told = ben.UntilEventAsync<ChatEvent.ConversationChanged>(one => one.Conversation.Conversation.ToString() == room);
        Done(await ben.RoomAsync(new RoomRequest.Join(room)));
        Assert.Contains(room, await ListAsync(ben));
        Assert.Equal((0, false, (ChatMessage?)null), ((await told).Conversation.Unread, (await told).Conversation.IsClosed, (await told).Conversation.Last));
    }

    [Fact]
    public async Task Discard_MessageThatWasRefused_CanBeSentAnewAndGoes()
    {
        await using var ada = await OpenAsync("ada");
        var id = MessageId.New();
        var nobody = Target.Person("nobody-at-all");
        Assert.IsType<SendOutcome.Refused>(await ada.Chat!.SendAsync(id, nobody, "hello?", CancellationToken.None).WaitAsync(TestClient.Patience));
        Assert.Equal(MessageState.Failed, Assert.Single(await ada.Chat.HistoryAsync(nobody, 10, null, CancellationToken.None)).State);
        await OwnAsync(ada, new OwnRequest.Discard(nobody, id));
        Assert.Empty(await ada.Chat.HistoryAsync(nobody, 10, null, CancellationToken.None));
        Assert.IsType<SendOutcome.Refused>(await ada.Chat.KeepAsync(id, nobody, "hello?", CancellationToken.None));
        Assert.Empty(await ada.Chat.HistoryAsync(nobody, 10, null, CancellationToken.None));
    }

    private async Task<TestClient> OpenAsync(string prefix)
    {
        var client = await TestClient.RegisterAsync(server.Link, prefix);
        await client.OpenAsync();
        return client;
    }

    private static async Task<string> CreateAsync(TestClient client, string name) =>
        Assert.IsType<RoomAnswer.Done>(await client.RoomAsync(new RoomRequest.Create(name, "", IsOpen: false))).Room.Room.ToString();

    private static async Task<IEnumerable<string>> ListAsync(TestClient client) =>
        (await client.Chat!.ConversationsAsync(CancellationToken.None)).Select(static one => one.Conversation.ToString());

    private static async Task<IEnumerable<(int, bool)>> StandingAsync(TestClient client, string[] rooms)
    {
        var listed = await client.Chat!.ConversationsAsync(CancellationToken.None);
        return rooms.SelectMany(room => listed.Where(one => one.Conversation.ToString() == room)).Select(static one => (one.Unread, one.IsMuted));
    }

    private static async Task OwnAsync(TestClient client, OwnRequest request) => Assert.IsType<OwnAnswer.Done>(await client.Chat!.OwnAsync(request, CancellationToken.None));

    private static void Done(RoomAnswer answer) => Assert.True(answer is RoomAnswer.Done, answer.ToString());
}
