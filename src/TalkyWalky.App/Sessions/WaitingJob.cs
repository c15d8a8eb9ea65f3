namespace TalkyWalky.App.Sessions;

/// <summary>Something that goes on in the background until it is done or disposed of.</summary>
internal sealed class WaitingJob : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Task _running;

    private WaitingJob(CancellationTokenSource stop, Func<CancellationToken, Task> run)
    {
        _stop = stop;
        _running = RunAsync(run);
    }

    public static WaitingJob Start(Func<CancellationToken, Task> run, CancellationToken stopping) => new(CancellationTokenSource.CreateLinkedTokenSource(stopping), run);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> run)
    {
        await Task.Yield();
        try
        {
            await run(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}
