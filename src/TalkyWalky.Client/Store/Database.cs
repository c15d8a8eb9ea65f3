using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace TalkyWalky.Client.Store;

/// <summary>
/// The one user of the profile's SQLite file. Work queues up and runs on one task; what waits together is committed together (one fsync for many), each
/// piece in a savepoint of its own, so that one that fails undoes only itself.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private const int MaxQueued = 1024, MaxGroup = 64;

    private readonly SqliteConnection _connection;
    private readonly Rows _rows;
    private readonly Vault _vault;
    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });
    private readonly Task _running;

    public Database(SqliteConnection connection, Vault vault)
    {
        _connection = connection;
        _vault = vault;
        _rows = new Rows(connection, vault);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Runs the work in a transaction and returns once that is durable. Work must not keep <see cref="Rows"/>.</summary>
    /// <param name="tell">Called after the commit, in the order of the work, so that of two events about one thing the newer is told last. It must neither wait nor throw.</param>
    /// <exception cref="SqliteException">The file cannot be read or written; nothing of this work is kept.</exception>
    public async Task<T> RunAsync<T>(Func<Rows, T> work, CancellationToken cancellation, Action<T>? tell = null)
    {
        var item = new Work<T>(work, tell);
        await _queue.Writer.WriteAsync(item, cancellation);
        return await item.Result;
    }

    public Task RunAsync(Action<Rows> work, CancellationToken cancellation) => RunAsync(
        rows =>
        {
            work(rows);
            return true;
        },
        cancellation);

    /// <summary>Runs what no transaction may hold, between the transactions.</summary>
    /// <exception cref="SqliteException">The file cannot be read or written.</exception>
    public async Task RunAloneAsync(Action<Rows> work, CancellationToken cancellation)
    {
        var item = new Work<bool>(
            rows =>
            {
                work(rows);
                return true;
            },
            isAlone: true);
        await _queue.Writer.WriteAsync(item, cancellation);
        await item.Result;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _running;
        _rows.Dispose();
        await _connection.DisposeAsync();
        _vault.Dispose();
    }

    private async Task RunAsync()
    {
        var group = new List<Work>(MaxGroup);
        while (await _queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            Work? alone = null;
            while (group.Count < MaxGroup && alone is null && _queue.Reader.TryRead(out var work))
            {
                if (work.IsAlone) alone = work;
                else group.Add(work);
            }

            if (group.Count > 0) Commit(group);
            alone?.Run(_rows);
            alone?.Publish();
        }
    }

    private void Commit(List<Work> group)
    {
        try
        {
            _rows.Execute("BEGIN IMMEDIATE");
            foreach (var work in group) RunInSavepoint(work);
            _rows.Execute("COMMIT");
        }
        catch (SqliteException failure)
        {
            Undo();
            foreach (var work in group) work.Fail(failure);
        }

        foreach (var work in group) work.Publish();
    }

    private void RunInSavepoint(Work work)
    {
        _rows.Execute("SAVEPOINT work");
        if (!work.Run(_rows))
        {
            _rows.Execute("ROLLBACK TO work");
            _rows.Undone();
        }

        _rows.Execute("RELEASE work");
    }

    // A full disk may have ended the transaction already (https://sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction").
    private void Undo()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0) _rows.Execute("ROLLBACK");
        _rows.Undone();
    }

    private abstract class Work(bool isAlone)
    {
        public bool IsAlone => isAlone;

        /// <summary>False when the work threw; the exception goes to its caller.</summary>
        public abstract bool Run(Rows rows);

        public abstract void Fail(Exception failure);

        /// <summary>Tells the caller, after the commit.</summary>
        public abstract void Publish();
    }

    private sealed class Work<T>(Func<Rows, T> work, Action<T>? tell = null, bool isAlone = false) : Work(isAlone)
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _value;
        private Exception? _failure;

        public Task<T> Result => _done.Task;

        public override bool Run(Rows rows)
        {
            try
            {
                _value = work(rows);
                return true;
            }
            catch (Exception failure)
            {
                _failure = failure;
                return false;
            }
        }

        public override void Fail(Exception failure) => _failure ??= failure;

        public override void Publish()
        {
            if (_failure is { } failure)
            {
                _done.TrySetException(failure);
                return;
            }

            tell?.Invoke(_value!);
            _done.TrySetResult(_value!);
        }
    }
}
