using System.Numerics;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>The hashes of some ranges of a log's leaves, and the stored hashes that give them.</summary>
public sealed class LogQuestion
{
    private const int TileBits = 8;

    private readonly IReadOnlyList<(ulong From, ulong To)> _ranges;

    internal LogQuestion(IReadOnlyList<(ulong From, ulong To)> ranges)
    {
        _ranges = ranges;
        var tiles = new List<(int Level, ulong First, int Count)>();
        foreach (var (from, to) in ranges) AddTiles(tiles, from, to);
        Tiles = [.. tiles.Distinct()];
    }

    /// <summary>What the store is asked for: so many hashes of a level from an index on, or fewer at the log's end.</summary>
    public IReadOnlyList<(int Level, ulong First, int Count)> Tiles { get; }

    /// <param name="tiles"><see cref="Tiles"/> as the store has them, others among them or not.</param>
    /// <exception cref="InvalidDataException">The store lacks hashes that a log of this size has.</exception>
    public IReadOnlyList<Digest> Answer(IReadOnlyDictionary<(int Level, ulong First, int Count), IReadOnlyList<Digest>> tiles) =>
        [.. _ranges.Select(range => HashOf(tiles, range.From, range.To))];

    private static void AddTiles(List<(int Level, ulong First, int Count)> tiles, ulong from, ulong to)
    {
        for (; !BitOperations.IsPow2(to - from); from += LogTree.Split(to - from)) tiles.Add(PlaceOf(from, LogTree.Split(to - from)).Tile);
        tiles.Add(PlaceOf(from, to - from).Tile);
    }

    private static Digest HashOf(IReadOnlyDictionary<(int Level, ulong First, int Count), IReadOnlyList<Digest>> tiles, ulong from, ulong to)
    {
        var leaves = to - from;
        if (!BitOperations.IsPow2(leaves))
        {
            var middle = from + LogTree.Split(leaves);
            return MerkleProof.HashNode(HashOf(tiles, from, middle), HashOf(tiles, middle, to));
        }

        var (tile, offset, count) = PlaceOf(from, leaves);
        if (!tiles.TryGetValue(tile, out var stored) || stored.Count < offset + count)
            throw new InvalidDataException($"the log's store lacks hashes of level {tile.Level} from {tile.First + (ulong)offset} on");
        var hashes = new Digest[count];
        for (var i = 0; i < count; i++) hashes[i] = stored[offset + i];
        for (; count > 1; count /= 2)
        {
            for (var i = 0; i < count / 2; i++) hashes[i] = MerkleProof.HashNode(hashes[2 * i], hashes[(2 * i) + 1]);
        }

        return hashes[0];
    }

    // A complete subtree is folded from hashes of the highest level that the store keeps within it; they stand in one tile, because it is aligned.
    private static ((int Level, ulong First, int Count) Tile, int Offset, int Count) PlaceOf(ulong from, ulong leaves)
    {
        var height = BitOperations.Log2(leaves);
        var level = height / TileBits;
        var first = from >> (level * TileBits);
        var offset = (int)(first % LogTree.TileSize);
        return ((level, first - (ulong)offset, LogTree.TileSize), offset, 1 << (height - (level * TileBits)));
    }
}
