using TalkyWalky.Wire;

namespace TalkyWalky.Engines;

/// <summary>Hashes of the log as a question about its tree asks for them; each tile is read once, so one of these serves one request.</summary>
public sealed class LogTiles(ILogStore store)
{
    private readonly Dictionary<(int Level, ulong First, int Count), IReadOnlyList<Digest>> _read = [];

    /// <summary>These and those that were read before.</summary>
    public async Task<IReadOnlyDictionary<(int Level, ulong First, int Count), IReadOnlyList<Digest>>> ReadAsync(IEnumerable<(int Level, ulong First, int Count)> tiles, CancellationToken cancellation)
    {
        foreach (var tile in tiles)
        {
            if (!_read.ContainsKey(tile)) _read.Add(tile, await store.HashesAsync(tile.Level, tile.First, tile.Count, cancellation));
        }

        return _read;
    }
}
