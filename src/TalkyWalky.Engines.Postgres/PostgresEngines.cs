using TalkyWalky.Engines.Accounts;
using TalkyWalky.Engines.Postgres.Accounts;
using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Engines.Postgres.Log;
using TalkyWalky.Engines.Postgres.Store;

namespace TalkyWalky.Engines.Postgres;

/// <summary>Store, log and accounts in one PostgreSQL database, which any number of processes share.</summary>
public sealed class PostgresEngines : IAsyncDisposable
{
    private readonly Database _database;
    private readonly BuiltInDirectory _directory;

    private PostgresEngines(Database database, TimeProvider time)
    {
        _database = database;
        Store = new PostgresStore(database);
        Log = new PostgresLogStore(database);
        Directory = _directory = new BuiltInDirectory(new PostgresAccounts(database), database.Options.PasswordIterations, time);
    }

    public IStore Store { get; }

    public ILogStore Log { get; }

    public IDirectory Directory { get; }

    /// <summary>Connects, and makes the tables or brings them up to date. Throws <see cref="EngineException"/> with a sentence.</summary>
    public static async Task<PostgresEngines> OpenAsync(PostgresOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var database = new Database(PostgresSource.Create(options), options);
        try
        {
            await Schema.MigrateAsync(database, cancellation);
            return new PostgresEngines(database, time);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return _database.DisposeAsync();
    }
}
