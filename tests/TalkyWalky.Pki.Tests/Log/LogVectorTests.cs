using System.Diagnostics;
using System.Text;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

/// <summary>What was logged once means the same for ever, until protocol, code and vector change together. <c>TALKYWALKY_WRITE_VECTORS=1</c> makes the vector anew.</summary>
public sealed class LogVectorTests
{
    private static readonly LogVector Vector = Load();
    private static readonly LogKey Key = LogKey.TryRead(Convert.FromBase64String(Vector.Key))!;
    private static readonly LogKeys Keys = LogKeys.TryRead(Key, Vector.Keys.Select(Encoding.ASCII.GetBytes))!;

    [Fact]
    public void Leaves_Committed_HaveTheirHashesAndOneText()
    {
        var kinds = new HashSet<Type>();
        foreach (var leaf in Vector.Leaves)
        {
            var text = Encoding.UTF8.GetBytes(leaf.Text);
            var entry = LogEntry.TryRead(text)!;
            Assert.Equal(leaf.Text, Encoding.UTF8.GetString(entry.Encode()));
            Assert.Equal(leaf.Hash, MerkleProof.HashLeaf(text).ToString());
            kinds.Add(entry.GetType());
        }

        Assert.Equal(6, kinds.Count);
        Assert.Equal(Vector.Anchor, TrustAnchor.FromRoot(Convert.FromBase64String(Vector.Root), Key).Hash.ToString());
    }

    [Fact]
    public void RootsAndProofs_Committed_AreTheTrees()
    {
        Digest[] hashes = [.. Vector.Leaves.Select(static leaf => Parse(leaf.Hash))];
        var (tree, all) = (new StoredTree(hashes), (ulong)hashes.Length);
        var root = Parse(Vector.Roots[^1]);
        Assert.Equal(hashes.Length, Vector.Roots.Count);
        for (var size = 1UL; size <= all; size++)
        {
            var at = (int)size - 1;
            Assert.Equal(Vector.Roots[at], Assert.Single(tree.Answer(LogTree.Root(size))).ToString());
            Assert.Equal(Vector.Inclusion[at], tree.Answer(LogTree.Inclusion(size - 1, all)).Select(static hash => hash.ToString()));
            Assert.Equal(Vector.Consistency[at], tree.Answer(LogTree.Consistency(size, all)).Select(static hash => hash.ToString()));
            Assert.True(MerkleProof.VerifyInclusion(root, all, size - 1, hashes[at], [.. Vector.Inclusion[at].Select(Parse)]));
            Assert.True(MerkleProof.VerifyConsistency(Parse(Vector.Roots[at]), size, root, all, [.. Vector.Consistency[at].Select(Parse)]));
        }
    }

    [Fact]
    public void Keys_Committed_FollowOneAnotherAndStandInTheLog()
    {
        Assert.NotEmpty(Keys.Statements);
        foreach (var (statement, token) in Keys.Statements.Zip(Vector.Keys))
        {
            var leaf = Assert.IsType<LoggedKey>(LogEntry.TryRead(Encoding.UTF8.GetBytes(Vector.Leaves[(int)statement.Size].Text)));
            Assert.Equal((token, statement.Time), (Encoding.ASCII.GetString(leaf.Token.Span), leaf.Time));
            Assert.Equal(Vector.Roots[(int)statement.Size - 1], statement.Root.ToString());
        }
    }

    [Fact]
    public void Heads_Committed_Verify()
    {
        Assert.Equal(Vector.Roots, Vector.TreeHeads.Select(static token => TreeHead.TryVerify(Encoding.ASCII.GetBytes(token), Keys)!.Root.ToString()));
        foreach (var head in Vector.UserHeads.Select(static token => UserHead.TryVerify(Encoding.ASCII.GetBytes(token), Keys)!))
        {
            var list = Assert.IsType<DeviceList>(LogEntry.TryRead(Encoding.UTF8.GetBytes(Vector.Leaves[(int)head.Index].Text)));
            Assert.Equal((list.User, list.Seq), (head.User, head.Seq));
            Assert.Equal((Vector.Leaves[(int)head.Index].Hash, Vector.Roots[(int)head.Size - 1]), (head.Leaf.ToString(), head.Root.ToString()));
        }
    }

    [Fact]
    public void Evidence_Committed_ProvesOrNot()
    {
        Assert.Contains(Vector.Evidence, static one => one.IsProof);
        Assert.Contains(Vector.Evidence, static one => !one.IsProof);
        foreach (var one in Vector.Evidence)
        {
            var evidence = LogEvidence.TryRead(Encoding.UTF8.GetBytes(one.File))!;
            Assert.Equal(one.File, Encoding.UTF8.GetString(evidence.Encode()));
            Assert.True(one.IsProof == evidence.Verify(Key) is not null, one.What);
        }
    }

    [Fact]
    public void Refused_Committed_AreRefused()
    {
        Assert.InRange(Vector.Refused.Count, 60, 150);
        foreach (var one in Vector.Refused)
        {
            var text = Encoding.UTF8.GetBytes(one.Text);
            object? read = one.Kind switch
            {
                "leaf" => LogEntry.TryRead(text),
                "tree-head" => TreeHead.TryVerify(text, Keys),
                "log-key" => Keys.TryAppend(text),
                "user-head" => UserHead.TryVerify(text, Keys),
                _ => one.Kind,
            };
            Assert.True(read is null, one.What);
        }
    }

    [Fact]
    public async Task Node_CommittedVector_ComesToTheSame()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var start = new ProcessStartInfo("node", [Path.Combine(Repository.Root, "tests", "interop", "jose", "log.mjs"), Repository.Vectors()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        string said;
        try
        {
            var (output, errors) = (node.StandardOutput.ReadToEndAsync(timeout.Token), node.StandardError.ReadToEndAsync(timeout.Token));
            await node.WaitForExitAsync(timeout.Token);
            said = await output + await errors;
        }
        finally
        {
            if (!node.HasExited) node.Kill();
        }

        Assert.True(node.ExitCode == 0, said);
        Assert.Equal(7 + Vector.Evidence.Count + Vector.Refused.Count, said.Split('\n').Count(static line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    private static Digest Parse(string hex) => Digest.TryParse(hex, out var hash) ? hash : default;

    private static LogVector Load()
    {
        if (Environment.GetEnvironmentVariable("TALKYWALKY_WRITE_VECTORS") is "1") LogVector.Write();
        return LogVector.Load();
    }
}
