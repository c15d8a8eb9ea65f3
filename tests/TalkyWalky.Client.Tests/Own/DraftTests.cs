using TalkyWalky.Client.Own;
using TalkyWalky.Client.Store;
using TalkyWalky.Client.Tests.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Own;

public sealed class DraftTests
{
    private static readonly Target Bob = Target.Person("bob"), Carol = Target.Person("Carol");

    [Fact]
    public async Task Keep_ManyTimes_KeepsTheLastOneOfEachConversation()
    {
        await using var profile = await TestProfile.CreateAsync();
        var desk = new DraftDesk(profile.Database);
        foreach (var text in (string[])["h", "he", "hello\n\u202e😀"]) await KeepAsync(desk, Target.Person(" BOB "), text);
        await KeepAsync(desk, Carol, "a first word");
        await KeepAsync(desk, Target.Person("carol"), "another");
        Assert.Equal([(Bob, "hello\n\u202e😀"), (Carol, "another")], await ListAsync(desk));
        await KeepAsync(desk, Bob, "");
        await KeepAsync(desk, Target.Person("nobody"), "");
        Assert.Equal([(Carol, "another")], await ListAsync(desk));
    }

    [Fact]
    public async Task Keep_PersonNeverWrittenTo_IsNoConversationYetAndSurvivesTheFirstMessage()
    {
        await using var profile = await TestProfile.CreateAsync();
        var desk = new DraftDesk(profile.Database);
        await KeepAsync(desk, Carol, "hi");
        Assert.Empty(await profile.DoAsync(static rows => rows.Conversations.Open()));

        // She is resolved by what is sent to her, or writes herself: both ways the draft is hers.
        var carol = UserId.New();
        await profile.DoAsync(rows => rows.Contacts.Resolve(rows.Contacts.Find(Carol)!, carol, "Carol", ConversationId.Direct(default, profile.Me, carol)));
        Assert.Equal([(Carol, "hi")], await ListAsync(desk));
        var dave = UserId.New();
        await KeepAsync(desk, Target.Person("dave"), "one");
        var resolved = await profile.DoAsync(rows =>
        {
            var named = rows.Contacts.Find(Target.Person("dave"))!;
            rows.Contacts.Ensure(dave, "dave", ConversationId.Direct(default, profile.Me, dave));
            return rows.Contacts.Resolve(named, dave, "dave", ConversationId.Direct(default, profile.Me, dave));
        });
        Assert.Equal([(Carol, "hi"), (resolved.Target, "one")], await ListAsync(desk));
    }

    [Fact]
    public async Task Keep_NameThatBecameAPersonOfItsOwn_IsReplacedAndForgottenByName()
    {
        await using var profile = await TestProfile.CreateAsync();
        var desk = new DraftDesk(profile.Database);
        await KeepAsync(desk, Carol, "before she wrote");
        var carol = UserId.New();
        await profile.DoAsync(rows => rows.Contacts.Ensure(carol, "Carol", ConversationId.Direct(default, profile.Me, carol)));
        await KeepAsync(desk, Carol, "after");
        Assert.Equal([(Carol, "after")], await ListAsync(desk));
        await KeepAsync(desk, Carol, "");
        Assert.Empty(await ListAsync(desk));
    }

    [Fact]
    public async Task Keep_WhatCannotBeKept_IsRefused()
    {
        await using var profile = await TestProfile.CreateAsync();
        var desk = new DraftDesk(profile.Database);
        Assert.IsType<OwnAnswer.Refused>(await desk.KeepAsync(Target.Room("nowhere"), "x", CancellationToken.None));
        Assert.IsType<OwnAnswer.Refused>(await desk.KeepAsync(Target.Person(" "), "x", CancellationToken.None));
        Assert.IsType<OwnAnswer.Refused>(await desk.KeepAsync(Bob, new string('x', Limits.Text + 1), CancellationToken.None));
        Assert.IsType<OwnAnswer.Done>(await desk.KeepAsync(Bob, new string('x', Limits.Text), CancellationToken.None));
        Assert.Single(await ListAsync(desk));
    }

    [Fact]
    public async Task Clear_HistoryOfOneOrAll_LeavesNoByteOfTheDraftsInTheFiles()
    {
        await using var profile = await TestProfile.CreateAsync();
        var desk = new DraftDesk(profile.Database);
        await KeepAsync(desk, Bob, new string('b', 3000));
        await KeepAsync(desk, Carol, "c");
        var (bob, carol) = (await SealedAsync(profile, Bob), await SealedAsync(profile, Carol));
        Assert.Equal((true, true), await InFilesAsync(profile, bob, carol));

        Assert.Equal(0, await HistoryClearing.ClearAsync(profile.Database, Bob, CancellationToken.None));
        Assert.Equal((false, true), await InFilesAsync(profile, bob, carol));
        Assert.Equal([(Carol, "c")], await ListAsync(desk));
        Assert.Equal(0, await HistoryClearing.ClearAsync(profile.Database, null, CancellationToken.None));
        Assert.Equal((false, false), await InFilesAsync(profile, bob, carol));
        Assert.Empty(await ListAsync(desk));
    }

    private static async Task KeepAsync(DraftDesk desk, Target conversation, string text) =>
        Assert.IsType<OwnAnswer.Done>(await desk.KeepAsync(conversation, text, CancellationToken.None));

    private static async Task<IEnumerable<(Target, string)>> ListAsync(DraftDesk desk) =>
        Assert.IsType<OwnAnswer.Drafts>(await desk.ListAsync(CancellationToken.None)).Kept.Select(static draft => (draft.Target, draft.Text));

    private static Task<byte[]> SealedAsync(TestProfile profile, Target conversation) =>
        profile.DoAsync(rows => rows.Blob("SELECT text FROM draft WHERE contact = ?1", rows.Contacts.Find(conversation)!.Id)!);

    // The first bytes of a sealed value are random.
    private static async Task<(bool, bool)> InFilesAsync(TestProfile profile, byte[] first, byte[] second)
    {
        var files = await TestProfile.FilesAsync(profile.Path);
        return (files.AsSpan().IndexOf(first.AsSpan(0, 12)) >= 0, files.AsSpan().IndexOf(second.AsSpan(0, 12)) >= 0);
    }
}
