using System.Numerics;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>
/// Roots and proofs of a log's tree from the hashes that its store keeps: of every leaf (level 0), and of every complete subtree of 256^level leaves. Reads a tile of 256 of them at once and each
/// only once, so one tree serves one question; a proof in 10 million leaves takes six tiles.
/// </summary>
/// <param name="read">Hashes of a level from an index on; fewer than asked for at the end of the log.</param>
public sealed class LogTree(Func<int, ulong, int, Task<IReadOnlyList<Digest>>> read)
{
    /// <summary>Hashes in a tile, and subtrees of one level in one of the next.</summary>
    public const int TileSize = 256;

    private const int TileBits = 8;

    private readonly Dictionary<(int Level, ulong Tile), IReadOnlyList<Digest>> _tiles = [];

    /// <summary>SHA-256 of nothing for an empty tree.</summary>
    public Task<Digest> RootAsync(ulong size) => size == 0 ? Task.FromResult(Digest.Sha256([])) : RootAsync(0, size);

    /// <summary>The audit path of a leaf, from its sibling upwards (RFC 6962 §2.1.1).</summary>
    public async Task<IReadOnlyList<Digest>> InclusionAsync(ulong index, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<Digest>();
        var (from, to) = (0UL, size);
        while (to - from > 1)
        {
            var middle = from + Split(to - from);
            if (index < middle)
            {
                path.Add(await RootAsync(middle, to));
                to = middle;
            }
            else
            {
                path.Add(await RootAsync(from, middle));
                from = middle;
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>That the tree of <paramref name="size"/> leaves begins with that of <paramref name="first"/> (RFC 6962 §2.1.2). Empty for the same size.</summary>
    public async Task<IReadOnlyList<Digest>> ConsistencyAsync(ulong first, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfZero(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, size);
        var path = new List<Digest>();
        var (from, to, whole) = (0UL, size, true);
        while (to != first)
        {
            var middle = from + Split(to - from);
            if (first <= middle)
            {
                path.Add(await RootAsync(middle, to));
                to = middle;
            }
            else
            {
                path.Add(await RootAsync(from, middle));
                (from, whole) = (middle, false);
            }
        }

        if (!whole) path.Add(await RootAsync(from, to));
        path.Reverse();
        return path;
    }

    // The largest power of two below the number.
    private static ulong Split(ulong leaves) => 1UL << BitOperations.Log2(leaves - 1);

    private async Task<Digest> RootAsync(ulong from, ulong to)
    {
        var leaves = to - from;
        if (!BitOperations.IsPow2(leaves))
        {
            var middle = from + Split(leaves);
            return MerkleProof.HashNode(await RootAsync(from, middle), await RootAsync(middle, to));
        }

        // A complete subtree: folded from the hashes of the highest level that the store keeps within it.
        var height = BitOperations.Log2(leaves);
        var level = height / TileBits;
        var count = 1 << (height - (level * TileBits));
        var first = from >> (level * TileBits);
        var tile = await TileAsync(level, first / TileSize);
        var offset = (int)(first % TileSize);
        if (tile.Count < offset + count) throw new InvalidDataException($"the log's store lacks hashes of level {level} at {first}");
        var hashes = new Digest[count];
        for (var i = 0; i < count; i++) hashes[i] = tile[offset + i];
        for (; count > 1; count /= 2)
        {
            for (var i = 0; i < count / 2; i++) hashes[i] = MerkleProof.HashNode(hashes[2 * i], hashes[(2 * i) + 1]);
        }

        return hashes[0];
    }

    private async Task<IReadOnlyList<Digest>> TileAsync(int level, ulong tile)
    {
        if (_tiles.TryGetValue((level, tile), out var known)) return known;
        return _tiles[(level, tile)] = await read(level, tile * TileSize, TileSize);
    }
}
