using System.Text.Json;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

public sealed class MerkleTests
{
    [Fact]
    public void VerifyInclusion_PublicVectors_AllAgree() => Assert.Equal(98, Replay("inclusion", static vector =>
        TryHash(vector, "root", out var root)
        && TryHash(vector, "leafHash", out var leaf)
        && TryProof(vector, out var proof)
        && MerkleProof.VerifyInclusion(root, vector.GetProperty("treeSize").GetUInt64(), vector.GetProperty("leafIdx").GetUInt64(), leaf, proof)));

    [Fact]
    public void VerifyConsistency_PublicVectors_AllAgree() => Assert.Equal(98, Replay("consistency", static vector =>
        TryProof(vector, out var proof)
        && MerkleProof.VerifyConsistency(
            Root(vector, "root1"), vector.GetProperty("size1").GetUInt64(), Root(vector, "root2"), vector.GetProperty("size2").GetUInt64(), proof)));

    [Fact]
    public void LogTree_PublicVectors_GivesTheirRootsAndProofs()
    {
        // The tree of the vectors' "happy path": its leaves are those of Certificate Transparency's own tests.
        string[] data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        var tree = new StoredTree([.. data.Select(static leaf => MerkleProof.HashLeaf(Convert.FromHexString(leaf)))]);
        var files = Directory.GetFiles(Repository.Vectors("merkle", "testdata"), "happy-path.json", SearchOption.AllDirectories);
        Assert.Equal(10, files.Length);
        foreach (var file in files)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var vector = json.RootElement;
            Assert.True(TryProof(vector, out var proof));
            if (vector.TryGetProperty("treeSize", out var treeSize))
            {
                Assert.Equal([Root(vector, "root")], tree.Answer(LogTree.Root(treeSize.GetUInt64())));
                Assert.Equal(proof, tree.Answer(LogTree.Inclusion(vector.GetProperty("leafIdx").GetUInt64(), treeSize.GetUInt64())));
            }
            else
            {
                var (first, second) = (vector.GetProperty("size1").GetUInt64(), vector.GetProperty("size2").GetUInt64());
                Assert.Equal([Root(vector, "root1")], tree.Answer(LogTree.Root(first)));
                Assert.Equal([Root(vector, "root2")], tree.Answer(LogTree.Root(second)));
                Assert.Equal(proof, tree.Answer(LogTree.Consistency(first, second)));
            }
        }
    }

    [Fact]
    public void PathTo_EveryLeafOfEverySmallTree_ProvesThatLeafAlone()
    {
        for (var size = 1; size <= 33; size++)
        {
            var leaves = Leaves(size);
            var tree = new MerkleTree(leaves);
            for (var index = 0; index < size; index++)
            {
                var path = tree.PathTo(index);
                Assert.True(MerkleProof.VerifyInclusion(tree.Root, (ulong)size, (ulong)index, leaves[index], path));
                Assert.False(MerkleProof.VerifyInclusion(tree.Root, (ulong)size, (ulong)index, leaves[(index + 1) % size], path) && size > 1);
                Assert.False(MerkleProof.VerifyInclusion(tree.Root, (ulong)size, (ulong)index + 1, leaves[index], path));
            }
        }
    }

    [Fact]
    public void Root_EverySmallTree_IsRfc6962sRecursion()
    {
        for (var size = 0; size <= 33; size++) Assert.Equal(ByDefinition(Leaves(size)), new MerkleTree(Leaves(size)).Root);
    }

    [Fact]
    public void PathTo_OutsideTheTree_Throws()
    {
        var tree = new MerkleTree(Leaves(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.PathTo(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.PathTo(-1));
    }

    private static Digest[] Leaves(int count) => [.. Enumerable.Range(0, count).Select(static i => MerkleProof.HashLeaf([(byte)i]))];

    // RFC 6962 §2.1, word for word.
    private static Digest ByDefinition(ReadOnlySpan<Digest> leaves)
    {
        if (leaves.Length == 0) return Digest.Sha256([]);
        if (leaves.Length == 1) return leaves[0];
        var split = 1;
        while (2 * split < leaves.Length) split *= 2;
        return MerkleProof.HashNode(ByDefinition(leaves[..split]), ByDefinition(leaves[split..]));
    }

    private static int Replay(string kind, Func<JsonElement, bool> verify)
    {
        var files = Directory.GetFiles(Repository.Vectors("merkle", "testdata", kind), "*.json", SearchOption.AllDirectories);
        foreach (var file in files)
        {
            using var vector = JsonDocument.Parse(File.ReadAllBytes(file));
            Assert.True(verify(vector.RootElement) != vector.RootElement.GetProperty("wantErr").GetBoolean(), file);
        }

        return files.Length;
    }

    private static bool TryHash(JsonElement vector, string name, out Digest hash) => Digest.TryRead(vector.GetProperty(name).GetBytesFromBase64(), out hash);

    // One valid vector compares the words "don't care" as roots; any one-to-one stand-in keeps its meaning.
    private static Digest Root(JsonElement vector, string name) =>
        TryHash(vector, name, out var root) ? root : Digest.Sha256(vector.GetProperty(name).GetBytesFromBase64());

    private static bool TryProof(JsonElement vector, out List<Digest> proof)
    {
        proof = [];
        var property = vector.GetProperty("proof");
        if (property.ValueKind == JsonValueKind.Null) return true;
        foreach (var element in property.EnumerateArray())
        {
            if (!Digest.TryRead(element.GetBytesFromBase64(), out var hash)) return false;
            proof.Add(hash);
        }

        return true;
    }
}
