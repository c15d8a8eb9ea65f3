using TalkyWalky.Engines.Embedded.Sqlite;

namespace TalkyWalky.Engines.Embedded.Writing;

/// <summary>One thing to write. The writer's thread calls <see cref="Execute"/>, then <see cref="Committed"/> and <see cref="Announce"/>, or <see cref="Failed"/>.</summary>
internal abstract class WriteOperation
{
    /// <summary>Memory that it holds while it waits.</summary>
    public virtual long Bytes => 0;

    /// <summary>Writes inside the group's transaction. A <see cref="SqliteFailure"/> from here ends the whole group.</summary>
    public abstract void Execute(Database database);

    /// <summary>It is on disk.</summary>
    public abstract void Committed();

    /// <summary>All of its group is on disk and noted in memory: who is woken now finds all of it at once.</summary>
    public virtual void Announce() { }

    /// <summary>It was not executed, or its transaction was rolled back.</summary>
    public abstract void Failed(WriteFailure failure);
}

/// <param name="Reason">A sentence for the administrator.</param>
/// <param name="IsUnknown">The commit itself failed: after a crash of the machine the data may turn out to be there.</param>
internal sealed record WriteFailure(string Reason, bool IsUnknown, Exception? Cause)
{
    public static WriteFailure Stopping { get; } = new("the server is stopping", IsUnknown: false, Cause: null);

    public static WriteFailure Overloaded { get; } = new("too much is waiting to be written to disk; try again in a moment", IsUnknown: false, Cause: null);

    public EngineException ToException() => Cause is null ? new EngineException(Reason) : new EngineException(Reason, Cause);
}

/// <summary>Any write that is not on the message path. It is atomic of its own: a violated constraint or an exception undoes it alone.</summary>
internal sealed class Transaction<T>(Func<Database, T> work, Action<T>? committed = null, Action? undone = null) : WriteOperation
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _refused;
    private T? _result;

    public Task<T> Done => _done.Task;

    public override void Execute(Database database)
    {
        database.Use("SAVEPOINT alone").Run();
        try
        {
            _result = work(database);
        }
        catch (Exception e) when (e is not SqliteFailure { IsConstraint: false })
        {
            _refused = e;
            database.Use("ROLLBACK TO alone").Run();
        }

        database.Use("RELEASE alone").Run();
    }

    public override void Committed()
    {
        if (_refused is not null)
        {
            undone?.Invoke();
            _done.SetException(_refused is SqliteFailure ? new InvalidOperationException(_refused.Message, _refused) : _refused);
            return;
        }

        committed?.Invoke(_result!);
        _done.SetResult(_result!);
    }

    public override void Failed(WriteFailure failure)
    {
        undone?.Invoke();
        _done.SetException(failure.ToException());
    }
}
