using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

/// <summary>Proofs from stored tiles against the tree that keeps everything, and against the definitions.</summary>
public sealed class LogTreeTests
{
    private const int Most = 600;

    // With full effort every pair up to 600; else those around powers of two and tiles.
    private static readonly int[] Sizes =
        Effort.IsFull ? [.. Enumerable.Range(1, Most)] : [.. Enumerable.Range(1, 20), 31, 32, 33, 63, 64, 65, 127, 128, 129, 254, 255, 256, 257, 258, 300, 383, 384, 385, 511, 512, 513, 514, 599, Most];

    private static readonly Digest[] Leaves = StoredTree.Leaves(Most);
    private static readonly StoredTree Stored = new(Leaves);

    [Fact]
    public void RootAndInclusion_SmallTrees_AreTheWholeTrees()
    {
        foreach (var size in Sizes)
        {
            var tree = new MerkleTree(Leaves[..size]);
            Assert.Equal([tree.Root], Stored.Answer(LogTree.Root((ulong)size)));
            for (var index = 0; index < size; index++)
            {
                var path = Stored.Answer(LogTree.Inclusion((ulong)index, (ulong)size));
                Assert.Equal(tree.PathTo(index), path);
                Assert.True(MerkleProof.VerifyInclusion(tree.Root, (ulong)size, (ulong)index, Leaves[index], path));
            }
        }
    }

    [Fact]
    public void Consistency_SmallTrees_IsTheDefinitions()
    {
        var roots = Sizes.ToDictionary(static size => size, static size => new MerkleTree(Leaves[..size]).Root);
        foreach (var size in Sizes)
        {
            foreach (var first in Sizes.Where(first => first <= size))
            {
                var path = Stored.Answer(LogTree.Consistency((ulong)first, (ulong)size));
                Assert.Equal(SubProof(first, Leaves.AsSpan(0, size), isWhole: true), path);
                Assert.True(MerkleProof.VerifyConsistency(roots[first], (ulong)first, roots[size], (ulong)size, path));
            }
        }
    }

