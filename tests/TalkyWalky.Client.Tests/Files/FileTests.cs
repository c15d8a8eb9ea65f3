using TalkyWalky.Client.Agent;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Files;

/// <summary>Files between real profiles and the real server.</summary>
public sealed class FileTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Send_ToAPerson_ArrivesWholeOnAllDevicesOfBothAsOneMessage()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        await using var desk = await alice.AddDeviceAsync(server.Link);
        await using var tablet = await bob.AddDeviceAsync(server.Link);
        await desk.OpenAsync();
        await tablet.OpenAsync();
        var (id, file) = (MessageId.New(), Sample(Limits.File));
        var sent = Assert.IsType<SendOutcome.Sent>(await SendAsync(alice, id, Target.Person(bob.Name), file));
        Assert.Equal((file.Name, true), (sent.Message.Text, sent.Message.File!.IsHere));

        var received = Assert.Single(await bob.ReceiveAsync(1));
        Assert.Equal((id, new SharedFile(file.Name, file.Type, file.Content.Length, IsHere: true), false), (received.Id, received.File, received.GapBefore));
        await alice.UntilAsync(bob, id, MessageState.Delivered);
        foreach (var (device, with) in new[] { (alice, bob), (bob, alice), (desk, bob), (tablet, alice) })
        {
            var message = await HereAsync(device, Target.Person(with.Name));
            Assert.Equal(id, message.Id);
            Assert.Equal(file.Content.ToArray(), await ContentAsync(device, Target.Person(with.Name), message));
        }

        var conversation = Assert.Single(await bob.Chat!.ConversationsAsync(CancellationToken.None));
        Assert.Equal((1, file.Name), (conversation.Unread, conversation.Last!.Text));
        Assert.Equal(0, (await alice.UntilAsync(static status => status.Outbox == 0)).Outbox);
    }

    [Fact]
    public async Task Send_SameIdAgain_SendsNothingTwice()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        var (id, to, file) = (MessageId.New(), Target.Person(bob.Name), Sample(200_000));
        Assert.IsType<SendOutcome.Queued>(await alice.Chat!.KeepFileAsync(id, to, file, CancellationToken.None));
        var outcomes = await Task.WhenAll(SendAsync(alice, id, to, file), SendAsync(alice, id, to, file), SendAsync(alice, id, to, Sample(10)));
        Assert.All(outcomes, outcome => Assert.Equal(file.Content.Length, Assert.IsType<SendOutcome.Sent>(outcome).Message.File!.Size));
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "end"));
        Assert.Equal([file.Name, "end"], (await bob.ReceiveAsync(2)).Select(static message => message.Text));
        Assert.Equal(file.Content.ToArray(), await ContentAsync(bob, Target.Person(alice.Name), await HereAsync(bob, Target.Person(alice.Name))));
    }

    [Fact]
    public async Task Send_ToARoom_ReachesEveryMemberAndALargerOneIsRefused()
    {
        await using var ada = await TestClient.RegisterAsync(server.Link, "ada");
        await using var ben = await TestClient.RegisterAsync(server.Link, "ben");
        await using var cyd = await TestClient.RegisterAsync(server.Link, "cyd");
        foreach (var client in new[] { ada, ben, cyd }) await client.OpenAsync();
        var room = await ada.CreateRoomAsync("drafts");
        Assert.IsType<RoomAnswer.Done>(await ada.RoomAsync(new RoomRequest.Add(room, [ben.Name, cyd.Name])));
        var file = Sample(Limits.RoomFile);
        Assert.IsType<SendOutcome.Sent>(await SendAsync(ada, MessageId.New(), Target.Room(room), file));
        foreach (var client in new[] { ben, cyd })
        {
            var message = Assert.Single(await client.ReceiveAsync(1));
            Assert.Equal((room, true), (message.With, message.File!.IsHere));
            Assert.Equal(file.Content.ToArray(), await ContentAsync(client, Target.Room(room), message));
        }

        var refused = Assert.IsType<SendOutcome.Refused>(await SendAsync(ada, MessageId.New(), Target.Room(room), Sample(Limits.RoomFile + 1)));
        Assert.Contains("1 MiB", refused.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_WhatIsNoFile_IsRefusedWithASentence()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await alice.OpenAsync();
        var file = Sample(1);
        foreach (var bad in (OutgoingFile[])
            [
                Sample(Limits.File + 1), file with { Name = "../x" }, file with { Name = "a\\b" }, file with { Name = ".." }, file with { Name = " x" }, file with { Name = "" },
                file with { Name = "exe.\u202efdp" }, file with { Name = "a\nb" }, file with { Name = new string('ä', 128) }, file with { Type = "Image/PNG" }, file with { Type = "png" },
            ])
            Assert.EndsWith(".", Assert.IsType<SendOutcome.Refused>(await SendAsync(alice, MessageId.New(), Target.Person("bob"), bad)).Why, StringComparison.Ordinal);
        Assert.Empty(await alice.Chat!.ConversationsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Send_KilledAndCutBetweenThePartsAndTheFile_LosesNothingAndDoublesNothing()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        var to = Target.Person(bob.Name);
        var files = Enumerable.Range(1, 4).Select(static i => Sample((2 * 1024 * 1024) - i)).ToList();
        foreach (var file in files) Assert.IsType<SendOutcome.Queued>(await alice.Chat!.KeepFileAsync(MessageId.New(), to, file, CancellationToken.None));
        await bob.ReceiveAsync(1); // the parts of the next are on their way
        await bob.CloseAsync();
        server.Cut();
        await alice.CloseAsync();
        await server.KillAsync();
        await server.StartAsync();
        await bob.OpenAsync();
        await alice.OpenAsync();
        await bob.ReceiveAsync(2);
        server.Cut();

        Assert.Equal(files.Select(static file => file.Content.Length), (await bob.ReceiveAsync(4)).Select(static message => (int)message.File!.Size));
        await alice.UntilAsync(static status => status.Outbox == 0);
        foreach (var (device, with) in new[] { (alice, bob), (bob, alice) })
        {
            var history = await device.Chat!.HistoryAsync(Target.Person(with.Name), 100, null, CancellationToken.None);
            Assert.Equal(4, history.Count);
            for (var i = 0; i < 4; i++) Assert.Equal(files[i].Content.ToArray(), await ContentAsync(device, Target.Person(with.Name), history[i]));
        }
    }

    [Fact]
    public async Task NewDevice_OlderFile_IsShownAndNotHere()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        Assert.IsType<SendOutcome.Sent>(await SendAsync(alice, MessageId.New(), Target.Person(bob.Name), Sample(1000)));
        await bob.ReceiveAsync(1);
        await using var tablet = await bob.AddDeviceAsync(server.Link);
        await tablet.OpenAsync();
        var history = await tablet.UntilAsync(chat => chat.HistoryAsync(Target.Person(alice.Name), 10, null, CancellationToken.None), static history => history.Count == 1);
        Assert.Equal(("plan.pdf", false, null), (history[0].Text, history[0].File!.IsHere, history[0].Trouble));
        var missing = Assert.IsType<FileAnswer.Missing>(await tablet.Chat!.FileAsync(Target.Person(alice.Name), history[0].Position, CancellationToken.None));
        Assert.Contains("before this device was there", missing.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_SendAndRead_TakesTheLargestFileBothWays()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await bob.OpenAsync();
        await using var owner = await EnterAsync(alice);
        await using var guest = await EnterAsync(alice);
        var (to, file) = (Target.Person(bob.Name), Sample(Limits.File));
        var sent = Assert.IsType<SendOutcome.Sent>(await guest.SendFileAsync(MessageId.New(), to, file, CancellationToken.None).WaitAsync(TestClient.Patience));
        await bob.ReceiveAsync(1);
        Assert.Equal(file.Content.ToArray(), Assert.IsType<FileAnswer.Found>(await guest.FileAsync(to, sent.Message.Position, CancellationToken.None)).Content.ToArray());
        Assert.IsType<FileAnswer.Missing>(await guest.FileAsync(to, sent.Message.Position + 1, CancellationToken.None));
        Assert.IsType<SendOutcome.Refused>(await guest.SendFileAsync(MessageId.New(), to, Sample(Limits.File + 1), CancellationToken.None));
        Assert.IsType<SendOutcome.Sent>(await guest.SendFileAsync(MessageId.New(), to, Sample(0), CancellationToken.None).WaitAsync(TestClient.Patience));
        await guest.LogoutAsync(CancellationToken.None);
        Assert.IsType<FileAnswer.NotLoggedIn>(await guest.FileAsync(to, sent.Message.Position, CancellationToken.None));
        Assert.IsType<SendOutcome.NotLoggedIn>(await guest.KeepFileAsync(MessageId.New(), to, file, CancellationToken.None));
    }

    internal static OutgoingFile Sample(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        return new OutgoingFile("plan.pdf", "application/pdf", content);
    }

    internal static Task<SendOutcome> SendAsync(TestClient from, MessageId id, Target to, OutgoingFile file) =>
        from.Chat!.SendFileAsync(id, to, file, CancellationToken.None).WaitAsync(TestClient.Patience);

    /// <summary>The newest file of a conversation, once it is here.</summary>
    internal static async Task<ChatMessage> HereAsync(TestClient client, Target of) => (await client.UntilAsync(
        chat => chat.HistoryAsync(of, 100, null, CancellationToken.None), static history => history.LastOrDefault(static one => one.File is not null)?.File?.IsHere == true)).Last(static one => one.File is not null);

    internal static async Task<byte[]> ContentAsync(TestClient client, Target of, ChatMessage message)
    {
        var answer = await client.Chat!.FileAsync(of, message.Position, CancellationToken.None);
        Assert.True(answer is FileAnswer.Found, answer.ToString());
        return ((FileAnswer.Found)answer).Content.ToArray();
    }

    private static async Task<IChat> EnterAsync(TestClient client)
    {
        var opening = await ProfileChat.OpenAsync(
            client.Folder, static _ => Task.FromResult<PassphraseAnswer>(new PassphraseAnswer.Known(TestClient.Passphrase)), client.Environment, CancellationToken.None);
        Assert.True(opening is ChatOpening.Opened, opening.ToString());
        return ((ChatOpening.Opened)opening).Chat;
    }
}
