using System.Globalization;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Backfill;

/// <summary>What a mailbox did not hold comes from the authors, or from an own device.</summary>
public sealed class BackfillTests(FullMailboxServer full) : IClassFixture<FullMailboxServer>
{
    private const int Count = 115;

    private JoinLink Link => full.Server.Link;

    private static string[] Numbers { get; } = [.. Enumerable.Range(0, Count).Select(static i => i.ToString(CultureInfo.InvariantCulture))];

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
        // Once the mailbox is full the messages wait at their author.
        await Task.WhenAll(Numbers.Select(text => alice.SendAsync(bob, text)));
        await bob.OpenAsync();
        var history = await bob.UntilAsync(chat => HistoryAsync(chat, Target.Person(alice.Name)), static history => history.Count == Count + 1 && history.All(static one => !one.GapBefore));
        Assert.Equal(["first", .. Numbers], history.Select(static message => message.Text));
        Assert.Equal(Count + 1, history.Select(static message => message.Id).Distinct().Count());
        Assert.All(history, static message => Assert.True(message.Verified));
    }

    [Fact]
    public async Task Mailbox_FullInARoomOfTen_NineAreServedAndTheTenthCatchesUp()
    {
        await using var crowd = await Crowd.OpenAsync(Link, [.. Enumerable.Range(0, 10).Select(static i => $"m{i}")]);
        var (author, last) = (crowd[0], crowd[9]);
        var room = await author.CreateRoomAsync("ten");
        Assert.IsType<RoomAnswer.Done>(await author.RoomAsync(new RoomRequest.Add(room, [.. crowd.Skip(1).Select(static one => one.Name)])));
        await author.SendToRoomAsync(room, "first");
        await Task.WhenAll(crowd.Skip(1).Select(static one => one.ReceiveAsync(1)));
        await last.CloseAsync();
        var sent = 1;
        foreach (var some in Numbers.Chunk(25)) // no faster than the nine empty their mailboxes
        {
            Assert.All(await Task.WhenAll(some.Select(text => author.SendToRoomAsync(room, text))), static outcome => Assert.IsType<SendOutcome.Sent>(outcome));
            sent += some.Length;
            await Task.WhenAll(crowd.Skip(1).Take(8).Select(one => one.ReceiveAsync(sent)));
        }

        await last.OpenAsync();
        var history = await last.UntilAsync(chat => HistoryAsync(chat, Target.Room(room)), static history => history.Count == Count + 1);
        Assert.Equal(["first", .. Numbers], history.Select(static message => message.Text));
    }

    [Fact]
    public async Task Member_AddedLater_IsGivenNothingOfBefore()
    {
        await using var crowd = await Crowd.OpenAsync(Link, "ada", "ben");
        var (ada, ben) = (crowd[0], crowd[1]);
        var room = await ada.CreateRoomAsync("late");
        await ada.SendToRoomAsync(room, "before");
        Assert.IsType<RoomAnswer.Done>(await ada.RoomAsync(new RoomRequest.Add(room, [ben.Name])));
        await ada.SendToRoomAsync(room, "lost");
        await ben.ReceiveAsync(1);
        await ben.CloseAsync();
        // As if it had never come.
        await EditAsync(ben, static rows =>
        {
            rows.Execute("DELETE FROM message");
            rows.Backfill.Begin(rows.Messages.Owner.User, null, since: 1);
        });
        await ben.OpenAsync();
        var history = await ben.UntilAsync(chat => HistoryAsync(chat, Target.Room(room)), static history => history.Count > 0);
        await ada.SendToRoomAsync(room, "now");
        history = await ben.UntilAsync(chat => HistoryAsync(chat, Target.Room(room)), static history => history.Count > 1);
        Assert.Equal(["lost", "now"], history.Select(static message => message.Text));
    }

    [Fact]
    public async Task Device_AwayForFortyDays_IsGivenByAnOwnDeviceWhatNobodyElseHas()
    {
        await using var alice = await TestClient.RegisterAsync(Link, "alice");
        await using var bob = await TestClient.RegisterAsync(Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        await using var laptop = await alice.AddDeviceAsync(Link);
        await laptop.OpenAsync();
        await bob.SendAsync(alice, "before");
        await laptop.ReceiveAsync(1);
        await laptop.CloseAsync();
        await using var asleep = laptop.Copy();
        await EditAsync(asleep, static rows => rows.Settings.SetNumber(
            SettingNames.Connected, (ulong)TimeProvider.System.GetUtcNow().AddDays(-40).ToUnixTimeMilliseconds()));

        // Another copy of the device empties the mailbox: what comes now is gone for the one that is away.
        await laptop.OpenAsync();
        for (var i = 0; i < 5; i++) await bob.SendAsync(alice, $"{i}");
        await alice.SendAsync(bob, "mine");
        await laptop.UntilAsync(chat => HistoryAsync(chat, Target.Person(bob.Name)), static history => history.Count == 7);
        await laptop.CloseAsync();
        await bob.CloseAsync();

        await asleep.OpenAsync();
        var history = await asleep.UntilAsync(chat => HistoryAsync(chat, Target.Person(bob.Name)), static history => history.Count == 7);
        Assert.Equal(["before", "0", "1", "2", "3", "4", "mine"], history.Select(static message => message.Text));
        Assert.Equal((true, MessageState.Sent), (history[^1].Mine, history[^1].State));
        Assert.Equal(5, (await asleep.ReceiveAsync(6)).Skip(1).Count());
    }

    private static Task<IReadOnlyList<ChatMessage>> HistoryAsync(IChat chat, Target of) => chat.HistoryAsync(of, 1000, null, CancellationToken.None);

    private static async Task EditAsync(TestClient client, Action<Rows> edit)
    {
        var opened = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(client.Folder, TestClient.Passphrase, create: false));
        await using (opened.Folder)
        {
            await opened.Folder.Database.RunAsync(
                rows =>
                {
                    rows.Messages.Owner = (TalkyWalky.Client.Enrol.Credentials.Load(rows, TimeProvider.System.GetUtcNow())!.Identity.User, client.Name);
                    edit(rows);
                },
                CancellationToken.None);
        }
    }
}
