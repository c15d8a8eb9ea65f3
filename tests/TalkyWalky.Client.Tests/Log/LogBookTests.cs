using TalkyWalky.Client.Log;
using TalkyWalky.Client.Tests.Devices;
using TalkyWalky.Client.Tests.Store;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Tests.Log;

/// <summary>What a device believes of the heads of the transparency log that a server sends.</summary>
#pragma warning disable CA1001 // the runner calls IAsyncLifetime.DisposeAsync
public sealed class LogBookTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly MovedClock _clock = new();
    private readonly MadeLog _log = new();
    private TestProfile _profile = null!;
    private LogBook _book = null!;
    private int _asked;

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

    [Fact]
    public async Task Staleness_BeforeAndAfterAHead_SaysWhatIsWrong()
    {
        Assert.Contains("has not sent the head", _book.Staleness(), StringComparison.Ordinal);
        await TakeAsync(_log);
        Assert.Null(_book.Staleness());
        _clock.Move(TimeSpan.FromMinutes(59));
        Assert.Null(_book.Staleness());
        _clock.Move(TimeSpan.FromMinutes(2));
        Assert.Contains("too long ago by this computer's clock", _book.Staleness(), StringComparison.Ordinal);
        await TakeAsync(_log); // the same tree, signed anew
        Assert.Null(_book.Staleness());
        _clock.Move(TimeSpan.FromMinutes(-6));
        Assert.Contains("still to come by this computer's clock", _book.Staleness(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_LogThatGrows_IsConsistentAndKeptInTheProfile()
    {
        await TakeAsync(_log);
        for (var n = 1; n < 40; n++)
        {
            _log.Grow(1);
            Assert.IsType<HeadVerdict.Consistent>(await TakeAsync(_log));
            Assert.Equal(_log.Size, _book.Newest!.Size);
        }

        _book.Dispose();
        _book = await OpenAsync();
        Assert.Equal(_log.Size, _book.Newest!.Size);
        Assert.Null(_book.Staleness());
    }

    [Fact]
    public async Task Take_HeadOfAnotherKeyOrFromTheFuture_IsRefused()
    {
        using var other = new MadeLog();
        other.Grow(7);
        Assert.IsType<HeadVerdict.Refused>(await TakeAsync(other));
        Assert.Contains("did not sign it", _book.Staleness(), StringComparison.Ordinal);
        Assert.IsType<HeadVerdict.Refused>(await _book.TakeAsync(await _log.HeadAsync(Now + TimeSpan.FromMinutes(6)), default, AskAsync, None));
        Assert.IsType<HeadVerdict.Consistent>(await _book.TakeAsync(await _log.HeadAsync(Now + TimeSpan.FromMinutes(4)), default, AskAsync, None));
    }

    [Fact]
    public async Task Take_SmallerTreeSignedLater_IsRolledBack()
    {
        await TakeAsync(_log);
        var old = await _log.HeadAsync(Now + TimeSpan.FromSeconds(1), 5);
        Assert.IsType<HeadVerdict.RolledBack>(await _book.TakeAsync(old, default, AskAsync, None));
        Assert.Equal(7UL, _book.Newest!.Size);
    }

    [Fact]
    public async Task Take_OlderHeadOfThisLog_ChangesNothing()
    {
        await TakeAsync(_log);
        Assert.IsType<HeadVerdict.Consistent>(await _book.TakeAsync(await _log.HeadAsync(Now - TimeSpan.FromMinutes(1), 5), default, AskAsync, None));
        Assert.Equal(7UL, _book.Newest!.Size);
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(7, 12)]
    [InlineData(12, 7)]
    [InlineData(8, 11)]
    public async Task Ensure_TreeOfAForkedLog_IsASplitViewThatAnyoneCanCheck(ulong own, ulong met)
    {
        using var fork = _log.Fork(5);
        Extend(_log, own, "ours");
        Extend(fork, met, "theirs");
        await TakeAsync(_log);
        // The gateway shows the log that the larger head is of.
        var gateway = met > own ? fork : _log;
        var verdict = await _book.EnsureAsync(met, await fork.RootAsync(met), await fork.HeadAsync(Now), gateway.AnswerAsync, None);
        var evidence = Assert.IsType<HeadVerdict.SplitView>(verdict).Evidence;
        Assert.NotNull(evidence);
        Assert.NotNull(LogEvidence.TryRead(evidence.Encode())!.Verify(_log.Key));
        Assert.Equal(own, _book.Newest!.Size);
    }

    [Fact]
    public async Task Ensure_GatewayCannotBridge_IsASplitViewWithoutEvidence()
    {
        await TakeAsync(_log);
        using var fork = _log.Fork(5);
        Extend(fork, 9, "theirs");
        Assert.Null(Assert.IsType<HeadVerdict.SplitView>(await _book.EnsureAsync(9, await fork.RootAsync(9), await fork.HeadAsync(Now), AskAsync, None)).Evidence);
    }

    [Fact]
    public async Task Ensure_AnswerIsAltered_IsNotBelieved()
    {
        await TakeAsync(_log);
        var head = await _log.HeadAsync(Now, 3);
        var root = await _log.RootAsync(3);
        async Task<ServerFrame?> AlteredAsync(ClientFrame frame)
        {
            var answer = await _log.AnswerAsync(frame);
            answer!.Consistency.Path[0] = MadeLog.Bytes(Digest.Sha256([1]));
            return answer;
        }

        Assert.IsType<HeadVerdict.SplitView>(await _book.EnsureAsync(3, root, head, AlteredAsync, None));
        Assert.IsType<HeadVerdict.Consistent>(await _book.EnsureAsync(3, root, head, AskAsync, None));
    }

    [Fact]
    public async Task Ensure_ConnectionBreaksOrServerIsBusy_IsAskedAgainLater()
    {
        await TakeAsync(_log);
        var (head, root) = (await _log.HeadAsync(Now, 3), await _log.RootAsync(3));
        Assert.IsType<HeadVerdict.Passing>(await _book.EnsureAsync(3, root, head, static _ => Task.FromResult<ServerFrame?>(null), None));
        var busy = new ServerFrame { Refused = new Refused { Code = RefusalCode.Busy, Text = "the server is busy" } };
        Assert.IsType<HeadVerdict.Passing>(await _book.EnsureAsync(3, root, head, _ => Task.FromResult<ServerFrame?>(busy), None));
    }

    [Fact]
    public async Task Ensure_SameTreeAgain_IsAskedOnce()
    {
        await TakeAsync(_log);
        var (head, root) = (await _log.HeadAsync(Now, 3), await _log.RootAsync(3));
        for (var n = 0; n < 3; n++) Assert.IsType<HeadVerdict.Consistent>(await _book.EnsureAsync(3, root, head, AskAsync, None));
        Assert.Equal(1, _asked);
    }

    private static void Extend(MadeLog log, ulong size, string what) => log.Grow((int)(size - log.Size), what);

    private Task<LogBook> OpenAsync() => LogBook.OpenAsync(_profile.Database, _log.Anchor, _clock, None);

    private async Task<HeadVerdict> TakeAsync(MadeLog log) => await _book.TakeAsync(await log.HeadAsync(Now), log.Keys.Encode(), AskAsync, None);

    private Task<ServerFrame?> AskAsync(ClientFrame frame)
    {
        _asked++;
        return _log.AnswerAsync(frame);
    }
}
