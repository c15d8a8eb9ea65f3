using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>A Merkle tree over leaf hashes, as RFC 6962 §2.1 defines it. Keeps every level, 64 bytes a leaf.</summary>
public sealed class MerkleTree
{
    // levels[0] are the leaves; a node without a sibling moves up unchanged, which gives RFC 6962's split at the largest power of two.
    private readonly Digest[][] _levels;

    /// <param name="leaves">Made by <see cref="MerkleProof.HashLeaf"/>.</param>
    public MerkleTree(IReadOnlyCollection<Digest> leaves)
    {
        var levels = new List<Digest[]> { leaves.ToArray() };
        while (levels[^1].Length > 1) levels.Add(Above(levels[^1]));
        _levels = [.. levels];
    }

    public int Count => _levels[0].Length;

    /// <summary>SHA-256 of nothing for an empty tree.</summary>
    public Digest Root => Count == 0 ? Digest.Sha256([]) : _levels[^1][0];

    /// <summary>The audit path of a leaf, from its sibling upwards (RFC 6962 §2.1.1).</summary>
    public IReadOnlyList<Digest> PathTo(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var path = new List<Digest>();
        foreach (var level in _levels)
        {
            var sibling = index ^ 1;
            if (sibling < level.Length) path.Add(level[sibling]);
            index >>= 1;
        }

        return path;
    }

    private static Digest[] Above(Digest[] level)
    {
        var above = new Digest[(level.Length + 1) / 2];
        for (var i = 0; i < above.Length; i++)
            above[i] = (2 * i) + 1 < level.Length ? MerkleProof.HashNode(level[2 * i], level[(2 * i) + 1]) : level[2 * i];
        return above;
    }
}
