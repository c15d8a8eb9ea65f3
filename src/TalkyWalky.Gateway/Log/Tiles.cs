using TalkyWalky.Engines;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Log;

/// <summary>Answers questions about the log's tree, of one request: a tile that several of them need is read once.</summary>
internal sealed class Tiles(ILogStore store)
{
    private readonly Dictionary<(int Level, ulong First, int Count), IReadOnlyList<Digest>> _read = [];

    public async Task<IReadOnlyList<Digest>> AnswerAsync(LogQuestion question, CancellationToken cancellation)
    {
        foreach (var tile in question.Tiles)
        {
            if (!_read.ContainsKey(tile)) _read.Add(tile, await store.HashesAsync(tile.Level, tile.First, tile.Count, cancellation));
        }

        return question.Answer(_read);
    }
}
