using Npgsql;

namespace TalkyWalky.Engines.Postgres.Connections;

/// <summary>
/// Reads and changes over the pool. Every change is a transaction: until COMMIT is sent nothing has happened, so what breaks before is tried once more on another
/// connection, and what breaks in it is never repeated, because it may have been done.
/// </summary>
internal sealed class Database(NpgsqlDataSource source, PostgresOptions options) : IAsyncDisposable
{
    /// <summary>A connection is lost once when the server restarts; a deadlock needs a partner each time.</summary>
    private const int Attempts = 4;

    public PostgresOptions Options { get; } = options;

    public async Task<T> ReadAsync<T>(Func<Session, Task<T>> read, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                return await read(new Session(connection, null, cancellation));
            }
            catch (Exception e) when (PostgresFailure.IsOne(e))
            {
                await GiveUpAsync(e, attempt, mayRepeat: true, cancellation);
            }
        }
    }

    public Task<T> WriteAsync<T>(Func<Session, Task<T>> write, CancellationToken cancellation) => TransactAsync(write, keeps: true, cancellation);

    /// <summary>As <see cref="WriteAsync"/>, and undoes it.</summary>
    public Task<T> TryAsync<T>(Func<Session, Task<T>> write, CancellationToken cancellation) => TransactAsync(write, keeps: false, cancellation);

    /// <summary>Completes when the database takes changes.</summary>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        if (await ReadAsync(static session => session.OneAsync<bool>("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean"), cancellation))
            throw new EngineException($"the database {Options.Database} takes no changes: it is a standby or read-only; put the primary into store.servers");
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<T> TransactAsync<T>(Func<Session, Task<T>> write, bool keeps, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isCommitting = false;
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                var result = await write(new Session(connection, transaction, cancellation));
                isCommitting = true;
                if (keeps) await transaction.CommitAsync(CancellationToken.None);
                return result;
            }
            catch (Exception e) when (PostgresFailure.IsOne(e))
            {
                await GiveUpAsync(e, attempt, mayRepeat: !isCommitting, cancellation);
            }
        }
    }

    /// <summary>Throws unless another attempt may help.</summary>
    private async Task GiveUpAsync(Exception e, int attempt, bool mayRepeat, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var isContest = e is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };
        if (!mayRepeat || !PostgresFailure.IsPassing(e) || attempt >= (isContest ? Attempts : 2)) throw PostgresFailure.Explain(e, Options);
        // The other goes on first: it must wake up before this one takes the same rows again.
        if (isContest) await Task.Delay(System.Security.Cryptography.RandomNumberGenerator.GetInt32(20, 100) * attempt, cancellation);
        // The others of the pool lead to the same server, which went away or became a standby.
        else source.Clear();
    }
}
