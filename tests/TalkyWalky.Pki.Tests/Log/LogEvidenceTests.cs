using System.Text;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

/// <summary>What proves that a log lied, and everything that does not.</summary>
public sealed class LogEvidenceTests : IDisposable
{
    private readonly TestLog _log = new();

    public LogEvidenceTests()
    {
        _log.Grow(3, "common");
        _log.Append(TestLog.List(TestLog.Bob, 1, TestLog.Device(1, Admission.First)));
        _log.Append(TestLog.List(TestLog.Carol, 1, TestLog.Device(9, Admission.First)));
    }

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(6, 6)]
    [InlineData(7, 7)]
    [InlineData(8, 8)]
    [InlineData(6, 7)]
    [InlineData(8, 9)]
    [InlineData(8, 16)]
    [InlineData(7, 300)]
    [InlineData(16, 300)]
    [InlineData(255, 300)]
    [InlineData(256, 300)]
    [InlineData(257, 300)]
    [InlineData(299, 300)]
    public void SplitView_TwoLogsUnderOneKey_IsProven(int smaller, int larger)
    {
        using var one = _log.Fork(5);
        using var other = _log.Fork(5);
        one.Grow(smaller - 5, "shown to Bob");
        other.Grow(larger - 5, "shown to Carol");
        var split = one.SplitAgainst(other);
        AssertProves($"a tree of {smaller} entries on 2026-03-01 12:00:00Z and one of {larger} entries", split);
        // User heads name trees too.
        AssertProves("different people were shown different logs", split with { Smaller = one.UserHead(3) });
        AssertProves("different people were shown different logs", split with { Larger = other.UserHead(4) });
        AssertProves("different people were shown different logs", split with { Smaller = one.UserHead(3), Larger = other.UserHead(3) });
    }

    [Fact]
    public void SplitView_ConsistentTrees_ProveNothing()
    {
        _log.Grow(70, "one log");
        for (ulong size = 1; size <= _log.Size; size += size < 20 ? 1UL : 7UL)
        {
            for (var first = 1UL; first <= size; first += first < 20 ? 1UL : 7UL)
            {
                var (smaller, larger) = (_log.TreeHead(first), _log.TreeHead(size));
                var path = _log.Consistency(first, size);
                var honest = new LogEvidence.SplitView(smaller, larger, _log.Root(first), path);
                Assert.Null(honest.Verify(_log.Key));
                // Nor with roots that somebody would like to have been there.
                Assert.Null((honest with { Root = Digest.Sha256("other"u8) }).Verify(_log.Key));
                Assert.Null((honest with { Root = _log.Root(size) }).Verify(_log.Key));
                foreach (var node in path) Assert.Null((honest with { Root = node }).Verify(_log.Key));
                Assert.Null((honest with { Smaller = larger, Larger = smaller }).Verify(_log.Key));
            }
        }
    }

    [Fact]
    public void SplitView_NotAsItWas_ProvesNothing()
    {
        using var one = _log.Fork(5);
        using var other = _log.Fork(5);
        using var stranger = new TestLog();
        one.Grow(4, "shown to Bob");
        other.Grow(30, "shown to Carol");
        stranger.Grow(9, "shown to Bob");
        var split = one.SplitAgainst(other);
        AssertProves("", split);
        Assert.Null(split.Verify(stranger.Key));
        Assert.Null((split with { Smaller = stranger.TreeHead() }).Verify(_log.Key));
        Assert.Null((split with { Smaller = split.Larger, Larger = split.Smaller }).Verify(_log.Key));
        Assert.Null((split with { Smaller = one.Leaves[3] }).Verify(_log.Key));
        Assert.Null((split with { Root = one.Root() }).Verify(_log.Key));
        Assert.Null((split with { Root = other.Root(8) }).Verify(_log.Key));
        Assert.Null((split with { Path = [] }).Verify(_log.Key));
        Assert.Null((split with { Path = [.. split.Path.Reverse()] }).Verify(_log.Key));
        Assert.Null((split with { Path = [.. split.Path, default] }).Verify(_log.Key));
        Assert.Null((split with { Smaller = one.TreeHead(8) }).Verify(_log.Key));
        Assert.Null((split with { Larger = other.TreeHead(29) }).Verify(_log.Key));
    }

    [Fact]
    public void HiddenList_LaterListInTheSameTree_IsProven()
    {
        var second = _log.Append(TestLog.List(TestLog.Bob, 2, TestLog.Device(1, Admission.First), TestLog.Device(2)));
        _log.Grow(40, "later");
        AssertProves($"device list 1 of {TestLog.Bob} is the newest, while list 2", Hidden(_log.UserHead(3), second));

        // Two lists of one number: one of them was not shown.
        var twin = _log.Append(TestLog.List(TestLog.Bob, 1, TestLog.Device(7)));
        AssertProves("another one, stood in the same log at 46", Hidden(_log.UserHead(3), twin));
        AssertProves("", Hidden(_log.UserHead(twin), 3));
    }

    [Fact]
    public void HiddenList_NotAsItWas_ProvesNothing()
    {
        var second = _log.Append(TestLog.List(TestLog.Bob, 2, TestLog.Device(1, Admission.First), TestLog.Device(2)));
        var carols = _log.Append(TestLog.List(TestLog.Carol, 2, TestLog.Device(9, Admission.First), TestLog.Device(8)));
        _log.Grow(20, "later");
        using var stranger = new TestLog();
        var hidden = Hidden(_log.UserHead(3), second);
        AssertProves("", hidden);
        Assert.Null(hidden.Verify(stranger.Key));
        // The newest itself, an earlier one, another person's, what is no list.
        Assert.Null(Hidden(_log.UserHead(second), second).Verify(_log.Key));
        Assert.Null(Hidden(_log.UserHead(second), 3).Verify(_log.Key));
        Assert.Null(Hidden(_log.UserHead(3), carols).Verify(_log.Key));
        Assert.Null(Hidden(_log.UserHead(3), 0).Verify(_log.Key));
        // A list that came after the head.
        Assert.Null(Hidden(_log.UserHead(3, size: 5), second).Verify(_log.Key));
        // A list that nobody logged.
        Assert.Null((hidden with { Leaf = TestLog.List(TestLog.Bob, 3).Encode() }).Verify(_log.Key));
        Assert.Null((hidden with { Leaf = [.. hidden.Leaf, (byte)' '] }).Verify(_log.Key));
        Assert.Null((hidden with { Index = 3 }).Verify(_log.Key));
        Assert.Null((hidden with { Index = _log.Size + 5 }).Verify(_log.Key));
        Assert.Null((hidden with { Path = [] }).Verify(_log.Key));
        Assert.Null((hidden with { Head = _log.TreeHead() }).Verify(_log.Key));
        Assert.Null((hidden with { Head = stranger.Sign(UserHead.TryVerify(hidden.Head, _log.Keys)!) }).Verify(_log.Key));
    }

    [Fact]
    public void TryRead_File_IsOneToOne()
    {
        using var one = _log.Fork(5);
        using var other = _log.Fork(5);
        one.Grow(4, "shown to Bob");
        other.Grow(30, "shown to Carol");
        var second = _log.Append(TestLog.List(TestLog.Bob, 2));
        foreach (var evidence in (LogEvidence[])[one.SplitAgainst(other), one.SplitAgainst(one), Hidden(_log.UserHead(3), second)])
        {
            var file = evidence.Encode();
            Assert.Equal(evidence.Verify(_log.Key), LogEvidence.TryRead(file)!.Verify(_log.Key));
            AssertOneToOne(file);
            for (var at = 0; at < file.Length; at++)
            {
                foreach (var with in " \"\\0A{[,]é"u8)
                {
                    var changed = (byte[])file.Clone();
                    changed[at] = with;
                    AssertOneToOne(changed);
                }
            }

            Damage.Run(seed: 5, rounds: 3000, file, AssertOneToOne);
            Assert.All(BentJson.Of(file), static bent => Assert.Null(LogEvidence.TryRead(bent)));
        }
    }

    [Fact]
    public void TryRead_AByteThatChangesWhatWasSigned_ProvesNothing()
    {
        using var one = _log.Fork(5);
        using var other = _log.Fork(5);
        one.Grow(1, "shown to Bob");
        other.Grow(2, "shown to Carol");
        var file = one.SplitAgainst(other).Encode();
        for (var at = 0; at < file.Length; at++)
        {
            var changed = (byte[])file.Clone();
            changed[at] ^= 1;
            Assert.Null(LogEvidence.TryRead(changed)?.Verify(_log.Key));
        }
    }

    [Fact]
    public void TryRead_OutOfBounds_IsNull()
    {
        var split = new LogEvidence.SplitView(new byte[] { (byte)'a' }, new byte[] { (byte)'b' }, default, new Digest[64]);
        Assert.NotNull(LogEvidence.TryRead(split.Encode()));
        Assert.Null(LogEvidence.TryRead((split with { Path = new Digest[65] }).Encode()));
        Assert.NotNull(LogEvidence.TryRead((split with { Larger = [.. Enumerable.Repeat((byte)'a', UserHead.MaxSize)] }).Encode()));
        Assert.Null(LogEvidence.TryRead((split with { Larger = [.. Enumerable.Repeat((byte)'a', UserHead.MaxSize + 1)] }).Encode()));
        var hidden = new LogEvidence.HiddenList("a"u8.ToArray(), new byte[LogEntry.MaxSize], (1UL << 53) - 1, new Digest[64]);
        Assert.InRange(hidden.Encode().Length, 1, LogEvidence.MaxFile);
        Assert.NotNull(LogEvidence.TryRead(hidden.Encode()));
        Assert.Null(LogEvidence.TryRead((hidden with { Leaf = new byte[LogEntry.MaxSize + 1] }).Encode()));
        Assert.Null(LogEvidence.TryRead((hidden with { Leaf = [] }).Encode()));
        Assert.Null(LogEvidence.TryRead((hidden with { Index = 1UL << 53 }).Encode()));
        Assert.Null(LogEvidence.TryRead(new byte[LogEvidence.MaxFile + 1]));
        Assert.Null(LogEvidence.TryRead(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(split.Encode()).Replace("\"a\"", "\"é\"", StringComparison.Ordinal))));
    }

    private LogEvidence.HiddenList Hidden(byte[] head, ulong index)
    {
        var size = UserHead.TryVerify(head, _log.Keys)!.Size;
        return new LogEvidence.HiddenList(head, _log.Leaves[(int)index], index, index < size ? _log.PathTo(index, size) : _log.PathTo(index));
    }

    private void AssertProves(string sentence, LogEvidence evidence)
    {
        var read = LogEvidence.TryRead(evidence.Encode())!;
        Assert.Contains(sentence, read.Verify(_log.Key), StringComparison.Ordinal);
    }

    private static void AssertOneToOne(byte[] text)
    {
        if (LogEvidence.TryRead(text) is { } read) Assert.Equal(text, read.Encode());
    }
}
