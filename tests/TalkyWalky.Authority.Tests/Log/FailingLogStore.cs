using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests.Log;

/// <summary>A store whose process dies at one of its steps: before the step is done, or behind it.</summary>
internal sealed class FailingLogStore(ILogStore store, int at, bool isDone) : ILogStore
{
    /// <summary>So many were taken.</summary>
    public int Steps { get; private set; }

    /// <summary>It came to that.</summary>
    public bool HasFailed => Steps > at;

    public Task<ulong> SizeAsync(CancellationToken cancellation) => StepAsync(() => store.SizeAsync(cancellation));

    public Task<IReadOnlyList<LogChange>> ChangesAsync(int limit, CancellationToken cancellation) => StepAsync(() => store.ChangesAsync(limit, cancellation));

    public Task<bool> AppendAsync(ulong size, LogBatch batch, CancellationToken cancellation) => StepAsync(() => store.AppendAsync(size, batch, cancellation));

    public Task<IReadOnlyList<byte[]>> LeavesAsync(ulong first, int maxBytes, CancellationToken cancellation) => StepAsync(() => store.LeavesAsync(first, maxBytes, cancellation));

    public Task<IReadOnlyList<Digest>> HashesAsync(int level, ulong first, int count, CancellationToken cancellation) => StepAsync(() => store.HashesAsync(level, first, count, cancellation));

    public Task SetTreeHeadAsync(LoggedTreeHead head, CancellationToken cancellation) => StepAsync(() => DoneAsync(store.SetTreeHeadAsync(head, cancellation)));

    public Task<LoggedTreeHead?> TreeHeadAsync(CancellationToken cancellation) => StepAsync(() => store.TreeHeadAsync(cancellation));

    public Task SetUserHeadsAsync(IReadOnlyCollection<SignedUserHead> heads, CancellationToken cancellation) => StepAsync(() => DoneAsync(store.SetUserHeadsAsync(heads, cancellation)));

    public Task<IReadOnlyDictionary<UserId, UserStatement>> UserStatementsAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        StepAsync(() => store.UserStatementsAsync(users, cancellation));

    public Task<IReadOnlyList<LoggedList>> ListsToSignAsync(DateTimeOffset expiring, int limit, CancellationToken cancellation) =>
        StepAsync(() => store.ListsToSignAsync(expiring, limit, cancellation));

    public Task<IReadOnlyList<LoggedList>> ListsAsync(UserId user, ulong after, int limit, CancellationToken cancellation) => StepAsync(() => store.ListsAsync(user, after, limit, cancellation));

    public Task<LoggedList?> FindListAsync(UserId user, Digest identity, CancellationToken cancellation) => StepAsync(() => store.FindListAsync(user, identity, cancellation));

    private static async Task<bool> DoneAsync(Task step)
    {
        await step;
        return true;
    }

    private async Task<T> StepAsync<T>(Func<Task<T>> step)
    {
        var isLast = Steps++ == at;
        if (isLast && !isDone) throw new EngineException("the process dies before this step");
        var result = await step();
        return isLast ? throw new EngineException("the process dies behind this step") : result;
    }
}
