namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>Sweeps at the start and then at every hundredth of a mailbox's life, at least hourly.</summary>
internal sealed class ExpiryTimer(EmbeddedBroker broker, TimeSpan life, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _sweeping = Task.CompletedTask;

    /// <summary>Completes after the first sweep. A full disk does not keep the engine from starting.</summary>
    public async Task StartAsync()
    {
        await TrySweepAsync();
        _sweeping = SweepAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sweeping;
        _stop.Dispose();
    }

    private async Task SweepAsync()
    {
        var period = TimeSpan.FromTicks(Math.Clamp(life.Ticks / 100, Shortest.Ticks, Longest.Ticks));
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await TrySweepAsync();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task TrySweepAsync()
    {
        try
        {
            await broker.ExpireAsync();
        }
        catch (EngineException)
        {
            // Whoever writes next is told; what is old waits for the next sweep.
        }
    }
}
