using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>Two people against the real server.</summary>
public sealed class ConversationTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Send_BothWays_ArrivesVerifiedAndIsConfirmed()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();

        var sent = Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "Grüße, 世界 👋"));
        var received = Assert.Single(await bob.ReceiveAsync(1));
        Assert.Equal(("Grüße, 世界 👋", alice.Name, true, false, MessageState.Received), (received.Text, received.From, received.Verified, received.GapBefore, received.State));
        Assert.Equal(sent.Message.Id, received.Id);
        await alice.UntilAsync(bob, sent.Message.Id, MessageState.Delivered);

        Assert.IsType<SendOutcome.Sent>(await bob.SendAsync(alice, "and back"));
        Assert.Equal("and back", Assert.Single(await alice.ReceiveAsync(1)).Text);
        var history = await alice.Chat!.HistoryAsync(Target.Person(bob.Name), 10, null, CancellationToken.None);
        Assert.Equal(["Grüße, 世界 👋", "and back"], history.Select(static message => message.Text));
        var page = await alice.Chat!.HistoryAsync(Target.Person(bob.Name), 10, history[1].Position, CancellationToken.None);
        Assert.Equal("Grüße, 世界 👋", Assert.Single(page).Text);
    }

    [Fact]
    public async Task Send_SameIdTwice_IsOneMessage()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        var id = MessageId.New();
        var both = await Task.WhenAll(
            alice.Chat!.SendAsync(id, Target.Person(bob.Name), "once", CancellationToken.None), alice.Chat!.SendAsync(id, Target.Person(bob.Name), "once", CancellationToken.None)).WaitAsync(TestClient.Patience);
        Assert.All(both, static outcome => Assert.IsType<SendOutcome.Sent>(outcome));
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "end"));
        Assert.Equal(["once", "end"], (await bob.ReceiveAsync(2)).Select(static message => message.Text));
    }

    [Fact]
    public async Task Keep_Text_AnswersBeforeItIsSentAndItArrives()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        var chat = await alice.OpenAsync();
        await bob.OpenAsync();
        var kept = Assert.IsType<SendOutcome.Queued>(await chat.KeepAsync(MessageId.New(), Target.Person(bob.Name), "kept", CancellationToken.None).WaitAsync(TestClient.Patience));
        var received = Assert.Single(await bob.ReceiveAsync(1));
        Assert.Equal((kept.Message.Id, "kept"), (received.Id, received.Text));
        await alice.UntilAsync(bob, kept.Message.Id, MessageState.Delivered);
        Assert.IsType<SendOutcome.Sent>(await chat.KeepAsync(kept.Message.Id, Target.Person(bob.Name), "kept", CancellationToken.None));
        Assert.Equal(received.Sequence, (await bob.Chat!.StatusAsync(CancellationToken.None)).Newest);
    }

    [Fact]
    public async Task Send_WhatCannotBeSent_IsRefusedWithASentence()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        var chat = await alice.OpenAsync();
        var nobody = Assert.IsType<SendOutcome.Refused>(await chat.SendAsync(MessageId.New(), Target.Person("nobody-here"), "x", CancellationToken.None).WaitAsync(TestClient.Patience));
        Assert.Contains("nobody-here", nobody.Why, StringComparison.Ordinal);
        Assert.IsType<SendOutcome.Refused>(await alice.SendAsync(alice, "to myself"));
        Assert.IsType<SendOutcome.Refused>(await chat.SendAsync(MessageId.New(), Target.Person("bob"), "", CancellationToken.None));
        Assert.IsType<SendOutcome.Refused>(await chat.SendAsync(MessageId.New(), Target.Person("bob"), new string('x', Limits.Text + 1), CancellationToken.None));
        Assert.IsType<SendOutcome.Refused>(await chat.SendAsync(MessageId.New(), Target.Person("bob"), "\ud800", CancellationToken.None));
        Assert.Equal(0, (await chat.StatusAsync(CancellationToken.None)).Outbox);
    }

    [Fact]
    public async Task Send_LongestText_ArrivesWhole()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        foreach (var text in (string[])[new string('x', Limits.Text), new string('\u0001', Limits.Text), string.Concat(Enumerable.Repeat("👋", Limits.Text / 4))])
            Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, text));
        Assert.Equal([Limits.Text, Limits.Text, Limits.Text / 2], (await bob.ReceiveAsync(3)).Select(static message => message.Text.Length));
    }

    [Fact]
    public async Task Receive_RecipientOfflineThroughout_FindsAllInOrder()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        var sending = Enumerable.Range(0, 300).Select(i => alice.SendAsync(bob, $"{i}")).ToList();
        Assert.All(await Task.WhenAll(sending), static outcome => Assert.IsType<SendOutcome.Sent>(outcome));
        await alice.CloseAsync();
        await bob.OpenAsync();
        Assert.Equal(Enumerable.Range(0, 300).Select(static i => $"{i}"), (await bob.ReceiveAsync(300)).Select(static message => message.Text));
        Assert.All(await bob.Chat!.HistoryAsync(Target.Person(alice.Name), 300, null, CancellationToken.None), static message => Assert.False(message.GapBefore));
    }

    [Fact]
    public async Task Send_MoreThanASessionHolds_GoesOnInTheNext()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        const int Count = Limits.MessagesPerSession + 20;
        var sending = Enumerable.Range(0, Count).Select(i => alice.SendAsync(bob, $"{i}")).ToList();
        var received = await bob.ReceiveAsync(Count);
        Assert.All(await Task.WhenAll(sending), static outcome => Assert.IsType<SendOutcome.Sent>(outcome));
        Assert.Equal(Enumerable.Range(0, Count).Select(static i => $"{i}"), received.Select(static message => message.Text));
        Assert.All(received, static message => Assert.False(message.GapBefore));
    }

    [Fact]
    public async Task Events_AfterASequence_ReplayThenGoOnLive()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        for (var i = 0; i < 3; i++) await alice.SendAsync(bob, $"{i}");
        var first = await bob.ReceiveAsync(3);
        var listening = bob.ReceiveAsync(4, first[0].Sequence);
        await alice.SendAsync(bob, "3");
        await alice.SendAsync(bob, "4");
        Assert.Equal(["1", "2", "3", "4"], (await listening).Select(static message => message.Text));
    }

    [Fact]
    public async Task Logout_LocksUntilTheNextLogin()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        var chat = await alice.OpenAsync();
        await alice.UntilAsync(static status => status.Connection == ConnectionState.Online);
        await chat.LogoutAsync(CancellationToken.None);
        Assert.Equal(ConnectionState.LoggedOut, (await chat.StatusAsync(CancellationToken.None)).Connection);
        Assert.IsType<SendOutcome.NotLoggedIn>(await alice.SendAsync(bob, "x"));
        await Assert.ThrowsAsync<NotLoggedInException>(() => chat.HistoryAsync(Target.Person(bob.Name), 1, null, CancellationToken.None));
        await alice.CloseAsync();

        chat = await alice.OpenAsync();
        await alice.UntilAsync(static status => status.Connection == ConnectionState.LoggedOut);
        Assert.IsType<LoginOutcome.Refused>(await chat.LoginAsync("wrong password", CancellationToken.None));
        Assert.IsType<LoginOutcome.LoggedIn>(await chat.LoginAsync(TestClient.Password, CancellationToken.None));
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "x"));
    }

    [Fact]
    public async Task Users_Online_ShowsPresence()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        var chat = await alice.OpenAsync();
        await alice.UntilAsync(static status => status.Connection == ConnectionState.Online);
        var absent = (await chat.UsersAsync(activeOnly: false, CancellationToken.None)).Single(person => person.Username == bob.Name);
        Assert.Equal(PersonPresence.Offline, absent.Presence);
        Assert.DoesNotContain(await chat.UsersAsync(activeOnly: true, CancellationToken.None), person => person.Username == bob.Name);

        using var patience = new CancellationTokenSource(TestClient.Patience);
        await using var events = chat.EventsAsync(0, patience.Token).GetAsyncEnumerator(patience.Token);
        await bob.OpenAsync();
        await UntilPresenceAsync(events, bob.Name, PersonPresence.Online);
        await bob.Chat!.SetAwayAsync(away: true, CancellationToken.None);
        await UntilPresenceAsync(events, bob.Name, PersonPresence.Away);
        await bob.CloseAsync();
        await UntilPresenceAsync(events, bob.Name, PersonPresence.Offline);
    }

    [Fact]
    public async Task Device_Certificates_AreThree()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        var chat = await alice.OpenAsync();
        var pem = await chat.DevicePemAsync(CancellationToken.None);
        Assert.Equal(3, pem.Split("-----BEGIN CERTIFICATE-----").Length - 1);
        var self = await chat.WhoAmIAsync(CancellationToken.None);
        Assert.Equal(server.Link.ToString(), self.JoinLink);
        Assert.Equal(alice.Name, self.Username);
        Assert.Equal(64, self.Fingerprint.Length);
    }

    private static async Task UntilPresenceAsync(IAsyncEnumerator<ChatEvent> events, string name, PersonPresence presence)
    {
        while (await events.MoveNextAsync())
        {
            if (events.Current is ChatEvent.PresenceChanged { Person: var person } && person.Username == name && person.Presence == presence) return;
        }

        Assert.Fail("the events ended");
    }
}
