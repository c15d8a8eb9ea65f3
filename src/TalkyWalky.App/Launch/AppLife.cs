namespace TalkyWalky.App.Launch;

internal enum AppEnd
{
    Quit,
    LastWindowClosed,
    NoWindowCame,
}

/// <summary>How long the app runs: until the person quits, or a while after the last window closed.</summary>
/// <param name="endsWithWindows">Without it, only quitting ends the app.</param>
internal sealed class AppLife(IServedApp app, TimeProvider time, bool endsWithWindows)
{
    /// <summary>A page that is loaded anew is away for a moment; a window that was opened needs a slow computer's time.</summary>
    public static readonly TimeSpan AfterLastWindow = TimeSpan.FromSeconds(10), UntilWindowComes = TimeSpan.FromSeconds(60);

    private readonly Lock _guard = new();
    private DateTimeOffset _until;
    private int _windows;
    private bool _hadWindow, _replaces;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>A window was asked for and should come within <paramref name="patience"/>.</summary>
    /// <param name="replaces">When it has come, the others close.</param>
    public void Expect(TimeSpan patience, bool replaces)
    {
        lock (_guard)
        {
            var until = time.GetUtcNow() + patience;
            if (until > _until) _until = until;
            _replaces |= replaces;
            _changed.TrySetResult();
        }
    }

    /// <summary>Cancellation is one way to end, and throws.</summary>
    public async Task<AppEnd> UntilEndAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var windows = app.Windows;
            var (left, replaced, changed) = See(windows);
            if (replaced) await app.CloseWindowsAsync(exceptNewest: true);
            if (left <= TimeSpan.Zero) return _hadWindow ? AppEnd.LastWindowClosed : AppEnd.NoWindowCame;
            await SomethingAsync(windows, left ?? Timeout.InfiniteTimeSpan, changed, cancellation);
            if (app.Quit.IsCompleted) return AppEnd.Quit;
        }
    }

    /// <summary>Left: how long it still runs without a window; null while there is one, or where it may run without.</summary>
    private (TimeSpan? Left, bool Replaced, Task Changed) See(int windows)
    {
        lock (_guard)
        {
            var now = time.GetUtcNow();
            if (_changed.Task.IsCompleted) _changed = NewSignal();
            var came = windows > _windows;
            var replaced = came && _replaces;
            if (came) (_until, _replaces, _hadWindow) = (default, false, true);
            else if (windows == 0 && _windows > 0 && now + AfterLastWindow > _until) _until = now + AfterLastWindow;
            _windows = windows;
            var mayBeAlone = !endsWithWindows || windows > 0 || (_hadWindow && app.StaysInBackground);
            return (mayBeAlone ? null : _until - now, replaced, _changed.Task);
        }
    }

    private async Task SomethingAsync(int windows, TimeSpan left, Task changed, CancellationToken cancellation)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var late = Task.Delay(left, time, done.Token);
        var counted = app.WindowsChangedAsync(windows, done.Token);
        await Task.WhenAny(app.Quit, counted, late, changed);
        await done.CancelAsync();
        try
        {
            await Task.WhenAll(counted, late);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The one that nothing happened to.
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
