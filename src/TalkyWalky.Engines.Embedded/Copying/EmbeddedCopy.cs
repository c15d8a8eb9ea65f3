using System.Globalization;
using System.Runtime.CompilerServices;
using TalkyWalky.Engines.Copying;
using TalkyWalky.Engines.Embedded.Sqlite;

namespace TalkyWalky.Engines.Embedded.Copying;

/// <summary>The store in the file of a server that does not run. Mailboxes are no part of it.</summary>
public sealed class EmbeddedCopy : IStoreCopy
{
    private readonly EngineFile _file;
    private readonly string _path;

    private EmbeddedCopy(EngineFile file, string path) => (_file, _path) = (file, path);

    /// <summary>Messages that wait in the file's mailboxes.</summary>
    public long Waiting => Guard(() => _file.Writer.Number("SELECT count(*) FROM entry"));

    /// <summary>Owns the file until it is disposed. Throws <see cref="EngineException"/> with a sentence: a server runs on it, damaged.</summary>
    public static EmbeddedCopy Open(string file)
    {
        var copy = new EmbeddedCopy(EngineFile.Open(file, maxPages: null), file);
        try
        {
            copy.Guard(() => copy._file.Writer.Execute("BEGIN IMMEDIATE"));
            return copy;
        }
        catch
        {
            copy._file.Dispose();
            throw;
        }
    }

    public async IAsyncEnumerable<object?[]> ReadAsync(StoreTable table, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await ValueTask.CompletedTask;
        using var rows = Guard(() => _file.Writer.Use($"SELECT {table.ColumnList} FROM {table.Name} ORDER BY {table.KeyList}"));
        while (Guard(rows.Step))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Guard(() => table.Columns.Select((column, index) => Value(rows, column, index)).ToArray());
        }
    }

    public async Task WriteAsync(StoreTable table, IAsyncEnumerable<object?[]> rows, CancellationToken cancellation)
    {
        var parameters = string.Join(", ", Enumerable.Range(1, table.Columns.Count).Select(static number => string.Create(CultureInfo.InvariantCulture, $"?{number}")));
        var insert = Guard(() => _file.Writer.Use($"INSERT INTO {table.Name} ({table.ColumnList}) VALUES ({parameters})"));
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            Guard(() =>
            {
                for (var index = 0; index < row.Length; index++) Bind(insert, index + 1, row[index]);
                insert.Run();
            });
        }
    }

    public Task CommitAsync(CancellationToken cancellation)
    {
        Guard(() => _file.Writer.Execute("COMMIT"));
        return Task.CompletedTask;
    }

    // Closing a connection rolls back what is not committed.
    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return default;
    }

    private static object? Value(Statement row, StoreColumn column, int index) => row.IsNull(index) ? null : column.Kind switch
    {
        ColumnKind.Bytes => row.Blob(index),
        ColumnKind.Text => row.Text(index),
        _ => row.Int64(index),
    };

    private static void Bind(Statement insert, int parameter, object? value) => _ = value switch
    {
        null => insert.BindNull(parameter),
        byte[] bytes => insert.Bind(parameter, bytes),
        string text => insert.Bind(parameter, text),
        long number => insert.Bind(parameter, number),
        _ => throw new ArgumentException($"no column holds {value.GetType().Name}", nameof(value)),
    };

    private void Guard(Action action) => Guard(() =>
    {
        action();
        return true;
    });

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteFailure e)
        {
            throw new EngineException(e.Explain(_path), e);
        }
    }
}
