using System.Numerics;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>The root of a log that is read from its first leaf on, for who replays it: of the tree so far it keeps one hash for each complete subtree at its right edge.</summary>
public sealed class LogFrontier
{
    // One for each bit of the size, the largest subtree first.
    private readonly List<Digest> _peaks = [];

    public ulong Size { get; private set; }

    /// <summary>SHA-256 of nothing for an empty tree.</summary>
    public Digest Root
    {
        get
        {
            if (_peaks.Count == 0) return Digest.Sha256([]);
            var root = _peaks[^1];
            for (var i = _peaks.Count - 2; i >= 0; i--) root = MerkleProof.HashNode(_peaks[i], root);
            return root;
        }
    }

    /// <param name="leaf">Made by <see cref="MerkleProof.HashLeaf"/>.</param>
    public void Append(Digest leaf)
    {
        for (var full = BitOperations.TrailingZeroCount(~Size); full > 0; full--)
        {
            leaf = MerkleProof.HashNode(_peaks[^1], leaf);
            _peaks.RemoveAt(_peaks.Count - 1);
        }

        _peaks.Add(leaf);
        Size++;
    }
}
