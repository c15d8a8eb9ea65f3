using System.Collections.Concurrent;

namespace TalkyWalky.Engines.Embedded.Sqlite;

/// <summary>
/// A few read-only connections. A read sees everything committed before it began and never waits for the writer (WAL). It runs on the
/// caller's thread: these are single look-ups and short pages, microseconds each.
/// </summary>
internal sealed class Readers(string file) : IDisposable
{
    private const int Connections = 4;

    /// <summary>KiB of each connection, for the upper pages of every index. The kernel has the others too, once for all, a microsecond away.</summary>
    private const string SmallCache = "PRAGMA cache_size = -512";

    private readonly ConcurrentBag<Database> _idle = [];
    private readonly SemaphoreSlim _free = new(Connections, Connections);
    private volatile bool _disposed;

    public async Task<T> ReadAsync<T>(Func<Database, T> read, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _free.WaitAsync(cancellation);
        Database? database = null;
        try
        {
            if (!_idle.TryTake(out database)) database = Open();
            return read(database);
        }
        catch (SqliteFailure e)
        {
            throw new EngineException(e.Explain(file), e);
        }
        finally
        {
            if (_disposed) database?.Dispose();
            else if (database is not null) _idle.Add(database);
            _free.Release();
        }
    }

    private Database Open()
    {
        var database = Database.Open(file, readOnly: true);
        try
        {
            database.Execute(SmallCache);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var database)) database.Dispose();
    }
}
