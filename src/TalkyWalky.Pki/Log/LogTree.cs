using System.Numerics;

namespace TalkyWalky.Pki.Log;

/// <summary>
/// Roots and proofs of a log's tree from the hashes that its store keeps: of every leaf (level 0), and of every complete subtree of 256^level leaves. A question is asked here, the store reads its tiles
/// of 256 hashes, and the question gives the answer from them; a proof in 10 million leaves takes at most five.
/// </summary>
public static class LogTree
{
    /// <summary>Hashes in a tile, and subtrees of one level in one of the next.</summary>
    public const int TileSize = 256;

    /// <summary>The tree's root: one hash.</summary>
    /// <param name="size">1 at least.</param>
    public static LogQuestion Root(ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfZero(size);
        return new LogQuestion([(0, size)]);
    }

    /// <summary>The audit path of a leaf, from its sibling upwards (RFC 6962 §2.1.1).</summary>
    public static LogQuestion Inclusion(ulong index, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<(ulong, ulong)>();
        var (from, to) = (0UL, size);
        while (to - from > 1)
        {
            var middle = from + Split(to - from);
            if (index < middle)
            {
                path.Add((middle, to));
                to = middle;
            }
            else
            {
                path.Add((from, middle));
                from = middle;
            }
        }

        path.Reverse();
        return new LogQuestion(path);
    }

    /// <summary>That the tree of <paramref name="size"/> leaves begins with that of <paramref name="first"/> (RFC 6962 §2.1.2). Empty for the same size.</summary>
    public static LogQuestion Consistency(ulong first, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfZero(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, size);
        var path = new List<(ulong, ulong)>();
        var (from, to, whole) = (0UL, size, true);
        while (to != first)
        {
            var middle = from + Split(to - from);
            if (first <= middle)
            {
                path.Add((middle, to));
                to = middle;
            }
            else
            {
                path.Add((from, middle));
                (from, whole) = (middle, false);
            }
        }

        if (!whole) path.Add((from, to));
        path.Reverse();
        return new LogQuestion(path);
    }

    /// <summary>The largest power of two below the number (RFC 6962 §2.1).</summary>
    internal static ulong Split(ulong leaves) => 1UL << BitOperations.Log2(leaves - 1);
}
