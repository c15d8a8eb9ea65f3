using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Store;

public sealed class MessageOrderTests
{
    private static readonly DateTimeOffset Noon = TestProfile.Noon;
    private static readonly SessionId Session = new(Digest.Sha256("session"u8));

    [Fact]
    public async Task History_SenderWhoseClockRunsBackwards_KeepsTheOrderOfTheSession()
    {
        await using var profile = await TestProfile.CreateAsync();
        for (var n = 0; n < 5; n++) await ReceiveAsync(profile, n, Noon.AddMinutes(-n), Noon);
        Assert.Equal(["0", "1", "2", "3", "4"], await TextsAsync(profile));
    }

    [Fact]
    public async Task History_AnyOrderOfArrival_IsTheOrderOfTheSession()
    {
        await using var profile = await TestProfile.CreateAsync();
        foreach (var n in (int[])[4, 0, 3, 1, 2, 9, 5]) await ReceiveAsync(profile, n, Noon, Noon);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "9"], await TextsAsync(profile));
    }

    [Fact]
    public async Task History_LateMessageBetweenCrowdedPlaces_StillFindsRoom()
    {
        await using var profile = await TestProfile.CreateAsync();
        await ReceiveAsync(profile, 0, Noon, Noon);
        await ReceiveAsync(profile, 2, Noon, Noon);
        var places = (await HistoryAsync(profile)).Select(static message => message.Position).ToList();
        // Every place between the two is taken by others.
        await profile.DoAsync(rows =>
        {
            for (var place = places[0] + 1; place < places[1]; place++)
            {
                var id = MessageId.New();
                rows.Messages.AddOwn(1, id, "other", Noon);
                rows.Execute("UPDATE message SET position = ?1 WHERE message = ?2", place, id.ToArray());
            }

            return true;
        });
        await ReceiveAsync(profile, 1, Noon, Noon);
        Assert.Equal(["0", "1", "2"], (await TextsAsync(profile)).Where(static text => text != "other"));
    }

    [Fact]
    public async Task History_PagedWhileMessagesArrive_GivesEachOfTheFirstOnce()
    {
        await using var profile = await TestProfile.CreateAsync();
        for (var n = 0; n < 300; n += 2) await ReceiveAsync(profile, n, Noon.AddSeconds(n), Noon.AddSeconds(300));
        var (seen, before, late) = (new List<string>(), (long?)null, 1);
        while (await profile.DoAsync(rows => rows.Messages.History(1, 20, before)) is { Count: > 0 } page)
        {
            seen.InsertRange(0, page.Select(static message => message.Text));
            before = page[0].Position;
            // New ones behind, and late ones between those read and those not read yet.
            await profile.DoAsync(static rows => rows.Messages.AddOwn(1, MessageId.New(), "mine", Noon.AddSeconds(400)));
            for (var i = 0; i < 10; i++, late += 2) await ReceiveAsync(profile, late, Noon.AddSeconds(late), Noon.AddSeconds(300));
        }

        Assert.Equal(Enumerable.Range(0, 150).Select(static i => $"{2 * i}"), seen.Where(static text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) % 2 == 0));
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public async Task History_MoreThanAPage_IsOnePage()
    {
        await using var profile = await TestProfile.CreateAsync();
        await profile.DoAsync(rows => Enumerable.Range(0, 999).Count(n => rows.Messages.AddReceived(Text(profile, n, Noon), Noon)));
        for (var i = 0; i < 3; i++) await profile.DoAsync(static rows => rows.Messages.AddOwn(1, MessageId.New(), "mine", Noon.AddSeconds(1)));
        Assert.Equal(MessageRows.LargestPage, (await profile.DoAsync(static rows => rows.Messages.History(1, int.MaxValue, null))).Count);
        Assert.Equal(MessageRows.LargestPage, (await profile.DoAsync(static rows => rows.Messages.HistoryAfter(1, int.MaxValue, 0))).Count);
        Assert.Empty(await profile.DoAsync(static rows => rows.Messages.History(1, -1, null)));
    }

    [Fact]
    public async Task ForReceived_ManyMessages_LookUpIndexesOnly()
    {
        await using var profile = await TestProfile.CreateAsync();
        var plan = await profile.DoAsync(static rows => rows.Query(
            """
            EXPLAIN QUERY PLAN SELECT m.position, ?2 + 1 FROM receiving r CROSS JOIN message m ON m.session = r.session
            WHERE r.before = ?1 AND r.before_n >= ?2 ORDER BY m.n LIMIT 1
            """,
            static reader => reader.GetString(3), Session.ToArray(), 1));
        Assert.DoesNotContain(plan, static step => step.StartsWith("SCAN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task History_SenderWhoseClockRunsAhead_DoesNotPassLaterMessages()
    {
        await using var profile = await TestProfile.CreateAsync();
        await ReceiveAsync(profile, 0, Noon.AddYears(5), Noon);
        await profile.DoAsync(static rows => rows.Messages.AddOwn(1, MessageId.New(), "mine", Noon.AddSeconds(1)));
        Assert.Equal(["0", "mine"], await TextsAsync(profile));
    }

    [Fact]
    public async Task History_TimeBefore1970_IsStoredAtTheStart()
    {
        await using var profile = await TestProfile.CreateAsync();
        await ReceiveAsync(profile, 0, DateTimeOffset.UnixEpoch.AddYears(-10), Noon);
        Assert.True((await HistoryAsync(profile)).Single().Position >= 0);
    }

    [Fact]
    public async Task AddReceived_SameMessageTwice_IsStoredOnce()
    {
        await using var profile = await TestProfile.CreateAsync();
        var text = Text(profile, 0, Noon);
        Assert.True(await profile.DoAsync(rows => rows.Messages.AddReceived(text, Noon)));
        Assert.False(await profile.DoAsync(rows => rows.Messages.AddReceived(text with { N = 7 }, Noon)));
        Assert.Single(await HistoryAsync(profile));
    }

    [Fact]
    public async Task ArrivedAfter_CountsInOrderOfArrival()
    {
        await using var profile = await TestProfile.CreateAsync();
        foreach (var n in (int[])[2, 0, 1]) await ReceiveAsync(profile, n, Noon, Noon);
        var arrived = await profile.DoAsync(static rows => rows.Messages.ArrivedAfter(1, 10));
        Assert.Equal(["0", "1"], arrived.Select(static message => message.Text));
        Assert.Equal([2L, 3L], arrived.Select(static message => message.Sequence));
    }

    [Fact]
    public async Task GapBefore_MissingIndex_ShowsAtTheNextMessageAndGoesWhenItComes()
    {
        await using var profile = await TestProfile.CreateAsync();
        await ReceiveAsync(profile, 0, Noon, Noon);
        await ReceiveAsync(profile, 2, Noon, Noon);
        await profile.DoAsync(static rows => rows.Execute("INSERT INTO gap(session, n) VALUES (?1, 1)", Session.ToArray()));
        Assert.Equal([false, true], (await HistoryAsync(profile)).Select(static message => message.GapBefore));
        await profile.DoAsync(static rows => rows.Execute("DELETE FROM gap"));
        Assert.All(await HistoryAsync(profile), static message => Assert.False(message.GapBefore));
    }

    [Fact]
    public async Task GapBefore_PreviousSessionNeverSeen_ShowsAtTheFirstMessage()
    {
        await using var profile = await TestProfile.CreateAsync();
        await profile.DoAsync(static rows => rows.Execute(
            "INSERT INTO receiving(session, contact, next, before, before_n, opened, used, value) VALUES (?1, 1, 1, ?2, 4, 0, 0, x'')",
            Session.ToArray(), Digest.Sha256("before"u8).ToArray()));
        await ReceiveAsync(profile, 0, Noon, Noon);
        await ReceiveAsync(profile, 1, Noon, Noon);
        Assert.Equal([true, false], (await HistoryAsync(profile)).Select(static message => message.GapBefore));
    }

    [Fact]
    public async Task SetDelivered_BeforeSent_IsNotTakenBack()
    {
        await using var profile = await TestProfile.CreateAsync();
        var id = MessageId.New();
        await profile.DoAsync(rows => rows.Messages.AddOwn(1, id, "mine", Noon));
        Assert.Equal(MessageState.Delivered, (await profile.DoAsync(rows => rows.Messages.SetDelivered(id, 1)))?.State);
        Assert.Null(await profile.DoAsync(rows => rows.Messages.SetSent(id)));
    }

    [Fact]
    public async Task SetDelivered_BySomeoneElse_ChangesNothing()
    {
        await using var profile = await TestProfile.CreateAsync();
        var id = MessageId.New();
        await profile.DoAsync(rows => rows.Messages.AddOwn(1, id, "mine", Noon));
        Assert.Null(await profile.DoAsync(rows => rows.Messages.SetDelivered(id, 2)));
    }

    private static ReceivedText Text(TestProfile profile, int n, DateTimeOffset sent) =>
        new(profile.Bob, MessageId.New(), 1, Session, n, sent, Kind: null, n.ToString(System.Globalization.CultureInfo.InvariantCulture), Trouble: null, Mine: false);

    private static Task<bool> ReceiveAsync(TestProfile profile, int n, DateTimeOffset sent, DateTimeOffset now) =>
        profile.DoAsync(rows => rows.Messages.AddReceived(Text(profile, n, sent), now));

    private static Task<List<ChatMessage>> HistoryAsync(TestProfile profile) => profile.DoAsync(static rows => rows.Messages.History(1, 1000, null));

    private static async Task<List<string>> TextsAsync(TestProfile profile) => (await HistoryAsync(profile)).ConvertAll(static message => message.Text);
}
