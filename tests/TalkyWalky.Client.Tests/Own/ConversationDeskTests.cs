using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Own;
using TalkyWalky.Client.Store;
using TalkyWalky.Client.Tests.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Own;

public sealed class ConversationDeskTests
{
    private static readonly SessionId Session = new(Digest.Sha256("session"u8));
    private static readonly DeviceId Device = DeviceId.New();
    private static readonly Target Bob = Target.Person("bob");

    [Fact]
    public async Task List_PersonWithoutMessages_IsNoConversationYet()
    {
        await using var profile = await TestProfile.CreateAsync();
        var desk = Desk(profile);
        Assert.Empty(await desk.ListAsync(CancellationToken.None));
        await ReceiveAsync(profile, 0);
        var only = Assert.Single(await desk.ListAsync(CancellationToken.None));
        Assert.Equal((Bob, 1, false, "0"), (only.Target, only.Unread, only.IsMuted, only.Last?.Text));
    }

    [Fact]
    public async Task MarkRead_UpToAMessage_CountsWhatCameAfterItAndNeverGoesBack()
    {
        await using var profile = await TestProfile.CreateAsync();
        var desk = Desk(profile);
        for (var n = 0; n < 5; n++) await ReceiveAsync(profile, n);
        await profile.DoAsync(static rows => rows.Messages.AddOwn(1, MessageId.New(), "mine", TestProfile.Noon.AddMinutes(9)));
        var history = await profile.DoAsync(static rows => rows.Messages.History(1, 10, null));
        await MarkAsync(desk, history[2].Position);
        Assert.Equal(2, (await desk.ListAsync(CancellationToken.None))[0].Unread);
        await MarkAsync(desk, history[0].Position);
        Assert.Equal(2, (await desk.ListAsync(CancellationToken.None))[0].Unread);
        await MarkAsync(desk, null);
        Assert.Equal(0, (await desk.ListAsync(CancellationToken.None))[0].Unread);
    }

    [Fact]
    public async Task MarkRead_SettingOn_OwesTheAuthorsAReadReceiptForEachMessageOnce()
    {
        await using var profile = await TestProfile.CreateAsync();
        var desk = Desk(profile);
        for (var n = 0; n < 3; n++) await ReceiveAsync(profile, n);
        await MarkAsync(desk, null);
        await MarkAsync(desk, null);
        Assert.Equal(3, await profile.DoAsync(static rows => rows.Number("SELECT count(*) FROM receipt WHERE read = 1")));
    }

    [Fact]
    public async Task Discard_OwnMessageThatFailed_IsGoneAndIsNeverSentUnderItsIdAgain()
    {
        await using var profile = await TestProfile.CreateAsync();
        var desk = Desk(profile);
        await ReceiveAsync(profile, 0);
        var (failed, waits) = (MessageId.New(), MessageId.New());
        await profile.DoAsync(rows =>
        {
            foreach (var id in (MessageId[])[failed, waits]) rows.Messages.AddOwn(1, id, "mine", TestProfile.Noon.AddMinutes(1));
            return rows.Messages.SetFailed(failed, "refused");
        });
        var theirs = (await profile.DoAsync(static rows => rows.Messages.History(1, 1000, null)))[0].Id;
        foreach (var other in (MessageId[])[waits, theirs, MessageId.New()]) Assert.IsType<OwnAnswer.Refused>(await desk.DiscardAsync(Bob, other, CancellationToken.None));
        Assert.IsType<OwnAnswer.Refused>(await desk.DiscardAsync(Target.Person("carol"), failed, CancellationToken.None));

        Assert.IsType<OwnAnswer.Done>(await desk.DiscardAsync(Bob, failed, CancellationToken.None));
        Assert.Equal([theirs, waits], (await profile.DoAsync(static rows => rows.Messages.History(1, 1000, null))).Select(static one => one.Id));
        Assert.True(await profile.DoAsync(rows => rows.Cleared.Has(profile.Me, failed)));
    }

    [Fact]
    public async Task List_ManyUnread_AreCountedUpToABound()
    {
        await using var profile = await TestProfile.CreateAsync();
        await profile.DoAsync(static rows => rows.Execute(
            """
            INSERT INTO message(author, message, contact, state, sent, sequence, position, text)
            WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10010) SELECT randomblob(16), randomblob(16), 1, 4, 0, n, n, x'' FROM n
            """));
        await ReceiveAsync(profile, 0);
        Assert.Equal(10_000, Assert.Single(await Desk(profile).ListAsync(CancellationToken.None)).Unread);
    }

    [Fact]
    public async Task Close_Conversation_IsNotListed()
    {
        await using var profile = await TestProfile.CreateAsync();
        var desk = Desk(profile);
        await ReceiveAsync(profile, 0);
        Assert.IsType<OwnAnswer.Done>(await desk.CloseAsync(Bob, Device, CancellationToken.None));
        Assert.Empty(await desk.ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Mute_UnknownConversation_IsRefusedWithASentence()
    {
        await using var profile = await TestProfile.CreateAsync();
        var refused = Assert.IsType<OwnAnswer.Refused>(await Desk(profile).MuteAsync(Target.Person("nobody"), muted: true, Device, CancellationToken.None));
        Assert.Contains("nobody", refused.Why, StringComparison.Ordinal);
    }

    private static ConversationDesk Desk(TestProfile profile) => new(profile.Database, new EventHub(profile.Database), TestClient.Plain);

    private static async Task MarkAsync(ConversationDesk desk, long? upTo) =>
        Assert.IsType<OwnAnswer.Done>(await desk.MarkReadAsync(Bob, upTo, Device, CancellationToken.None));

    private static Task<bool> ReceiveAsync(TestProfile profile, int n) => profile.DoAsync(rows => rows.Messages.AddReceived(
        new ReceivedText(
            profile.Bob, MessageId.New(), 1, Session, n, TestProfile.Noon.AddMinutes(n), Kind: null, n.ToString(System.Globalization.CultureInfo.InvariantCulture), Trouble: null, Mine: false),
        TestProfile.Noon.AddHours(1)));
}
