using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Own;

/// <summary>What the devices of one person tell each other, against the real server.</summary>
public sealed class OwnDevicesTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Changes_OnOneDevice_AreInStepOnTheOther()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        await using var laptop = await alice.AddDeviceAsync(server.Link);
        await laptop.OpenAsync();
        await laptop.UntilAsync(static status => status.Connection == ConnectionState.Online);
        await bob.SendAsync(alice, "0");
        await bob.SendAsync(alice, "1");
        await alice.ReceiveAsync(2);
        await laptop.ReceiveAsync(2);
        var with = Target.Person(bob.Name);
        Assert.Equal(2, Assert.Single(await laptop.Chat!.ConversationsAsync(CancellationToken.None)).Unread);

        await DoneAsync(alice, new OwnRequest.MarkRead(with, null));
        await DoneAsync(alice, new OwnRequest.Mute(with, IsMuted: true));
        await laptop.UntilAsync(ListAsync, static list => list is [{ Unread: 0, IsMuted: true }]);

        await alice.Chat!.OwnAsync(new OwnRequest.Settings(null, ReadReceipts: false, null), CancellationToken.None);
        await laptop.UntilAsync(
            static chat => chat.OwnAsync(new OwnRequest.Settings(null, null, null), CancellationToken.None), static answer => answer is OwnAnswer.Settings { DeliveredReceipts: true, ReadReceipts: false });

        await DoneAsync(laptop, new OwnRequest.CloseConversation(with));
        await alice.UntilAsync(ListAsync, static list => list.Count == 0);
        await bob.SendAsync(alice, "2");
        await alice.UntilAsync(ListAsync, static list => list is [{ Unread: 1, IsMuted: true }]);
        await laptop.UntilAsync(ListAsync, static list => list is [{ Unread: 1 }]);
    }

    [Fact]
    public async Task NewDevice_GetsTheWholeHistoryAndStateOfTheOther()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        for (var i = 0; i < 300; i++)
        {
            var text = $"{i} {new string('x', 400)}";
            Assert.IsType<SendOutcome.Sent>(await (i % 3 == 0 ? alice.SendAsync(bob, text) : bob.SendAsync(alice, text)));
        }

        await alice.ReceiveAsync(200);
        var with = Target.Person(bob.Name);
        await DoneAsync(alice, new OwnRequest.MarkRead(with, null));
        await bob.SendAsync(alice, "unread");
        await alice.ReceiveAsync(201);

        await using var laptop = await alice.AddDeviceAsync(server.Link);
        await laptop.OpenAsync();
        var whole = await laptop.UntilAsync(chat => chat.HistoryAsync(with, 1000, null, CancellationToken.None), static history => history.Count == 301);
        var known = await alice.Chat!.HistoryAsync(with, 1000, null, CancellationToken.None);
        Assert.Equal(known.Select(static message => (message.Id, message.Text, message.From, message.Mine)), whole.Select(static message => (message.Id, message.Text, message.From, message.Mine)));
        Assert.All(whole, static message => Assert.False(message.GapBefore));
        await laptop.UntilAsync(ListAsync, static list => list is [{ Unread: 1 }]);
    }

    [Fact]
    public async Task ReadReceipt_ReachesTheAuthorUnlessItIsTurnedOff()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        var first = Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "0")).Message.Id;
        await bob.ReceiveAsync(1);
        await DoneAsync(bob, new OwnRequest.MarkRead(Target.Person(alice.Name), null));
        await alice.UntilAsync(bob, first, MessageState.Read);

        await bob.Chat!.OwnAsync(new OwnRequest.Settings(DeliveredReceipts: false, ReadReceipts: false, null), CancellationToken.None);
        var second = Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "1")).Message.Id;
        await bob.ReceiveAsync(2);
        await DoneAsync(bob, new OwnRequest.MarkRead(Target.Person(alice.Name), null));
        await bob.Chat!.OwnAsync(new OwnRequest.Settings(DeliveredReceipts: true, null, null), CancellationToken.None);
        var third = Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "2")).Message.Id;
        await alice.UntilAsync(bob, third, MessageState.Delivered);
        var history = await alice.Chat!.HistoryAsync(Target.Person(bob.Name), 10, null, CancellationToken.None);
        Assert.Equal(MessageState.Sent, history.Single(message => message.Id == second).State);
    }

    [Fact]
    public async Task Receipts_OfARoom_CountOnceEveryMemberHasTold()
    {
        await using var crowd = await Crowd.OpenAsync(server.Link, "ada", "ben", "cyd");
        var (ada, ben, cyd) = (crowd[0], crowd[1], crowd[2]);
        var room = await ada.CreateRoomAsync("readers");
        Assert.IsType<RoomAnswer.Done>(await ada.RoomAsync(new RoomRequest.Add(room, [ben.Name, cyd.Name])));
        await ben.UntilRoomAsync(room, static info => info.Own == RoomRank.Member);
        await cyd.CloseAsync();
        await ada.SendToRoomAsync(room, "0");
        await ben.ReceiveAsync(1);
        await DoneAsync(ben, new OwnRequest.MarkRead(Target.Room(room), null));
        await ben.UntilAsync(static status => status.Outbox == 0);
        Assert.Equal(MessageState.Sent, Assert.Single(await ada.RoomHistoryAsync(room)).State);
        await cyd.OpenAsync();
        await ada.UntilAsync(HistoryAsync, static history => history is [{ State: MessageState.Delivered }]);
        await DoneAsync(cyd, new OwnRequest.MarkRead(Target.Room(room), null));
        await ada.UntilAsync(HistoryAsync, static history => history is [{ State: MessageState.Read }]);

        Task<IReadOnlyList<ChatMessage>> HistoryAsync(IChat chat) => chat.HistoryAsync(Target.Room(room), 10, null, CancellationToken.None);
    }

    [Fact]
    public async Task Name_SetRevertedAndForgotten_IsSeenByOthersAndOnEveryOwnDevice()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        await using var laptop = await alice.AddDeviceAsync(server.Link);
        await laptop.OpenAsync();
        await laptop.UntilAsync(static status => status.Connection == ConnectionState.Online);
        await alice.SendAsync(bob, "0");
        await bob.ReceiveAsync(1);

        await DoneAsync(alice, new OwnRequest.SetName("Alice the Great"));
        var from = Target.Person(alice.Name);
        await bob.UntilAsync(chat => chat.HistoryAsync(from, 1, null, CancellationToken.None), static history => history is [{ FromName: "Alice the Great" }]);
        var people = await bob.Chat!.UsersAsync(activeOnly: false, CancellationToken.None);
        Assert.Equal("Alice the Great", people.Single(person => person.Username == alice.Name).Name);
        await laptop.UntilAsync(NamesAsync, static answer => answer is OwnAnswer.Names { Current: "Alice the Great", Used.Count: 1 });

        await DoneAsync(laptop, new OwnRequest.RevertName());
        await bob.UntilAsync(chat => chat.HistoryAsync(from, 1, null, CancellationToken.None), static history => history is [{ FromName: null }]);
        await alice.UntilAsync(NamesAsync, answer => answer is OwnAnswer.Names names && names.Current == alice.Name && names.Used.Count == 2);
        await DoneAsync(alice, new OwnRequest.ClearNameHistory());
        await laptop.UntilAsync(NamesAsync, static answer => answer is OwnAnswer.Names { Used.Count: 0 });
    }

    [Fact]
    public async Task Name_ThatCannotBe_IsRefusedAndOneWithoutAConnectionWaits()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        var chat = await alice.OpenAsync();
        Assert.IsType<OwnAnswer.Refused>(await chat.OwnAsync(new OwnRequest.SetName(" blank"), CancellationToken.None));
        Assert.IsType<OwnAnswer.Refused>(await chat.OwnAsync(new OwnRequest.SetName(new string('x', Limits.ShownName + 1)), CancellationToken.None));
        await alice.CloseAsync();
        await server.KillAsync();
        try
        {
            chat = await alice.OpenAsync();
            Assert.IsType<OwnAnswer.Unreachable>(await chat.OwnAsync(new OwnRequest.SetName("Alice"), CancellationToken.None));
        }
        finally
        {
            await server.StartAsync();
        }
    }

    private static Task<IReadOnlyList<ConversationInfo>> ListAsync(IChat chat) => chat.ConversationsAsync(CancellationToken.None);

    private static Task<OwnAnswer> NamesAsync(IChat chat) => chat.OwnAsync(new OwnRequest.NameHistory(), CancellationToken.None);

    private static async Task DoneAsync(TestClient client, OwnRequest request)
    {
        var answer = await client.Chat!.OwnAsync(request, CancellationToken.None).WaitAsync(TestClient.Patience);
        Assert.True(answer is OwnAnswer.Done, answer.ToString());
    }
}
