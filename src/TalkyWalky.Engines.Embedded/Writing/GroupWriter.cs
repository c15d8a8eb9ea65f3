using TalkyWalky.Engines.Embedded.Sqlite;

namespace TalkyWalky.Engines.Embedded.Writing;

/// <summary>
/// The one writer: a thread that takes all that waits, writes it in one transaction with one fsync, and then completes each operation.
/// While it waits for the disk the next group gathers, so the groups grow with the load and no timer is needed.
/// </summary>
internal sealed class GroupWriter : IAsyncDisposable
{
    private readonly WriteQueue _queue = new();
    private readonly WriteGroup _group = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Database _database;
    private readonly string _file;
    private int _completed;
    private bool _failedBefore;
    private long _groups;

    public GroupWriter(Database database, string file)
    {
        _database = database;
        _file = file;
        // Blocking on the disk belongs on a thread of its own, not on the pool that serves connections.
        new Thread(Run) { Name = "sqlite writer", IsBackground = true }.Start();
    }

    /// <summary>Transactions committed, each with one fsync.</summary>
    public long Groups => Interlocked.Read(ref _groups);

    /// <summary>Queues it; a refused operation fails at once.</summary>
    public void Write(WriteOperation operation)
    {
        if (_queue.TryAdd(operation) is { } refusal) operation.Failed(refusal);
    }

    /// <summary>Runs a transaction of its own. Throws <see cref="EngineException"/> when it cannot be written.</summary>
    public Task<T> WriteAsync<T>(Func<Database, T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var transaction = new Transaction<T>(work);
        Write(transaction);
        return transaction.Done;
    }

    /// <summary>Writes a row: only that shows whether the disk takes more. Throws <see cref="EngineException"/> when it does not.</summary>
    public Task CheckAsync(CancellationToken cancellation) =>
        WriteAsync(static database => database.Use("UPDATE counter SET value = value + 1 WHERE name = 'check'").Change(), cancellation);

    public void Forget(ReadOnlySpan<long> entries, ReadOnlySpan<long> payloads) => _queue.Forget(entries, payloads);

    /// <summary>Writes what waits and ends the thread. The connection is free after that.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _stopped.Task;
    }

    private void Run()
    {
        try
        {
            while (_queue.Take(_group))
            {
                WriteTaken();
                _group.Clear();
            }
        }
        catch (Exception e)
        {
            // A bug. Nobody may wait for ever, and nothing may be accepted any more.
            Break(new WriteFailure("the database writer failed; restart the server and report this", IsUnknown: true, e));
        }

        _stopped.SetResult();
    }

    private void WriteTaken()
    {
        _completed = 0;
        // On a full disk only deleting makes room, so it must not share the fate of new messages.
        if (_failedBefore && _group.Operations.Count > 0) ForgetFirst();

        if (TryCommit(_group.Operations) is not { } failure)
        {
            Complete();
            return;
        }

        for (; _completed < _group.Operations.Count; _completed++) _group.Operations[_completed].Failed(failure);
        _queue.ForgetLater(_group);
        if (failure.Cause is SqliteFailure { IsDamage: true }) Break(failure);
    }

    private void Complete()
    {
        try
        {
            for (; _completed < _group.Operations.Count; _completed++) _group.Operations[_completed].Committed();
        }
        finally
        {
            for (var i = 0; i < _completed; i++) _group.Operations[i].Announce();
        }
    }

    private void ForgetFirst()
    {
        if (TryCommit([]) is not null) _queue.ForgetLater(_group);
        _group.Entries.Clear();
        _group.Payloads.Clear();
    }

    private WriteFailure? TryCommit(List<WriteOperation> operations)
    {
        var committing = false;
        try
        {
            _database.Use("BEGIN IMMEDIATE").Run();
            foreach (var operation in operations) operation.Execute(_database);
            Delete("DELETE FROM entry WHERE tag BETWEEN ?1 AND ?2", _group.Entries);
            Delete("DELETE FROM payload WHERE id BETWEEN ?1 AND ?2", _group.Payloads);
            committing = true;
            _database.Use("COMMIT").Run();
            _failedBefore = false;
            Interlocked.Increment(ref _groups);
            return null;
        }
        catch (SqliteFailure e)
        {
            _failedBefore = true;
            if (_database.InTransaction) _database.Use("ROLLBACK").Run();
            if (e.IsFull) FoldLog();
            // A full disk refuses the last page of the commit, so that one is certain. A failed fsync is not: the pages may be there after a crash.
            return new WriteFailure(e.Explain(_file), committing && !e.IsFull, e);
        }
    }

    /// <summary>
    /// SQLite folds the log into the file after a commit only. Where the log itself has filled the disk no commit succeeds, so it is folded
    /// and cut here, which gives its room back.
    /// </summary>
    private void FoldLog()
    {
        try
        {
            _database.Use("PRAGMA wal_checkpoint(TRUNCATE)").Run();
        }
        catch (SqliteFailure e) when (!e.IsDamage)
        {
            // Not even the file has room to grow: the administrator has been told that the disk is full, and the next failure tries again.
        }
    }

    /// <summary>Neighbours go in one statement: under load most of what is settled at once was published at once.</summary>
    private void Delete(string sql, List<long> keys)
    {
        if (keys.Count == 0) return;
        keys.Sort();
        var delete = _database.Use(sql);
        for (int from = 0, to; from < keys.Count; from = to)
        {
            to = from + 1;
            while (to < keys.Count && keys[to] - keys[to - 1] <= 1) to++;
            delete.Bind(1, keys[from]).Bind(2, keys[to - 1]).Run();
        }
    }

    private void Break(WriteFailure failure)
    {
        var waiting = _queue.Break(failure);
        for (; _completed < _group.Operations.Count; _completed++) _group.Operations[_completed].Failed(failure);
        foreach (var operation in waiting) operation.Failed(failure);
    }
}
