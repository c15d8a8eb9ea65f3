using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using TalkyWalky.Engines.Copying;
using TalkyWalky.Engines.Postgres.Connections;

namespace TalkyWalky.Engines.Postgres.Copying;

/// <summary>The store in a database that no server uses meanwhile.</summary>
public sealed class PostgresCopy : IStoreCopy
{
    /// <summary>For one statement: a table of millions takes minutes.</summary>
    private const int Seconds = 3600;

    private readonly PostgresOptions _options;
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private NpgsqlTransaction? _transaction;

    private PostgresCopy(PostgresOptions options, NpgsqlDataSource source, NpgsqlConnection connection) => (_options, _source, _connection) = (options, source, connection);

    /// <summary>Makes the tables where there are none. Throws <see cref="EngineException"/> with a sentence: no connection, a server works on it.</summary>
    public static async Task<PostgresCopy> OpenAsync(PostgresOptions options, CancellationToken cancellation)
    {
        var source = PostgresSource.Create(options);
        PostgresCopy? copy = null;
        try
        {
            // On the one connection that the copy takes over: it is not one of the others.
            var database = new Database(source, options);
            await Schema.MigrateAsync(database, cancellation);
            await AwaitSolitudeAsync(database, cancellation);
            copy = new PostgresCopy(options, source, await source.OpenConnectionAsync(cancellation));
            await copy.BeginAsync(cancellation);
            return copy;
        }
        catch (Exception e)
        {
            if (copy is not null) await copy.DisposeAsync();
            else await source.DisposeAsync();
            if (PostgresFailure.IsOne(e)) throw PostgresFailure.Explain(e, options);
            throw;
        }
    }

    public async IAsyncEnumerable<object?[]> ReadAsync(StoreTable table, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = Command($"SELECT {table.ColumnList} FROM {table.Name} ORDER BY {table.KeyList}");
        await using var reader = await GuardAsync(() => command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation));
        while (await GuardAsync(() => reader.ReadAsync(cancellation)))
        {
            var row = new object?[table.Columns.Count];
            for (var index = 0; index < row.Length; index++) row[index] = await GuardAsync(() => ValueAsync(reader, table.Columns[index].Kind, index, cancellation));
            yield return row;
        }
    }

    public Task WriteAsync(StoreTable table, IAsyncEnumerable<object?[]> rows, CancellationToken cancellation) => GuardAsync(async () =>
    {
        await using var import = await _connection.BeginBinaryImportAsync($"COPY {table.Name} ({table.ColumnList}) FROM STDIN (FORMAT BINARY)", cancellation);
        import.Timeout = TimeSpan.FromSeconds(Seconds);
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            await import.StartRowAsync(cancellation);
            foreach (var (column, value) in table.Columns.Zip(row)) await WriteAsync(import, column.Kind, value, cancellation);
        }

        return await import.CompleteAsync(cancellation);
    });

    public Task CommitAsync(CancellationToken cancellation) => GuardAsync(async () =>
    {
        await _transaction!.CommitAsync(cancellation);
        return true;
    });

    // What is not committed is rolled back.
    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        _transaction = await _connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        // The lock comes before the first look, which fixes what the transaction sees. Nobody changes anything until the end.
        await using var hold = Command($"LOCK TABLE {string.Join(", ", StoreTable.All.Select(static table => table.Name))} IN EXCLUSIVE MODE");
        hold.CommandTimeout = (int)_options.Timeout.TotalSeconds;
        await hold.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Connections of a server that has just ended are seen for a moment longer.</summary>
    private static async Task AwaitSolitudeAsync(Database database, CancellationToken cancellation)
    {
        const string Others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
        for (var attempt = 0; await database.ReadAsync(session => session.OneAsync<long>(Others), cancellation) > 0; attempt++)
        {
            if (attempt == 20) throw new EngineException($"a talkywalkyd works on the database {database.Options.Database}; stop every server that uses it first");
            await Task.Delay(100, cancellation);
        }
    }

    private NpgsqlCommand Command(string sql) => new(sql, _connection, _transaction) { CommandTimeout = Seconds };

    private static async Task<object?> ValueAsync(NpgsqlDataReader reader, ColumnKind kind, int index, CancellationToken cancellation)
    {
        if (await reader.IsDBNullAsync(index, cancellation)) return null;
        return kind switch
        {
            ColumnKind.Bytes => await reader.GetFieldValueAsync<byte[]>(index, cancellation),
            ColumnKind.Text => await reader.GetFieldValueAsync<string>(index, cancellation),
            ColumnKind.Small => (long)await reader.GetFieldValueAsync<int>(index, cancellation),
            ColumnKind.Truth => await reader.GetFieldValueAsync<bool>(index, cancellation) ? 1L : 0L,
            _ => await reader.GetFieldValueAsync<long>(index, cancellation),
        };
    }

    private static Task WriteAsync(NpgsqlBinaryImporter import, ColumnKind kind, object? value, CancellationToken cancellation) => value is null ? import.WriteNullAsync(cancellation) : kind switch
    {
        ColumnKind.Bytes => import.WriteAsync((byte[])value, NpgsqlDbType.Bytea, cancellation),
        ColumnKind.Text => import.WriteAsync((string)value, NpgsqlDbType.Text, cancellation),
        ColumnKind.Small => import.WriteAsync(checked((int)(long)value), NpgsqlDbType.Integer, cancellation),
        ColumnKind.Truth => import.WriteAsync((long)value != 0, NpgsqlDbType.Boolean, cancellation),
        _ => import.WriteAsync((long)value, NpgsqlDbType.Bigint, cancellation),
    };

    private async Task<T> GuardAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (PostgresFailure.IsOne(e))
        {
            throw PostgresFailure.Explain(e, _options);
        }
    }
}
