namespace TalkyWalky.Gateway.Sessions;

/// <summary>Counts what runs, so that the end can wait for all of it.</summary>
internal sealed class RunningCount
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _none;
    private int _count;

    public int Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>Counts until disposed.</summary>
    public IDisposable Enter()
    {
        lock (_gate) _count++;
        return new Entered(this);
    }

    /// <summary>Completes when nothing runs.</summary>
    public Task NoneAsync()
    {
        lock (_gate)
        {
            if (_count == 0) return Task.CompletedTask;
            return (_none ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_count > 0) return;
            _none?.TrySetResult();
            _none = null;
        }
    }

    private sealed class Entered(RunningCount owner) : IDisposable
    {
        public void Dispose() => owner.Leave();
    }
}
