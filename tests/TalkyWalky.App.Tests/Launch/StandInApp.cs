using TalkyWalky.App.Launch;

namespace TalkyWalky.App.Tests.Launch;

/// <summary>A served app whose windows the test opens and closes.</summary>
internal sealed class StandInApp : IServedApp
{
    private readonly Lock _guard = new();
    private readonly TaskCompletionSource _quit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _entrances;

    public Task Opened => Task.CompletedTask;

    public Task Quit => _quit.Task;

    public int Windows { get; private set; }

    public (int Width, int Height) WindowSize { get; set; } = (1180, 760);

    public bool StaysInBackground { get; set; }

    public string? Link { get; private set; }

    public List<bool> Closings { get; } = [];

    public void ChooseQuit() => _quit.SetResult();

    public Uri NewEntrance() => new($"http://127.0.0.1:4711/#token={Interlocked.Increment(ref _entrances)}");

    public void Show(int windows)
    {
        lock (_guard)
        {
            Windows = windows;
            if (_seen.Task.IsCompleted) _seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Ends when somebody knows the present number of windows and waits for another.</summary>
    public Task SeenAsync()
    {
        lock (_guard) return _seen.Task;
    }

    public async Task WindowsChangedAsync(int known, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_guard)
            {
                if (Windows != known) return;
                changed = _changed.Task;
                _seen.TrySetResult();
            }

            await changed.WaitAsync(cancellation);
        }
    }

    public Task CloseWindowsAsync(bool exceptNewest)
    {
        lock (_guard)
        {
            Closings.Add(exceptNewest);
            Show(exceptNewest && Windows > 0 ? 1 : 0);
        }

        return Task.CompletedTask;
    }

    public void PassLink(string link) => Link = link;
}
