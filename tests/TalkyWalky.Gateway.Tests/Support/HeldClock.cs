namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>
/// The real clock, which on request holds the engines' writer: that asks inside its transaction, so what is published meanwhile waits for the next one. It is the only one that
/// asks on a thread of its own.
/// </summary>
internal sealed class HeldClock : TimeProvider, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ManualResetEventSlim _isHolding = new(), _mayGoOn = new();
    private int _holdsNext;

    public void HoldWriter() => Volatile.Write(ref _holdsNext, 1);

    /// <summary>Waits until it is held.</summary>
    public void UntilHolding() => Assert.True(_isHolding.Wait(Patience));

    public void GoOn() => _mayGoOn.Set();

    public override DateTimeOffset GetUtcNow()
    {
        if (Thread.CurrentThread.IsThreadPoolThread || Interlocked.Exchange(ref _holdsNext, 0) == 0) return base.GetUtcNow();
        _isHolding.Set();
        _mayGoOn.Wait(Patience);
        return base.GetUtcNow();
    }

    public void Dispose()
    {
        _isHolding.Dispose();
        _mayGoOn.Dispose();
    }
}
