using TalkyWalky.Client.Backfill;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Store;

public sealed class HistoryClearingTests
{
    private static readonly DateTimeOffset Noon = TestProfile.Noon;
    private static readonly SessionId Session = new(Digest.Sha256("session"u8));
    private static readonly Target Bob = Target.Person("bob"), Carol = Target.Person("carol");

    [Fact]
    public async Task Clear_OneConversationAmongOthers_LeavesNoByteOfItInTheFiles()
    {
        await using var profile = await TestProfile.CreateAsync();
        var carol = await AddCarolAsync(profile);
        // Interleaved, of many lengths and changed afterwards, so that rows were moved between pages.
        for (var batch = 0; batch < 20; batch++) await profile.DoAsync(rows => Fill(rows, profile, carol, batch));
        var (cleared, kept) = (await SealedAsync(profile, 1), await SealedAsync(profile, carol));
        Assert.Equal(cleared.Count, CountIn(await TestProfile.FilesAsync(profile.Path), cleared));

        Assert.Equal(900, await HistoryClearing.ClearAsync(profile.Database, Bob, CancellationToken.None));

        var files = await TestProfile.FilesAsync(profile.Path);
        Assert.Equal(0, CountIn(files, cleared));
        Assert.Equal(kept.Count, CountIn(files, kept));
        Assert.Empty(await profile.DoAsync(static rows => rows.Messages.History(1, 10, null)));
        Assert.Equal(100, (await profile.DoAsync(rows => rows.Messages.History(carol, 1000, null))).Count);
        Assert.Equal((0, 0), await profile.DoAsync(static rows => (rows.Number("PRAGMA freelist_count"), rows.Number("SELECT count(*) FROM told"))));
        Assert.Equal(0, new FileInfo(Path.Combine(profile.Path, "profile.db-wal")).Length);
    }

    [Fact]
    public async Task Clear_DeliveredAgainOrGivenByAnotherDevice_DoesNotComeBack()
    {
        await using var profile = await TestProfile.CreateAsync();
        var text = Text(profile, 0, "secret");
        Assert.True(await profile.DoAsync(rows => rows.Messages.AddReceived(text, Noon)));
        Assert.Equal(1, await HistoryClearing.ClearAsync(profile.Database, null, CancellationToken.None));

        Assert.False(await profile.DoAsync(rows => rows.Messages.AddReceived(text, Noon)));
        var given = new GivenMessage(profile.Bob, "bob", text.Message, Noon.ToUnixTimeMilliseconds(), Session, 0, 0, "", "secret");
        Assert.False(await profile.DoAsync(rows => rows.Messages.AddGiven(1, given, isNews: true, Noon)));
        Assert.Empty(await profile.DoAsync(static rows => rows.Messages.History(1, 10, null)));
        Assert.True(await profile.DoAsync(rows => rows.Messages.AddReceived(Text(profile, 1, "new"), Noon)));
    }

    [Fact]
    public async Task Clear_MessagesThatWaitToBeSent_Stay()
    {
        await using var profile = await TestProfile.CreateAsync();
        await profile.DoAsync(static rows => rows.Messages.AddOwn(1, MessageId.New(), "still to go", Noon));
        await profile.DoAsync(rows => rows.Messages.AddReceived(Text(profile, 0, "x"), Noon));
        Assert.Equal(1, await HistoryClearing.ClearAsync(profile.Database, Bob, CancellationToken.None));
        Assert.Equal("still to go", Assert.Single(await profile.DoAsync(static rows => rows.Messages.History(1, 10, null))).Text);
    }

    [Fact]
    public async Task Clear_ThenTheNextMessage_ShowsNoGapAndAHigherSequence()
    {
        await using var profile = await TestProfile.CreateAsync();
        await profile.DoAsync(static rows => rows.Execute(
            "INSERT INTO receiving(session, contact, next, before, before_n, opened, used, value) VALUES (?1, 1, 3, ?2, 4, 0, 0, x'')",
            Session.ToArray(), Digest.Sha256("before"u8).ToArray()));
        await profile.DoAsync(static rows => rows.Execute("INSERT INTO gap(session, n) VALUES (?1, 1)", Session.ToArray()));
        foreach (var n in (int[])[0, 2]) await profile.DoAsync(rows => rows.Messages.AddReceived(Text(profile, n, "x"), Noon));
        Assert.Equal(2, await HistoryClearing.ClearAsync(profile.Database, Bob, CancellationToken.None));

        await profile.DoAsync(rows => rows.Messages.AddReceived(Text(profile, 3, "next"), Noon));
        var next = Assert.Single(await profile.DoAsync(static rows => rows.Messages.ArrivedAfter(2, 10)));
        Assert.Equal((3, false), (next.Sequence, next.GapBefore));
    }

