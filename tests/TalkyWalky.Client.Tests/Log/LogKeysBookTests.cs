using TalkyWalky.Client.Log;
using TalkyWalky.Client.Tests.Devices;
using TalkyWalky.Client.Tests.Store;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Tests.Log;

/// <summary>What a device believes of a server that says that the log's key was replaced.</summary>
#pragma warning disable CA1001 // the runner calls IAsyncLifetime.DisposeAsync
public sealed class LogKeysBookTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly MovedClock _clock = new();
    private readonly MadeLog _log = new();
    private TestProfile _profile = null!;
    private LogBook _book = null!;

    public async Task InitializeAsync()
    {
        _log.Grow(7);
        _profile = await TestProfile.CreateAsync();
        _book = await OpenAsync();
    }

    public async Task DisposeAsync()
    {
        _book.Dispose();
        _log.Dispose();
        await _profile.DisposeAsync();
    }

    private DateTimeOffset Now => _clock.GetUtcNow();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Take_HeadByTheNextKey_IsConsistentAndKeptInTheProfile(bool sawTheOldOne)
    {
        if (sawTheOldOne) Assert.IsType<HeadVerdict.Consistent>(await TakeAsync(_log));
        for (var n = 0; n < 3; n++)
        {
            _clock.Move(TimeSpan.FromMinutes(1));
            await _log.ReplaceKeyAsync(Now);
            _log.Grow(5);
        }

        Assert.IsType<HeadVerdict.Consistent>(await TakeAsync(_log));
        Assert.Equal((_log.Size, 3), (_book.Newest!.Size, _book.Keys!.Statements.Count));
        await ReopenAsync();
        Assert.Equal((_log.Size, 3), (_book.Newest!.Size, _book.Keys!.Statements.Count));
        Assert.Null(_book.Staleness());
        _log.Grow(1);
        Assert.IsType<HeadVerdict.Consistent>(await TakeAsync(_log));
    }

    [Fact]
    public async Task Take_FewerKeysThanAreKnown_ChangesNothing()
    {
        var before = await _log.HeadAsync(Now);
        await _log.ReplaceKeyAsync(Now);
        await TakeAsync(_log);
        Assert.IsType<HeadVerdict.Consistent>(await _book.TakeAsync(before, default, AskAsync, None));
        Assert.Equal(8UL, _book.Newest!.Size);
        Assert.Single(_book.Keys!.Statements);
        // A gateway that has not heard of it yet, and a head that is newer.
        _log.Grow(1);
        Assert.IsType<HeadVerdict.Consistent>(await _book.TakeAsync(await _log.HeadAsync(Now), default, AskAsync, None));
    }

    [Fact]
    public async Task Take_OldKeyBehindItsLastWord_IsRefused()
    {
        await TakeAsync(_log);
        using var thief = _log.Fork(7);
        _clock.Move(TimeSpan.FromMinutes(1));
        await _log.ReplaceKeyAsync(Now);
        await TakeAsync(_log);
        _clock.Move(TimeSpan.FromMinutes(1));
        Assert.IsType<HeadVerdict.Refused>(await _book.TakeAsync(await thief.HeadAsync(Now), _log.Keys.Encode(), AskAsync, None)); // the last tree, as if it were fresh
        thief.Grow(3, "theirs");
        Assert.IsType<HeadVerdict.Refused>(await _book.TakeAsync(await thief.HeadAsync(Now), _log.Keys.Encode(), AskAsync, None));
        Assert.IsType<HeadVerdict.Refused>(await _book.TakeAsync(await thief.HeadAsync(Now), default, AskAsync, None));
        Assert.Equal(8UL, _book.Newest!.Size);
    }

    [Fact]
    public async Task Take_AfterTheOldKeySignedMore_ForgetsThatOnly()
    {
        using var thief = _log.Fork(7);
        _clock.Move(TimeSpan.FromMinutes(1));
        await _log.ReplaceKeyAsync(Now);
        _clock.Move(TimeSpan.FromMinutes(1));
        // The same tree, fresh, by who has the old key; this device knows no better yet.
        Assert.IsType<HeadVerdict.Consistent>(await _book.TakeAsync(await thief.HeadAsync(Now), default, AskAsync, None));
        Assert.IsType<HeadVerdict.Consistent>(await TakeAsync(_log));
        await ReopenAsync();
        Assert.Equal(8UL, _book.Newest!.Size);
    }

    [Fact]
    public async Task Take_TwoStatementsByOneKey_IsASplitViewThatAnyoneCanCheck()
    {
        using var other = _log.Fork(7);
        await _log.ReplaceKeyAsync(Now);
        await other.ReplaceKeyAsync(Now);
        await TakeAsync(_log);
        other.Grow(5, "theirs");
        var evidence = Assert.IsType<HeadVerdict.SplitView>(await TakeAsync(other)).Evidence!;
        Assert.IsType<LogEvidence.KeyFork>(evidence);
        Assert.Contains("made a second log", LogEvidence.TryRead(evidence.Encode())!.Verify(_log.Key), StringComparison.Ordinal);
        Assert.Equal(_log.Keys.Present, _book.Keys!.Present);
        _clock.Move(TimeSpan.FromHours(2));
        Assert.Contains("contradicts", _book.Staleness(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_StatementAboutAnotherLog_IsASplitViewAndNoNewKey()
    {
        using var other = _log.Fork(5);
        other.Grow(4, "theirs");
        await other.ReplaceKeyAsync(Now);
        await TakeAsync(_log);
        var verdict = await _book.TakeAsync(await other.HeadAsync(Now), other.Keys.Encode(), other.AnswerAsync, None);
        var evidence = Assert.IsType<HeadVerdict.SplitView>(verdict).Evidence!;
        Assert.NotNull(LogEvidence.TryRead(evidence.Encode())!.Verify(_log.Key));
        Assert.Empty(_book.Keys!.Statements);
    }

    [Fact]
    public async Task Take_KeysThatDoNotFollowOrAreOfTheFuture_IsRefused()
    {
        await _log.ReplaceKeyAsync(Now + TimeSpan.FromMinutes(6));
        Assert.IsType<HeadVerdict.Refused>(await _book.TakeAsync(await _log.HeadAsync(Now), _log.Keys.Encode(), AskAsync, None));
        Assert.IsType<HeadVerdict.Refused>(await _book.TakeAsync(await _log.HeadAsync(Now), _log.Keys.Encode().AsMemory(1), AskAsync, None));
        Assert.Empty(_book.Keys!.Statements);
    }

    [Fact]
    public async Task Ensure_SplitAcrossAChangeOfTheKey_IsProvenByTheFirstKeyAlone()
    {
        await _log.ReplaceKeyAsync(Now);
        using var fork = _log.Fork(8);
        _log.Grow(3, "ours");
        fork.Grow(9, "theirs");
        await TakeAsync(_log);
        var verdict = await _book.EnsureAsync(17, await fork.RootAsync(17), await fork.HeadAsync(Now), fork.AnswerAsync, None);
        Assert.NotNull(LogEvidence.TryRead(Assert.IsType<HeadVerdict.SplitView>(verdict).Evidence!.Encode())!.Verify(_log.Key));
    }

    [Fact]
    public async Task MayFollow_HeadByAnUnknownKey_OnlyUntilANewerHeadWasTold()
    {
        await TakeAsync(_log);
        _clock.Move(TimeSpan.FromMinutes(1));
        await _log.ReplaceKeyAsync(Now);
        var ahead = TreeHead(await _log.HeadAsync(Now));
        Assert.False(_book.Knows(await _log.HeadAsync(Now)));
        Assert.True(_book.MayFollow(ahead.Time, ahead.Size));
        Assert.False(_book.MayFollow(Now + TimeSpan.FromMinutes(6), ahead.Size));
        await TakeAsync(_log);
        Assert.False(_book.MayFollow(ahead.Time, ahead.Size));
        Assert.True(_book.Knows(await _log.HeadAsync(Now)));
    }

    private static Pki.Log.TreeHead TreeHead(byte[] token) => Pki.Log.TreeHead.TryRead(token)!;

    private async Task ReopenAsync()
    {
        _book.Dispose();
        _book = await OpenAsync();
    }

    private Task<LogBook> OpenAsync() => LogBook.OpenAsync(_profile.Database, _log.Anchor, _clock, None);

    private async Task<HeadVerdict> TakeAsync(MadeLog log) => await _book.TakeAsync(await log.HeadAsync(Now), log.Keys.Encode(), AskAsync, None);

    private Task<ServerFrame?> AskAsync(ClientFrame frame) => _log.AnswerAsync(frame);
}
