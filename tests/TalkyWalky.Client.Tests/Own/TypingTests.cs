namespace TalkyWalky.Client.Tests.Own;

public sealed class TypingTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Typing_WhereASessionIsOpen_IsSeenAtOnceAndNotAfterItIsTurnedOff()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await using var carol = await TestClient.RegisterAsync(server.Link, "carol");
        await alice.OpenAsync();
        await carol.OpenAsync();
        await bob.OpenAsync();
        using var patience = new CancellationTokenSource(TestClient.Patience);
        await using var events = bob.Chat!.EventsAsync(0, patience.Token).GetAsyncEnumerator(patience.Token);

        var to = Target.Person(bob.Name);
        await alice.Chat!.TypingAsync(to, CancellationToken.None); // no session yet: lost
        await alice.SendAsync(bob, "0");
        await NextAsync<ChatEvent.Received>(events);
        await alice.Chat!.TypingAsync(to, CancellationToken.None);
        await alice.Chat!.TypingAsync(to, CancellationToken.None); // within three seconds: once
        var typing = await NextAsync<ChatEvent.Typing>(events);
        Assert.Equal((Target.Person(alice.Name), alice.Name), (typing.In, typing.From));

        // Someone else, whose signals have no pause to wait for.
        await carol.SendAsync(bob, "1");
        await bob.Chat!.OwnAsync(new OwnRequest.Settings(null, null, Typing: false), CancellationToken.None);
        await carol.Chat!.TypingAsync(to, CancellationToken.None);
        await carol.SendAsync(bob, "2");
        while (await events.MoveNextAsync())
        {
            Assert.IsNotType<ChatEvent.Typing>(events.Current);
            if (events.Current is ChatEvent.Received { Message.Text: "2" }) return;
        }

        Assert.Fail("the events ended");
    }

    private static async Task<T> NextAsync<T>(IAsyncEnumerator<ChatEvent> events)
        where T : ChatEvent
    {
        while (await events.MoveNextAsync())
        {
            if (events.Current is T wanted) return wanted;
        }

        throw new InvalidOperationException("the events ended");
    }
}
