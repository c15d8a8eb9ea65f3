using TalkyWalky.Engines;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>The complete subtrees of 256, 65,536, ... leaves that new leaves make, for the store to keep.</summary>
internal static class LogGrowth
{
    /// <param name="size">Leaves that are there.</param>
    /// <param name="leaves">Hashes of the next ones.</param>
    public static async Task<IReadOnlyList<LogNode>> CompletedAsync(ILogStore log, ulong size, IReadOnlyList<Digest> leaves, CancellationToken cancellation)
    {
        var nodes = new List<LogNode>();
        var added = leaves;
        var known = size; // of this level
        for (var level = 0; added.Count > 0; level++, known /= LogTree.TileSize)
        {
            var begun = (int)(known % LogTree.TileSize);
            List<Digest> hashes = [.. begun == 0 ? [] : await log.HashesAsync(level, known - (ulong)begun, begun, cancellation), .. added];
            if (hashes.Count != begun + added.Count) throw new EngineException("the log's store lacks hashes of its own leaves; restore it from a backup");
            var complete = new List<Digest>();
            for (var at = 0; at + LogTree.TileSize <= hashes.Count; at += LogTree.TileSize) complete.Add(new MerkleTree(hashes.GetRange(at, LogTree.TileSize)).Root);
            var first = known / LogTree.TileSize;
            nodes.AddRange(complete.Select((hash, i) => new LogNode(level + 1, first + (ulong)i, hash)));
            added = complete;
        }

        return nodes;
    }
}
