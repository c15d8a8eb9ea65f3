using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Backfill;

/// <summary>What a mailbox did not hold comes from the authors, or from an own device.</summary>
public sealed class BackfillTests(FullMailboxServer full) : IClassFixture<FullMailboxServer>
{
    private const int Count = 160;

    private JoinLink Link => full.Server.Link;

    [Fact]
    public async Task Mailbox_FullInADirectConversation_AuthorGivesTheRest()
    {
        await using var alice = await TestClient.RegisterAsync(Link, "alice");
        await using var bob = await TestClient.RegisterAsync(Link, "bob");
        await bob.OpenAsync();
        await alice.OpenAsync();
        await alice.SendAsync(bob, "first");
        await bob.ReceiveAsync(1);
        await bob.CloseAsync();
        for (var i = 0; i < Count; i++) await alice.Chat!.SendAsync(MessageId.New(), Target.Person(bob.Name), $"{i}", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        await bob.OpenAsync();
        var history = await bob.UntilAsync(
            chat => chat.HistoryAsync(Target.Person(alice.Name), 1000, null, CancellationToken.None), static history => history.Count == Count + 1);
        Assert.Equal(["first", .. Enumerable.Range(0, Count).Select(static i => $"{i}")], history.Select(static message => message.Text));
        Assert.All(history, static message => Assert.True(message.Verified));
        await bob.UntilAsync(
            chat => chat.HistoryAsync(Target.Person(alice.Name), 1000, null, CancellationToken.None), static history => history.All(static message => !message.GapBefore));
    }
}
