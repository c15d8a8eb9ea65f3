using System.Collections.Concurrent;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using TreeHead = TalkyWalky.Pki.Log.TreeHead;

namespace TalkyWalky.Client.Log;

/// <summary>
/// The largest tree of the transparency log that this device has seen signed, and its newest tree head, kept in the profile (docs/protocol.md 3.3). Every other head is held
/// against the largest tree: one of the two is the beginning of the other, or the log shows different things to different people.
/// </summary>
internal sealed class LogBook : IDisposable
{
    /// <summary>The log's clock may be ahead of this device's by so much.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private const int MaxKnown = 10_000;

    private const string Missing = "The server has not sent the head of the transparency log. If it does not come within a minute, tell your administrator.";

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<ulong, Digest> _known = [];
    private volatile LogKeys? _keys;
    private volatile SignedTree? _largest, _newest;
    private volatile string? _refusal;
    private volatile bool _wasTold;

    private LogBook(Database database, LogKey? key, TimeProvider time, IReadOnlyDictionary<LogHead, byte[]> kept)
    {
        (_database, _time) = (database, time);
        if (key is not null) _keys = LogKeys.TryRead(key, kept.GetValueOrDefault(LogHead.Keys)) ?? throw new ProfileDamagedException("the keys of the transparency log in it do not follow one another");
        (_largest, _newest) = (Read(kept, LogHead.LargestTree), Read(kept, LogHead.NewestTreeHead));
    }

    /// <exception cref="ProfileDamagedException">A head in the profile is not one of this log.</exception>
    public static Task<LogBook> OpenAsync(Database database, TrustAnchor anchor, TimeProvider time, CancellationToken cancellation) =>
        database.RunAsync(rows => new LogBook(database, anchor.Log, time, rows.Log.Heads()), cancellation);

    /// <summary>Null in a profile of no organisation.</summary>
    public LogKeys? Keys => _keys;

    /// <summary>The newest tree head; what this device tells others of the log.</summary>
    public SignedTree? Newest => _newest;

    /// <summary>The server sent a head since the profile was opened.</summary>
    public bool WasTold => _wasTold;

    public void Dispose() => _turn.Dispose();

    /// <summary>Why nothing may be sealed, published or committed now, sentences; null when it may.</summary>
    public string? Staleness()
    {
        if (_newest is not { } newest) return _refusal ?? Missing;
        var now = _time.GetUtcNow();
        if (newest.Time > now + Skew) return Doubtful(newest.Time, "which is still to come by this computer's clock");
        if (now - newest.Time <= TreeHead.MaxAge) return null;
        return _refusal ?? Doubtful(newest.Time, "which is too long ago by this computer's clock");
    }

    /// <summary>The tree of this token was held against the largest one before.</summary>
    public bool Knows(ReadOnlyMemory<byte> token)
    {
        if (_newest is { } newest && newest.Token.Span.SequenceEqual(token.Span)) return true;
        return _keys is { } keys && SignedTree.TryVerify(token, keys) is { } tree
            && ((_largest is { } largest && largest.Size == tree.Size && largest.Root == tree.Root) || (_known.TryGetValue(tree.Size, out var root) && root == tree.Root));
    }

    /// <summary>A head that no known key signed may be by one that the server's next head tells of: a peer, or another answer, can be faster. Not so once a head of that time was told.</summary>
    public bool MayFollow(DateTimeOffset time, ulong size) =>
        time <= _time.GetUtcNow() + Skew && (_newest is not { } newest || (newest.Time, newest.Size).CompareTo((time, size)) < 0);

