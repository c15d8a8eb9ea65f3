using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

/// <summary>A log's hashes as its store keeps them: of every leaf, and of every complete subtree of 256^level leaves.</summary>
internal sealed class StoredTree
{
    private readonly List<Digest[]> _levels = [];

    public StoredTree(Digest[] leaves)
    {
        _levels.Add(leaves);
        while (_levels[^1].Length >= LogTree.TileSize)
            _levels.Add([.. _levels[^1].Chunk(LogTree.TileSize).Where(static tile => tile.Length == LogTree.TileSize).Select(static tile => new MerkleTree(tile).Root)]);
    }

    /// <summary>Of so many leaves, each of its own data.</summary>
    public static StoredTree Of(int size) => new(Leaves(size));

    public static Digest[] Leaves(int size) => [.. Enumerable.Range(0, size).Select(static i => MerkleProof.HashLeaf(BitConverter.GetBytes(i)))];

    /// <summary>Reads only what the question asks for, and gives fewer hashes at the end.</summary>
    public IReadOnlyList<Digest> Answer(LogQuestion question) => question.Answer(question.Tiles.ToDictionary(static tile => tile, Read));

    private IReadOnlyList<Digest> Read((int Level, ulong First, int Count) tile) =>
        tile.Level < _levels.Count ? [.. _levels[tile.Level].Skip((int)tile.First).Take(tile.Count)] : [];
}
