using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// The transparency log (docs/protocol.md section 3): what the store noted becomes leaves, leaves get a signed head, and people's newest device lists get theirs. Only one of an organisation appends.
/// Each step is whole in the store before the next begins, and begins from what the store has: whoever dies when, nothing is lost and nothing is told twice.
/// </summary>
public sealed partial class TransparencyLog : IDisposable
{
    /// <summary>Between two looks for changes that nobody waits for, such as commits of rooms, and for heads that grow old.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    /// <summary>How old the tree head grows.</summary>
    private static readonly TimeSpan TreeHeadLife = TimeSpan.FromMinutes(10) - Look;

    /// <summary>What is left of a user head when it is signed again: more than half.</summary>
    private static readonly TimeSpan UserHeadRest = (UserHead.MaxLife / 2) + (2 * Look);

    /// <summary>Devices take no head from further ahead.</summary>
    private static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    private readonly LogWriter _writer;
    private readonly LogHeads _heads;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _running = new(1);
    private DateTimeOffset _last; // what no leaf and no head may be older than
    private long _asked, _done;

    private TransparencyLog(LogWriter writer, LogHeads heads, ILogStore store, TimeProvider time, ILogger logger) =>
        (_writer, _heads, Store, _time, _logger) = (writer, heads, store, time, logger);

    public ILogStore Store { get; }

    /// <summary>Verify its heads.</summary>
    public LogKeys Keys => _heads.Signer.Keys;

    /// <summary>Who is told of new heads.</summary>
    internal DeviceCallbacks Callbacks { get; set; } = DeviceCallbacks.None;

    /// <param name="folder">Keeps the newest signed head in <c>log.head</c>: that of the CA.</param>
    /// <exception cref="AuthorityException">The store's log does not go on from what was signed: a sentence that says why and what to do.</exception>
    public static async Task<TransparencyLog> OpenAsync(
        CertificateAuthority authority, string folder, IStore store, ILogStore log, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        var heads = new LogHeads(authority.Log, folder, log);
        await heads.OpenAsync(cancellation);
        var opened = new TransparencyLog(new LogWriter(store, log), heads, log, time, logger);
        await opened.FinishKeyAsync(cancellation);
        var size = await log.SizeAsync(cancellation);
        var last = size > 0 && await log.LeavesAsync(size - 1, maxBytes: 1, cancellation) is [var leaf, ..] ? LogEntry.TryRead(leaf)?.Time : null;
        opened._last = new[] { last, heads.Newest?.Time }.Max() ?? DateTimeOffset.MinValue;
        if (opened._last > time.GetUtcNow() + MaxAhead) LogAhead(logger, opened._last);
        return opened;
    }

    /// <summary>What the store noted before this call is in the log when it returns, and heads are signed. Throws <see cref="EngineException"/> or <see cref="AuthorityException"/>.</summary>
    public async Task CatchUpAsync(CancellationToken cancellation)
    {
        var ticket = Interlocked.Increment(ref _asked);
        await _running.WaitAsync(cancellation);
        try
        {
            if (_done >= ticket) return; // one turn serves all who waited for it
            var through = Volatile.Read(ref _asked);
            await AppendAsync(CancellationToken.None); // others wait for it too
            _done = through;
        }
        finally
        {
            _running.Release();
        }
    }

