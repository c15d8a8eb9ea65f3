using System.Runtime.CompilerServices;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Copying;

/// <summary>What one side of a copy holds of a table.</summary>
/// <param name="Hash">SHA-256 over the rows; see <see cref="RowHash"/>.</param>
public sealed record TableContent(long Rows, Digest Hash);

public sealed record CopiedTable(string Name, TableContent From, TableContent To)
{
    public bool IsSame => From == To;
}

/// <summary>Copies one store into another that is empty, and reads it back.</summary>
public static class StoreCopier
{
    /// <summary>Commits when both sides are the same in every table, and only then. Throws <see cref="EngineException"/> when the target holds anything.</summary>
    /// <param name="progress">Told of each table and how many rows it had.</param>
    public static async Task<IReadOnlyList<CopiedTable>> CopyAsync(IStoreCopy from, IStoreCopy to, Action<string, long> progress, CancellationToken cancellation)
    {
        foreach (var table in StoreTable.All)
        {
            if (await to.ReadAsync(table, cancellation).AnyAsync(cancellation))
                throw new EngineException($"the store to copy into is not empty: it has rows in the table {table.Name}; give an empty one");
        }

        List<TableContent> written = [];
        foreach (var table in StoreTable.All)
        {
            using var hash = new RowHash(table);
            await to.WriteAsync(table, PassAsync(from.ReadAsync(table, cancellation), hash, cancellation), cancellation);
            written.Add(hash.Finish());
            progress(table.Name, written[^1].Rows);
        }

        List<CopiedTable> copied = [];
        foreach (var (table, content) in StoreTable.All.Zip(written))
        {
            using var hash = new RowHash(table);
            await foreach (var row in to.ReadAsync(table, cancellation)) hash.Add(row);
            copied.Add(new CopiedTable(table.Name, content, hash.Finish()));
        }

        if (copied.TrueForAll(static table => table.IsSame)) await to.CommitAsync(cancellation);
        return copied;
    }

    private static async IAsyncEnumerable<object?[]> PassAsync(IAsyncEnumerable<object?[]> rows, RowHash hash, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            hash.Add(row);
            yield return row;
        }
    }
}