    [Fact]
    public void Proofs_DamagedInAnyPlace_AreRefused()
    {
        foreach (var size in (int[])[2, 3, 7, 8, 100, 256, 257, 513, 600])
        {
            var root = new MerkleTree(Leaves[..size]).Root;
            foreach (var other in (int[])[1, 2, size / 2, size - 1])
            {
                if (other >= size || other == 0) continue;
                var oldRoot = new MerkleTree(Leaves[..other]).Root;
                var inclusion = Stored.Answer(LogTree.Inclusion((ulong)other, (ulong)size));
                var consistency = Stored.Answer(LogTree.Consistency((ulong)other, (ulong)size));
                foreach (var bad in Damaged(inclusion)) Assert.False(MerkleProof.VerifyInclusion(root, (ulong)size, (ulong)other, Leaves[other], bad));
                foreach (var bad in Damaged(consistency)) Assert.False(MerkleProof.VerifyConsistency(oldRoot, (ulong)other, root, (ulong)size, bad));
                for (var index = 0; index < size; index++)
                {
                    if (index == other) continue;
                    Assert.False(MerkleProof.VerifyInclusion(root, (ulong)size, (ulong)index, Leaves[other], inclusion));
                    Assert.False(MerkleProof.VerifyInclusion(root, (ulong)size, (ulong)other, Leaves[index], inclusion));
                }

                Assert.False(MerkleProof.VerifyInclusion(oldRoot, (ulong)size, (ulong)other, Leaves[other], inclusion));
                Assert.False(MerkleProof.VerifyConsistency(root, (ulong)other, oldRoot, (ulong)size, consistency));
                Assert.False(MerkleProof.VerifyConsistency(Leaves[^1], (ulong)other, root, (ulong)size, consistency));
                Assert.False(MerkleProof.VerifyConsistency(oldRoot, (ulong)other, Leaves[^1], (ulong)size, consistency));
            }
        }
    }

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(65_793)]
    [InlineData(200_001)]
    public void Proofs_AroundSecondLevelTiles_AreTheWholeTrees(int size)
    {
        var leaves = StoredTree.Leaves(size);
        var (stored, tree) = (new StoredTree(leaves), new MerkleTree(leaves));
        Assert.Equal([tree.Root], stored.Answer(LogTree.Root((ulong)size)));
        foreach (var index in Places(size - 1, seed: size).Select(static place => place - 1))
            Assert.Equal(tree.PathTo(index), stored.Answer(LogTree.Inclusion((ulong)index, (ulong)size)));
        foreach (var first in Places(size, seed: size))
        {
            Assert.True(MerkleProof.VerifyConsistency(
                Assert.Single(stored.Answer(LogTree.Root((ulong)first))), (ulong)first, tree.Root, (ulong)size, stored.Answer(LogTree.Consistency((ulong)first, (ulong)size))));
        }
    }

    [Fact]
    public void Tiles_ManyMillionLeaves_AreFew()
    {
        foreach (var size in (ulong[])[10_000_000, (1UL << 24) - 1, 1UL << 24])
        {
            foreach (var place in Places((int)size - 1, seed: 7).Select(static place => (ulong)place))
            {
                Assert.InRange(LogTree.Inclusion(place, size).Tiles.Count, 1, 5);
                Assert.InRange(LogTree.Consistency(place, size).Tiles.Count, 1, 5);
            }
        }

        // The largest log that the formats can name.
        Assert.InRange(LogTree.Inclusion(1, (1UL << 53) - 1).Tiles.Count, 1, 14);
    }

    [Fact]
    public void Answer_StoreLacksHashes_Throws()
    {
        var question = LogTree.Inclusion(300, 600);
        Assert.Throws<InvalidDataException>(() => StoredTree.Of(599).Answer(question));
        Assert.Throws<InvalidDataException>(() => question.Answer(new Dictionary<(int, ulong, int), IReadOnlyList<Digest>>()));
    }

    [Fact]
    public void Questions_OutOfRange_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => LogTree.Root(0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => LogTree.Inclusion(3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(static () => LogTree.Inclusion(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => LogTree.Consistency(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(static () => LogTree.Consistency(4, 3));
        Assert.Empty(LogTree.Consistency(3, 3).Tiles);
        Assert.Empty(LogTree.Inclusion(0, 1).Tiles);
    }

    // Ends, tile boundaries and some by chance; 1 to max.
    private static IEnumerable<int> Places(int max, int seed)
    {
#pragma warning disable RS0030 // seeded, so that a failure comes again
        var random = new Random(seed);
#pragma warning restore RS0030
        int[] places = [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, max - 1, max, .. Enumerable.Range(0, Effort.Count(30, 1000)).Select(_ => random.Next(1, max + 1))];
        return places.Where(place => place >= 1 && place <= max).Distinct();
    }

    private static IEnumerable<IReadOnlyList<Digest>> Damaged(IReadOnlyList<Digest> path)
    {
        yield return [.. path, default];
        yield return [default, .. path];
        for (var i = 0; i < path.Count; i++)
        {
            yield return [.. path.Take(i), .. path.Skip(i + 1)];
            yield return [.. path.Take(i), path[i], .. path.Skip(i)];
            for (var bit = 0; bit < 64; bit++)
            {
                var flipped = path.ToArray();
                var bytes = path[i].ToArray();
                bytes[bit / 2] ^= (byte)(bit % 2 == 0 ? 1 : 0x80);
                Digest.TryRead(bytes, out flipped[i]);
                yield return flipped;
            }

            if (i > 0) yield return [.. path.Take(i - 1), path[i], path[i - 1], .. path.Skip(i + 1)];
        }

        if (path.Count > 0) yield return [];
    }

    // RFC 6962 §2.1.2, word for word.
    private static List<Digest> SubProof(int m, ReadOnlySpan<Digest> leaves, bool isWhole)
    {
        if (m == leaves.Length) return isWhole ? [] : [new MerkleTree(leaves.ToArray()).Root];
        var k = 1;
        while (2 * k < leaves.Length) k *= 2;
        return m <= k
            ? [.. SubProof(m, leaves[..k], isWhole), new MerkleTree(leaves[k..].ToArray()).Root]
            : [.. SubProof(m - k, leaves[k..], isWhole: false), new MerkleTree(leaves[..k].ToArray()).Root];
    }
}