    /// <summary>As <see cref="CatchUpAsync"/>, and every head that grows old is signed again.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        await TurnAsync(
            async () =>
            {
                foreach (var user in await AppendAsync(cancellation)) Callbacks.Changed(user);
                return false;
            },
            cancellation);
        while (await TurnAsync(() => _heads.SignUsersAsync(Now() + UserHeadRest, Now(), cancellation), cancellation))
        {
            // Others take their turn between two pages.
        }
    }

    /// <summary>A new key signs from now on; the old one's last word is a leaf. Throws <see cref="EngineException"/> or <see cref="AuthorityException"/>; what was begun is finished at the next turn then.</summary>
    public async Task ReplaceKeyAsync(CancellationToken cancellation)
    {
        await TurnAsync(
            async () =>
            {
                foreach (var user in await AppendAsync(CancellationToken.None)) Callbacks.Changed(user);
                if (_heads.Newest is not { } head) throw new AuthorityException("the transparency log has no entry yet, so its key has signed nothing; start the server once, then replace the key");
                _heads.Signer.Begin(head.Size, head.Root, Now());
                await AppendAsync(CancellationToken.None);
                return false;
            },
            cancellation);
    }

    /// <summary>Until cancelled.</summary>
    public async Task KeepCurrentAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Look, _time);
        try
        {
            do await TryRefreshAsync(stop);
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // stopping
        }
    }

    public void Dispose() => _running.Dispose();

    private async Task TryRefreshAsync(CancellationToken stop)
    {
        try
        {
            await RefreshAsync(stop);
        }
        catch (Exception failed) when (failed is EngineException or AuthorityException)
        {
            LogNotKept(_logger, failed);
        }
    }

    private async Task<bool> TurnAsync(Func<Task<bool>> turn, CancellationToken cancellation)
    {
        await _running.WaitAsync(cancellation);
        try
        {
            return await turn();
        }
        finally
        {
            _running.Release();
        }
    }

    // People who have another list now.
    private async Task<IReadOnlyList<UserId>> AppendAsync(CancellationToken cancellation)
    {
        var changed = new List<UserId>();
        await FinishKeyAsync(cancellation);
        var size = await Store.SizeAsync(cancellation);
        _heads.RequireSize(size);
        while (await _writer.NextAsync(size, Now(), cancellation) is { } batch)
        {
            if (!await Store.AppendAsync(size, batch, cancellation)) throw TwoWriters();
            size += (ulong)batch.Leaves.Count;
            changed.AddRange(batch.Lists.Select(static list => list.User));
        }

        var isNews = size > 0 && !IsCurrent(size);
        if (isNews) await _heads.SignAsync(size, Now(), cancellation);
        while (await _heads.SignUsersAsync(DateTimeOffset.UnixEpoch, Now(), cancellation))
        {
            // Those who have none; as a rule those whose lists were appended just now.
        }

        if (isNews) Callbacks.StatusReplaced();
        return [.. changed.Distinct()];
    }

    // The old key's last word becomes a leaf, once, and the files of the new key are put in place.
    private async Task FinishKeyAsync(CancellationToken cancellation)
    {
        if (_heads.Signer is not { IsChanging: true, Keys: { Statements: [.., var statement], Tokens: [.., var token] } } signer) return;
        var (size, data) = (await Store.SizeAsync(cancellation), new LoggedKey(statement.Time, token).Encode());
        if (size == statement.Size)
        {
            var leaf = new LogLeaf(data, MerkleProof.HashLeaf(data));
            if (!await Store.AppendAsync(size, new LogBatch([leaf], await LogGrowth.CompletedAsync(Store, size, [leaf.Hash], cancellation), [], Through: 0), cancellation)) throw TwoWriters();
        }
        else if (await Store.LeavesAsync(statement.Size, maxBytes: 1, cancellation) is not [var logged, ..] || !logged.AsSpan().SequenceEqual(data))
        {
            throw new AuthorityException(
                $"the change of the log's key that was begun on {statement.Time:u} does not fit the log in the database, which has {size} entries: the database was brought back from another copy; bring back the newest");
        }

        signer.Finish();
    }

    private static EngineException TwoWriters() => new("another process writes the transparency log: two authorities use one database; stop one of them");

    private bool IsCurrent(ulong size) => _heads is { IsPublished: true, Newest: { } head } && head.Size == size && (Now() - head.Time).Duration() < TreeHeadLife;

    // Of leaves and heads none is older than one before it, whatever becomes of the clock.
    private DateTimeOffset Now()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        return _last = now > _last ? now : _last;
    }

    [LoggerMessage(50, LogLevel.Error, "The transparency log could not be written or its heads not signed; it is tried again in a moment. Without a fresh head clients send nothing")]
    private static partial void LogNotKept(ILogger logger, Exception failure);

    [LoggerMessage(51, LogLevel.Error, "The transparency log was written last on {Last:u}, which is ahead of this machine's clock; set the clock right. Until it has come there devices refuse the log's heads, and nobody sends")]
    private static partial void LogAhead(ILogger logger, DateTimeOffset last);
}