    [Fact]
    public async Task Clear_SomeoneUnknown_IsNull()
    {
        await using var profile = await TestProfile.CreateAsync();
        Assert.Null(await HistoryClearing.ClearAsync(profile.Database, Carol, CancellationToken.None));
        Assert.Equal(0, await HistoryClearing.ClearAsync(profile.Database, Bob, CancellationToken.None));
    }

    [Fact]
    public async Task Clear_WhileOthersWork_DeletesWhatWasThereAtItsStart()
    {
        await using var profile = await TestProfile.CreateAsync();
        await profile.DoAsync(rows => Enumerable.Range(0, 2000).Count(n => rows.Messages.AddReceived(Text(profile, n % 1000, "old", $"s{n / 1000}"), Noon)));
        var clearing = HistoryClearing.ClearAsync(profile.Database, null, CancellationToken.None);
        var added = 0;
        for (; !clearing.IsCompleted || added < 20; added++) await profile.DoAsync(rows => rows.Messages.AddReceived(Text(profile, added, "new", "s2"), Noon.AddMinutes(1)));
        Assert.InRange((await clearing)!.Value, 2000, 2001); // one may have come before it began
        Assert.All(await profile.DoAsync(static rows => rows.Messages.History(1, 1000, null)), static message => Assert.Equal("new", message.Text));
    }

    private static ReceivedText Text(TestProfile profile, int n, string text, string? session = null) => new(
        profile.Bob, MessageId.New(), 1, session is null ? Session : new SessionId(Digest.Sha256(System.Text.Encoding.ASCII.GetBytes(session))), n, Noon, Kind: null, text, Trouble: null, Mine: false);

    private static Task<long> AddCarolAsync(TestProfile profile) => profile.DoAsync(rows =>
    {
        var id = UserId.New();
        return rows.Contacts.Add("carol", id, ConversationId.Direct(Digest.Sha256([]), profile.Me, id)).Id;
    });

    private static bool Fill(Rows rows, TestProfile profile, long carol, int batch)
    {
        for (var i = 0; i < 50; i++)
        {
            var contact = i % 10 == 3 ? carol : 1;
            var text = new string((char)('a' + i % 26), 1 + (i * 37 % 300));
            if (i % 7 == 0)
            {
                var own = rows.Messages.AddOwn(contact, MessageId.New(), text, Noon.AddSeconds(batch));
                rows.Messages.SetTrouble(own.Id, new string('t', 120));
                rows.Messages.SetFailed(own.Id, "refused: " + text);
                rows.Execute("INSERT INTO told(message, user, read) VALUES (?1, ?2, 0)", own.Id.ToArray(), profile.Bob.ToArray());
            }
            else
            {
                rows.Messages.AddReceived(Text(profile, i, text, $"s{batch}") with { Contact = contact, Trouble = i % 5 == 0 ? "trouble " + text : null }, Noon.AddSeconds(batch));
            }
        }

        return true;
    }

    /// <summary>Sealed texts, troubles and ids of a conversation, as they stand in the file.</summary>
    private static Task<List<byte[]>> SealedAsync(TestProfile profile, long contact) => profile.DoAsync(rows => rows.Query(
        """
        SELECT text FROM message WHERE contact = ?1 UNION ALL SELECT trouble FROM message WHERE contact = ?1 AND trouble IS NOT NULL
        UNION ALL SELECT message FROM message WHERE contact = ?1
        """,
        static reader => reader.Bytes(0), contact));

    // The first sixteen bytes of a sealed value are random, so no other has them; and a value begins on one page.
    private static int CountIn(byte[] files, IEnumerable<byte[]> values) => values.Count(value => files.AsSpan().IndexOf(value.AsSpan(0, 16)) >= 0);
}
