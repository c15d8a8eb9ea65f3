using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

/// <summary>The keys of a log, one after the other, and which of them a head must be signed by.</summary>
public sealed class LogKeysTests : IDisposable
{
    private readonly TestLog _log = new();

    public LogKeysTests()
    {
        for (var n = 1; n <= 3; n++)
        {
            _log.Grow(4, "leaf");
            _log.ReplaceKey(TestLog.Time.AddHours(n));
        }

        _log.Grow(4, "leaf");
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public void TryRead_WhatWasEncoded_IsTheSame()
    {
        var read = LogKeys.TryRead(_log.Key, _log.Keys.Encode())!;
        Assert.Equal(_log.Keys.Statements, read.Statements);
        Assert.Equal((_log.Keys.Present, _log.Keys.From, 15UL), (read.Present, read.From, read.From));
        Assert.Empty(LogKeys.TryRead(_log.Key, default(ReadOnlySpan<byte>))!.Statements);
        Assert.Equal(3, _log.Keys.Shared(read));
        Assert.Equal(2, _log.Keys.Take(2).Shared(read));
        Assert.Equal(_log.Keys.Statements[0].Key, _log.Keys.Take(1).Present);
    }

    [Fact]
    public void TryRead_StatementsThatDoNotFollow_IsNull()
    {
        var tokens = _log.Keys.Tokens;
        Assert.Null(LogKeys.TryRead(TestLog.Other(), tokens));
        Assert.Null(LogKeys.TryRead(_log.Key, tokens.Skip(1)));
        Assert.Null(LogKeys.TryRead(_log.Key, tokens.Reverse()));
        Assert.Null(LogKeys.TryRead(_log.Key, tokens.Append(tokens[^1])));
        var text = _log.Keys.Encode();
        Assert.Null(LogKeys.TryRead(_log.Key, text.AsSpan(..^1)));
        Assert.Null(LogKeys.TryRead(_log.Key, [.. text, (byte)'\n']));
        for (var at = 0; at < text.Length; at += 3)
        {
            var changed = (byte[])text.Clone();
            changed[at] ^= 1;
            Assert.Null(LogKeys.TryRead(_log.Key, changed));
        }

        Damage.Run(seed: 11, rounds: 300, text, damaged =>
        {
            if (LogKeys.TryRead(_log.Key, damaged) is { } read) Assert.Equal(damaged, read.Encode());
        });
    }

    [Fact]
    public void TryAppend_OnlyWhatFollows_IsTaken()
    {
        var (keys, last) = (_log.Keys, _log.Keys.Statements[^1]);
        Assert.NotNull(keys.TryAppend(_log.Statement(last.Time)));
        Assert.NotNull(keys.TryAppend(_log.Statement(last.Time, size: keys.From)));
        Assert.Null(keys.TryAppend(_log.Statement(last.Time, size: last.Size)));
        Assert.Null(keys.TryAppend(_log.Statement(last.Time.AddMilliseconds(-1))));
        // No key comes back: a thief of it would come back too.
        Assert.Null(keys.TryAppend(_log.Statement(last.Time, keys.First)));
        Assert.All(keys.Statements, one => Assert.Null(keys.TryAppend(_log.Statement(last.Time, one.Key))));
        Assert.Null(keys.TryAppend(_log.SignFirst(last with { Key = TestLog.Other(), Size = _log.Size })));
        Assert.Null(keys.TryAppend(_log.TreeHead()));
        Assert.All(BentJson.Of(Payload(_log.Statement(last.Time))), bent => Assert.Null(keys.TryAppend(_log.Sign(JwsType.LogKey, bent))));
    }

    [Fact]
    public void TryAppend_MoreThanThereMayBe_IsNull()
    {
        using var log = new TestLog();
        log.Grow(1, "leaf");
        for (var n = 0; n < LogKeys.MaxChanges; n++) log.ReplaceKey();
        Assert.InRange(log.Keys.Encode().Length, 1, LogKeys.MaxSize);
        Assert.NotNull(LogKeys.TryRead(log.Key, log.Keys.Encode()));
        Assert.Null(log.Keys.TryAppend(log.Statement()));
    }

    [Fact]
    public void TryVerify_EveryKeyAtEverySizeAndTime_OnlyTheRightOneCounts()
    {
        // Four logs that are this one up to a change of its key, each with the key of that time.
        using var first = new TestLog();
        var (logs, ends) = (new List<TestLog>(), new List<(ulong Size, DateTimeOffset Time)>());
        for (var n = 1; n <= 3; n++)
        {
            first.Grow(3, "leaf");
            logs.Add(first.Fork((int)first.Size));
            ends.Add((first.Size, TestLog.Time.AddMinutes(n)));
            first.ReplaceKey(ends[^1].Time);
        }

        logs.Add(first);
        ends.Add((ulong.MaxValue, DateTimeOffset.MaxValue));
        for (var size = 1UL; size <= first.Size + 3; size++)
        {
            var right = ends.FindIndex(end => size <= end.Size);
            for (var minute = 0; minute <= 4; minute++)
            {
                var head = new TreeHead(size, Digest.Sha256([(byte)size]), TestLog.Time.AddMinutes(minute));
                var user = new UserHead(TestLog.Bob, 1, default, size - 1, size, head.Root, head.Time, head.Time);
                for (var by = 0; by < logs.Count; by++)
                {
                    var counts = by == right && head.Time <= ends[by].Time;
                    Assert.Equal(counts, TreeHead.TryVerify(logs[by].SignLast(head), first.Keys) is not null);
                    Assert.Equal(counts, UserHead.TryVerify(logs[by].SignLast(user), first.Keys) is not null);
                    Assert.Equal(counts, SignedTree.TryVerify(logs[by].SignLast(new LogKeyStatement(TestLog.Other(), size, head.Root, head.Time)), first.Keys) is not null);
                }
            }
        }

        logs.ForEach(static log => log.Dispose());
    }

    [Fact]
    public void Evidence_AcrossAChangeOfTheKey_ProvesByTheFirstKeyAlone()
    {
        using var fork = _log.Fork(12);
        fork.Grow(20, "another view");
        var split = _log.SplitAgainst(fork);
        Assert.NotNull(LogEvidence.TryRead(split.Encode())!.Verify(_log.Key));
        Assert.Null((split with { Keys = [] }).Verify(_log.Key));
        Assert.Null((split with { Keys = [.. split.Keys.Take(2)] }).Verify(_log.Key));
        Assert.Null(LogEvidence.TryRead(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString((split with { Keys = [] }).Encode()).Replace("]}", "],\"keys\":[]}", StringComparison.Ordinal))));
        Assert.Null(LogEvidence.TryRead((split with { Keys = [.. Enumerable.Repeat("a"u8.ToArray(), LogKeys.MaxChanges + 1)] }).Encode()));
    }

    [Fact]
    public void KeyFork_TwoStatementsByOneKey_IsProven()
    {
        var (one, other) = (_log.Statement(TestLog.Time.AddDays(1)), _log.Statement(TestLog.Time.AddDays(2)));
        var fork = new LogEvidence.KeyFork(one, other) { Keys = _log.Keys.Tokens };
        Assert.Contains("made a second log", LogEvidence.TryRead(fork.Encode())!.Verify(_log.Key), StringComparison.Ordinal);
        Assert.Null((fork with { Other = one }).Verify(_log.Key));
        Assert.Null((fork with { Keys = [] }).Verify(_log.Key));
        Assert.Null((fork with { Other = _log.TreeHead() }).Verify(_log.Key));
        Assert.All(BentJson.Of((fork with { Keys = [] }).Encode()), static bent => Assert.Null(LogEvidence.TryRead(bent)));
    }

    private static byte[] Payload(byte[] token) => System.Buffers.Text.Base64Url.DecodeFromChars(Encoding.ASCII.GetString(token).Split('.')[1]);
}
