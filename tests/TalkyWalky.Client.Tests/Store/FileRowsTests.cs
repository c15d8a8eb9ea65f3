using System.Text;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Store;

/// <summary>Which bytes count as a file, and how long they are kept.</summary>
public sealed class FileRowsTests
{
    private static readonly DateTimeOffset Noon = TestProfile.Noon;
    private static readonly Target Bob = Target.Person("bob");

    [Fact]
    public async Task Arrived_AfterItsParts_IsHereAndHoldsTheBytes()
    {
        await using var profile = await TestProfile.CreateAsync();
        var draft = Draft(3 * Limits.FilePart - 5);
        await SendAsync(profile, draft, [0, 1, 2]);
        Assert.Equal(draft.Content.ToArray(), Found(await FindAsync(profile)).Content.ToArray());
        var shown = Assert.Single(await HistoryAsync(profile));
        Assert.Equal((draft.Body.Name, new SharedFile("plan.pdf", "application/pdf", draft.Body.Size, IsHere: true)), (shown.Text, shown.File));
        Assert.Null(shown.Trouble);
    }

    [Fact]
    public async Task Arrived_BeforeItsParts_IsHereOnceTheLastOneIs()
    {
        await using var profile = await TestProfile.CreateAsync();
        var draft = Draft(2 * Limits.FilePart + 1);
        await SendAsync(profile, draft, []);
        Assert.Null(await PartAsync(profile, profile.Bob, draft, 2));
        Assert.Null(await PartAsync(profile, profile.Bob, draft, 0));
        Assert.False(Assert.Single(await HistoryAsync(profile)).File!.IsHere);
        Assert.Contains("have not come", Assert.IsType<FileAnswer.Missing>(await FindAsync(profile)).Why, StringComparison.Ordinal);
        Assert.True((await PartAsync(profile, profile.Bob, draft, 1))?.File?.IsHere);
        Assert.Equal(draft.Content.ToArray(), Found(await FindAsync(profile)).Content.ToArray());
    }

    [Fact]
    public async Task Arrived_Empty_IsHere()
    {
        await using var profile = await TestProfile.CreateAsync();
        await SendAsync(profile, Draft(0), []);
        Assert.Equal(0, Found(await FindAsync(profile)).Content.Length);
    }

    [Fact]
    public async Task Arrived_PartOfAnotherAuthorOrConversation_IsNeverHere()
    {
        await using var profile = await TestProfile.CreateAsync();
        var draft = Draft(2 * Limits.FilePart);
        var (mallory, elsewhere) = await profile.DoAsync(static rows => (UserId.New(), rows.Contacts.Add("carol", UserId.New(), null).Id));
        await PartAsync(profile, profile.Bob, draft, 0);
        await PartAsync(profile, mallory, draft, 1);
        await profile.DoAsync(rows => rows.Files.PartArrived(profile.Bob, draft.Body.Parts[1], elsewhere, draft.Part(1).Span, Noon));
        await SendAsync(profile, draft, []);
        await PartAsync(profile, mallory, draft, 1);
        Assert.False(Assert.Single(await HistoryAsync(profile)).File!.IsHere);
        Assert.IsType<FileAnswer.Missing>(await FindAsync(profile));
    }

    [Fact]
    public async Task Arrived_DigestOrSizeIsAnother_IsNeverHereAndTheBytesGo()
    {
        foreach (var (wrong, parts) in new (Func<MessageBody.File, MessageBody.File> Wrong, int[] Parts)[]
            {
                (static body => body with { Digest = Digest.Sha256([1]) }, [0, 1]),
                (static body => body with { Size = body.Size - 1 }, [0, 1]),
                (static body => body with { Size = body.Size + 1 }, [1, 0]),
            })
        {
            await using var profile = await TestProfile.CreateAsync();
            var draft = Draft(Limits.FilePart + 100);
            await SendAsync(profile, draft with { Body = wrong(draft.Body) }, parts);
            Assert.False(Assert.Single(await HistoryAsync(profile)).File!.IsHere);
            Assert.Contains("not what its message says", Assert.IsType<FileAnswer.Missing>(await FindAsync(profile)).Why, StringComparison.Ordinal);
            Assert.Equal(0, await PartsAsync(profile));
        }
    }

