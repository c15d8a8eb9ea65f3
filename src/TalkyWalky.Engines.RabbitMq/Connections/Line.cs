using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace TalkyWalky.Engines.RabbitMq.Connections;

/// <summary>A connection that is made anew whenever it is lost.</summary>
/// <param name="prepare">Runs on each new connection, before others get it.</param>
/// <param name="lost">Runs after each one that was prepared.</param>
internal sealed class Line(string name, Connector connector, Func<IConnection, CancellationToken, Task> prepare, Action lost, TimeProvider time, ILogger log) : IAsyncDisposable
{
    /// <summary>How long whoever needs the connection waits for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(10), Goodbye = TimeSpan.FromSeconds(5), PrepareTime = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstTry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private TaskCompletionSource<IConnection> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private string _reason = "not connected yet";

    /// <summary>Why there is no connection, as a sentence without its end; null when there is one.</summary>
    public string? Away
    {
        get
        {
            lock (_gate) return _connected.Task.IsCompletedSuccessfully ? null : _reason;
        }
    }

    public void Start() => _running = RunAsync();

    /// <summary>Completes when the first try is over, whatever came of it.</summary>
    public Task FirstTry => _firstTry.Task;

    /// <summary>Throws <see cref="EngineException"/> when there is no connection for some seconds.</summary>
    public async Task<IConnection> GetAsync(CancellationToken cancellation)
    {
        Task<IConnection> connected;
        lock (_gate) connected = _connected.Task;
        try
        {
            return await connected.WaitAsync(Patience, time, cancellation);
        }
        catch (Exception e) when (e is TimeoutException || e is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new EngineException($"RabbitMQ is not reachable: {Away ?? "it was away too long"}", e);
        }
    }

    /// <summary>Waits for a connection as long as it takes.</summary>
    public Task<IConnection> WaitAsync(CancellationToken cancellation)
    {
        lock (_gate) return _connected.Task.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        lock (_gate) _connected.TrySetCanceled(CancellationToken.None);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = FirstPause;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await LiveAsync();
                pause = FirstPause;
            }
            catch (Exception e) when (Failures.IsFailure(e) || e is EngineException)
            {
                lock (_gate) _reason = Failures.Describe(e);
            }

            _firstTry.TrySetResult();
            if (_stop.IsCancellationRequested) return;
            // Jitter: not every gateway at once after a restart of the broker.
            var jittered = pause * (RandomNumberGenerator.GetInt32(50, 150) / 100.0);
            log.Away(name, Away ?? "the connection was lost", jittered.TotalSeconds);
            await Task.Delay(jittered, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
        }
    }

    private async Task LiveAsync()
    {
        var (connection, server) = await connector.ConnectAsync(name, _stop.Token);
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            ended.TrySetResult($"the connection to {server.Authority} was lost: {reason.ReplyText}");
            return Task.CompletedTask;
        };
        await using var stopped = _stop.Token.UnsafeRegister(static state => ((TaskCompletionSource<string>)state!).TrySetResult("stopped"), ended);
        try
        {
            using var late = new CancellationTokenSource(PrepareTime, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
            await prepare(connection, either.Token);
            if (!connection.IsOpen) ended.TrySetResult("the connection was lost at once");
            lock (_gate) _connected.TrySetResult(connection);
            log.Connected(name, server);
            _firstTry.TrySetResult();
            var reason = await ended.Task;
            lock (_gate) _reason = reason;
        }
        finally
        {
            lock (_gate)
            {
                if (_connected.Task.IsCompleted) _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            lost();
            await CloseAsync(connection);
        }
    }

    // One that went in the middle of something may never end to close; the next one does not wait for it.
    private async Task CloseAsync(IConnection connection)
    {
        try
        {
            await CloseInTimeAsync(connection).WaitAsync(2 * Goodbye, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            log.LeftOpen(name);
        }
    }

    private static async Task CloseInTimeAsync(IConnection connection)
    {
        // Aborting swallows what a connection that is gone already fails with.
        await connection.AbortAsync(Constants.ReplySuccess, "goodbye", Goodbye);
        await connection.DisposeAsync();
    }
}