    /// <summary>Looks at a tree head that the server sent, and keeps it if it is newer.</summary>
    /// <param name="keys">By which statements the log's key was replaced, as the server says.</param>
    /// <param name="ask">Asks the gateway; null when the connection ended first.</param>
    public async Task<HeadVerdict> TakeAsync(ReadOnlyMemory<byte> token, ReadOnlyMemory<byte> keys, Func<ClientFrame, Task<ServerFrame?>> ask, CancellationToken cancellation)
    {
        var verdict = await JudgeAsync(token, keys, ask, cancellation);
        _wasTold = true;
        _refusal = verdict switch
        {
            HeadVerdict.Refused refused => $"The head of the transparency log that the server sent was refused: {refused.Why}. Tell your administrator.",
            HeadVerdict.SplitView or HeadVerdict.RolledBack => "The server's transparency log contradicts what this device saw of it before. Tell your administrator.",
            HeadVerdict.Passing passing => passing.Why,
            _ => null,
        };
        return verdict;
    }

    /// <summary>Holds a tree that the log's key signed against the largest one that is known here, which it becomes if it is larger.</summary>
    /// <param name="token">What names the tree: the verified token of a tree head or a user head.</param>
    /// <param name="ask">Asks the gateway; null when the connection ended first.</param>
    public async Task<HeadVerdict> EnsureAsync(ulong size, Digest root, ReadOnlyMemory<byte> token, Func<ClientFrame, Task<ServerFrame?>> ask, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await EnsureInTurnAsync(new SignedTree(size, root, default, token), ask, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<HeadVerdict> JudgeAsync(ReadOnlyMemory<byte> token, ReadOnlyMemory<byte> keys, Func<ClientFrame, Task<ServerFrame?>> ask, CancellationToken cancellation)
    {
        if (_keys is null || TreeHead.TryRead(token.Span) is not { } head) return NotSigned();
        if (head.Time > _time.GetUtcNow() + Skew) return new HeadVerdict.Refused("its time is still to come by this computer's clock");
        await _turn.WaitAsync(cancellation);
        try
        {
            if (await LearnAsync(keys, ask, cancellation) is not HeadVerdict.Consistent and var doubt) return doubt;
            if (TreeHead.TryVerify(token.Span, _keys) is null) return NotSigned();
            if (_newest is { } before && head.Size < before.Size && head.Time > before.Time) return new HeadVerdict.RolledBack();
            var tree = new SignedTree(head.Size, head.Root, head.Time, token);
            var verdict = await EnsureInTurnAsync(tree, ask, cancellation);
            if (verdict is not HeadVerdict.Consistent || (_newest is { } known && (known.Time, known.Size).CompareTo((head.Time, head.Size)) >= 0)) return verdict;
            await KeepAsync(LogHead.NewestTreeHead, tree, cancellation);
            _newest = tree;
            return verdict;
        }
        finally
        {
            _turn.Release();
        }
    }

    private static HeadVerdict.Refused NotSigned() => new("the key of your organisation's log did not sign it");

    // Each key is believed on the word of the one before, about a log that is the one known here.
    private async Task<HeadVerdict> LearnAsync(ReadOnlyMemory<byte> text, Func<ClientFrame, Task<ServerFrame?>> ask, CancellationToken cancellation)
    {
        var known = _keys!;
        if (LogKeys.TryRead(known.First, text.Span) is not { } told) return new HeadVerdict.Refused("what the server says of how the log's key was replaced is not signed by the key before");
        var shared = known.Shared(told);
        if (shared < told.Statements.Count && shared < known.Statements.Count)
            return new HeadVerdict.SplitView(new LogEvidence.KeyFork(known.Tokens[shared], told.Tokens[shared]) { Keys = known.Take(shared).Tokens });
        for (var next = shared; next < told.Statements.Count; next++)
        {
            var last = told.Statements[next];
            if (last.Time > _time.GetUtcNow() + Skew) return new HeadVerdict.Refused("the time at which its key was replaced is still to come by this computer's clock");
            var tree = new SignedTree(last.Size, last.Root, last.Time, told.Tokens[next]);
            if (await EnsureInTurnAsync(tree, ask, cancellation) is not HeadVerdict.Consistent and var doubt) return doubt;
            await LearnAsync(told.Take(next + 1), tree, cancellation);
        }

        return new HeadVerdict.Consistent();
    }

    // What the old key signed beyond its last word is forgotten: that was somebody else.
    private async Task LearnAsync(LogKeys keys, SignedTree last, CancellationToken cancellation)
    {
        var largest = _largest is { } one && SignedTree.TryVerify(one.Token, keys) is not null ? one : last;
        var newest = _newest is { } other && SignedTree.TryVerify(other.Token, keys) is not null ? other : null;
        await _database.RunAsync(
            rows =>
            {
                rows.Log.SetHead(LogHead.Keys, keys.Encode());
                rows.Log.SetHead(LogHead.LargestTree, largest.Token.ToArray());
                if (newest is null) rows.Log.RemoveHead(LogHead.NewestTreeHead);
            },
            cancellation);
        (_keys, _largest, _newest) = (keys, largest, newest);
    }

    private async Task<HeadVerdict> EnsureInTurnAsync(SignedTree met, Func<ClientFrame, Task<ServerFrame?>> ask, CancellationToken cancellation)
    {
        var verdict = await CompareAsync(met, ask, cancellation);
        return verdict is HeadVerdict.SplitView { Evidence: { } evidence } ? new HeadVerdict.SplitView(evidence with { Keys = _keys!.Tokens }) : verdict;
    }

    private async Task<HeadVerdict> CompareAsync(SignedTree met, Func<ClientFrame, Task<ServerFrame?>> ask, CancellationToken cancellation)
    {
        if (_largest is not { } own)
        {
            await GrowAsync(met, cancellation);
            return new HeadVerdict.Consistent();
        }

        if (met.Size == own.Size) return met.Root == own.Root ? new HeadVerdict.Consistent() : new HeadVerdict.SplitView(Consistencies.Split(met, own, own.Root, []));
        if (_known.TryGetValue(met.Size, out var known) && known == met.Root) return new HeadVerdict.Consistent();
        var fetch = new FetchConsistency { First = Math.Min(met.Size, own.Size), Second = Math.Max(met.Size, own.Size) };
        switch (await ask(new ClientFrame { FetchConsistency = fetch }))
        {
            case null:
                return new HeadVerdict.Passing("The connection broke before the transparency log was compared; it is compared when the connection is back.");
            case { BodyCase: ServerFrame.BodyOneofCase.Consistency, Consistency: var answer }:
                var verdict = Consistencies.Judge(own, met, answer);
                if (verdict is not HeadVerdict.Consistent) return verdict;
                if (met.Size > own.Size) await GrowAsync(met, cancellation);
                else Remember(met);
                return verdict;
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: { Code: not (RefusalCode.NotAllowed or RefusalCode.Malformed) } refused }:
                return new HeadVerdict.Passing($"The server does not compare the transparency log now: {Sentences.Of(refused.Text)}");
            default:
                return new HeadVerdict.SplitView(null);
        }
    }

    private async Task GrowAsync(SignedTree tree, CancellationToken cancellation)
    {
        await KeepAsync(LogHead.LargestTree, tree, cancellation);
        if (_largest is { } before) Remember(before);
        _largest = tree;
    }

    private void Remember(SignedTree tree)
    {
        if (_known.Count >= MaxKnown) _known.Clear();
        _known[tree.Size] = tree.Root;
    }

    private Task KeepAsync(LogHead which, SignedTree tree, CancellationToken cancellation) => _database.RunAsync(rows => rows.Log.SetHead(which, tree.Token.ToArray()), cancellation);

    private SignedTree? Read(IReadOnlyDictionary<LogHead, byte[]> kept, LogHead which)
    {
        if (_keys is null || !kept.TryGetValue(which, out var token)) return null;
        return SignedTree.TryVerify(token, _keys) ?? throw new ProfileDamagedException("a head of the transparency log in it is not one of its authority");
    }

    private string Doubtful(DateTimeOffset signed, string how) =>
        $"The newest head of the transparency log is of {Sentences.Moment(signed, _time.LocalTimeZone)}, {how}. Check the clock; if it is right, tell your administrator that no new heads come.";
}