    [Fact]
    public async Task Arrived_PartOfAnotherFile_StaysWithTheFirst()
    {
        await using var profile = await TestProfile.CreateAsync();
        var draft = Draft(10);
        await SendAsync(profile, draft, [0]);
        await SendAsync(profile, draft, [], position: 1);
        Assert.Equal([true, false], (await HistoryAsync(profile)).Select(static message => message.File!.IsHere));
    }

    [Fact]
    public async Task Part_NeverNamed_IsBoundedForItsAuthorAndPurgedAfterAWeek()
    {
        await using var profile = await TestProfile.CreateAsync();
        var (claimed, loose) = (Draft(Limits.FilePart), Draft(Limits.File));
        await SendAsync(profile, claimed, [0]);
        for (var round = 0; round < 3; round++)
        {
            var next = round < 2 ? Draft(Limits.File) : loose;
            for (var i = 0; i < next.Body.Parts.Count; i++) await PartAsync(profile, profile.Bob, next, i);
        }

        var (count, bytes) = await profile.DoAsync(static rows => (rows.Number("SELECT count(*) FROM part WHERE file IS NULL"), rows.Number("SELECT sum(size) FROM part WHERE file IS NULL")));
        Assert.Equal((PartRows.MaxUnclaimedBytes / Limits.FilePart, PartRows.MaxUnclaimedBytes), (count, bytes));
        for (var i = 0; i < PartRows.MaxUnclaimed + 1; i++) await profile.DoAsync(rows => rows.Files.PartArrived(profile.Me, MessageId.New(), 1, [1], Noon));
        Assert.Equal(PartRows.MaxUnclaimed, await profile.DoAsync(rows => rows.Number("SELECT count(*) FROM part WHERE author = ?1", profile.Me.ToArray())));

        await ExpireAsync(profile, Noon + PartRows.UnclaimedLife);
        await SendAsync(profile, loose, [], position: 1);
        Assert.Equal([true, true], (await HistoryAsync(profile)).Select(static message => message.File!.IsHere));
        await ExpireAsync(profile, Noon + PartRows.UnclaimedLife + TimeSpan.FromSeconds(1));
        Assert.Equal(1 + loose.Body.Parts.Count, await PartsAsync(profile));
    }

    [Fact]
    public async Task Clear_History_DeletesThePartsAndTheyDoNotComeBack()
    {
        await using var profile = await TestProfile.CreateAsync();
        var draft = Draft(2 * Limits.FilePart);
        await SendAsync(profile, draft, [0, 1]);
        await profile.DoAsync(rows => rows.Files.AddOwn(1, MessageId.New(), Draft(5), Noon));
        Assert.Equal(1, await HistoryClearing.ClearAsync(profile.Database, Bob, CancellationToken.None));
        Assert.Equal(1, await PartsAsync(profile)); // of the one that still waits to be sent
        await PartAsync(profile, profile.Bob, draft, 1);
        Assert.Equal(1, await PartsAsync(profile));
        Assert.Equal("plan.pdf", Assert.Single(await HistoryAsync(profile)).Text);
    }

    [Fact]
    public async Task AddOwn_LargestFile_GoesOutPartsFirstAndInSmallBatches()
    {
        await using var profile = await TestProfile.CreateAsync();
        var (id, draft) = (MessageId.New(), Draft(Limits.File));
        var shown = await profile.DoAsync(rows => rows.Files.AddOwn(1, id, draft, Noon));
        Assert.Equal((MessageState.Queued, true), (shown.State, shown.File!.IsHere));
        var waiting = await profile.DoAsync(static rows => rows.Outbox.Drafts(1, 1000));
        Assert.Equal([.. draft.Body.Parts, id], waiting.Select(static item => item.Message));
        Assert.Equal(1, await profile.DoAsync(static rows => rows.Outbox.Count()));
        Assert.Equal(draft.Part(7).ToArray(), Assert.IsType<MessageBody.Part>(await profile.DoAsync(rows => rows.Outbox.Body(waiting[7]))).Data.ToArray());
        Assert.Equal(draft.Body.ToJson(), Assert.IsType<MessageBody.File>(await profile.DoAsync(rows => rows.Outbox.Body(waiting[^1]))).ToJson());
    }

