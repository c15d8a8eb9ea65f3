using TalkyWalky.Load.Lines;

namespace TalkyWalky.Load.Peers;

/// <summary>A client on one connection, which reads from the moment it enters.</summary>
internal abstract class LineClient(Line line) : ChatClient
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;

    public override Task Failed => _failed.Task;

    protected Line Line => line;

    public override async Task EnterAsync(CancellationToken cancellation)
    {
        await LogInAsync(cancellation);
        _reading = ReadAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await line.DisposeAsync();
        await _reading;
        _stop.Dispose();
    }

    /// <summary>What is left to do before this person is there.</summary>
    protected virtual Task LogInAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Counts what arrived and tells <see cref="ChatClient.Delivered"/> and <see cref="ChatClient.Answered"/>.</summary>
    protected abstract int Take(ReadOnlySpan<byte> bytes);

    private async Task ReadAsync()
    {
        try
        {
            await line.In.RunAsync(Take, _stop.Token);
            throw new IOException("the server closed the connection");
        }
        catch (Exception lost)
        {
            if (!_stop.IsCancellationRequested) _failed.TrySetException(lost);
        }
    }
}
