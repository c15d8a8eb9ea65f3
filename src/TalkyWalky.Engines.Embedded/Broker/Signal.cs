using System.Threading.Tasks.Sources;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>Wakes one waiter, without allocating. A signal that nobody waits for is kept.</summary>
internal sealed class Signal : IValueTaskSource
{
    private const int Idle = 0, Raised = 1, Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private int _state;

    public void Raise()
    {
        if (Interlocked.Exchange(ref _state, Raised) != Waiting) return;
        Volatile.Write(ref _state, Idle);
        _core.SetResult(true);
    }

    /// <summary>One waiter at a time.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Raised) == Raised) return ValueTask.CompletedTask;
        _core.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle) return new ValueTask(this, _core.Version);
        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