    [Fact]
    public async Task Settle_PartRefusedForGood_FailsTheFileAndSendsNoMoreOfIt()
    {
        await using var profile = await TestProfile.CreateAsync();
        var id = MessageId.New();
        await profile.DoAsync(rows => rows.Files.AddOwn(1, id, Draft(3 * Limits.FilePart), Noon));
        var (part, session) = (await profile.DoAsync(static rows => rows.Outbox.Drafts(1, 1)[0]), new SessionId(Digest.Sha256([1])));
        var refused = new TalkyWalky.Wire.Frames.ServerFrame { Refused = new TalkyWalky.Wire.Frames.Refused { Code = TalkyWalky.Wire.Frames.RefusalCode.TooLarge, Text = "too large" } };
        var settled = await profile.DoAsync(rows => Settlement.Apply(rows, [new SealedItem(part with { Session = session }, [1], 0, [])], [refused]));
        Assert.Equal((id, "Too large."), (Assert.Single(settled.Changed).Id, Assert.IsType<SendOutcome.Refused>(Assert.Single(settled.Outcomes).Outcome).Why));
        Assert.Empty(await profile.DoAsync(static rows => rows.Outbox.Drafts(1, 100)));
        Assert.True(await profile.DoAsync(rows => rows.Cleared.Discard(1, id)));
        Assert.Equal(0, await PartsAsync(profile));
    }

    [Fact]
    public async Task Given_ByAnotherDevice_IsShownAndNotHere()
    {
        await using var profile = await TestProfile.CreateAsync();
        var given = new TalkyWalky.Client.Backfill.GivenMessage(
            profile.Bob, "bob", MessageId.New(), Noon.ToUnixTimeMilliseconds(), null, 0, 0, MessageBody.File.Kind, Encoding.UTF8.GetString(Draft(10).Body.ToJson()));
        Assert.True(await profile.DoAsync(rows => rows.Messages.AddGiven(1, given, isNews: false, Noon)));
        Assert.True(await profile.DoAsync(rows => rows.Messages.AddGiven(1, given with { Id = MessageId.New(), Text = "{\"kind\":\"file\"}", Sent = given.Sent + 1 }, isNews: false, Noon)));
        var history = await HistoryAsync(profile);
        Assert.Equal(("plan.pdf", false, null), (history[0].Text, history[0].File!.IsHere, history[0].Trouble));
        Assert.Equal(("", null), (history[1].Text, history[1].File));
        Assert.NotNull(history[1].Trouble);
        var stored = await profile.DoAsync(static rows => rows.Messages.Stored(1, 0, null, 10));
        Assert.Equal((given.What, given.Text), (stored[0].Message.What, stored[0].Message.Text));
    }

    private static FileDraft Draft(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        return FileDraft.Of(new OutgoingFile("plan.pdf", "application/pdf", content));
    }

    private static async Task SendAsync(TestProfile profile, FileDraft draft, int[] parts, int position = 0)
    {
        foreach (var part in parts) await PartAsync(profile, profile.Bob, draft, part);
        var text = new ReceivedText(
            profile.Bob, MessageId.New(), 1, new SessionId(Digest.Sha256("session"u8)), position, Noon, MessageBody.File.Kind, Encoding.UTF8.GetString(draft.Body.ToJson()), null, Mine: false);
        Assert.True(await profile.DoAsync(rows => rows.Messages.AddReceived(text, Noon)));
    }

    private static Task<ChatMessage?> PartAsync(TestProfile profile, UserId author, FileDraft draft, int part) =>
        profile.DoAsync(rows => rows.Files.PartArrived(author, draft.Body.Parts[part], 1, draft.Part(part).Span, Noon));

    private static Task<List<ChatMessage>> HistoryAsync(TestProfile profile) => profile.DoAsync(static rows => rows.Messages.History(1, 10, null));

    private static async Task<FileAnswer> FindAsync(TestProfile profile)
    {
        var message = (await HistoryAsync(profile))[^1];
        return await profile.DoAsync(rows => rows.Files.Find(Bob, message.Position));
    }

    private static FileAnswer.Found Found(FileAnswer answer) => Assert.IsType<FileAnswer.Found>(answer);

    private static Task<long> PartsAsync(TestProfile profile) => profile.DoAsync(static rows => rows.Number("SELECT count(*) FROM part"));

    private static Task ExpireAsync(TestProfile profile, DateTimeOffset now) => profile.Database.RunAsync(rows => rows.Parts.Expire(now), CancellationToken.None);
}
