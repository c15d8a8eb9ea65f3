using System.Threading.Channels;

namespace TalkyWalky.Client.Engine;

/// <summary>Wakes one waiting task; raised while nobody waits, it wakes the next one.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Raise() => _channel.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken cancellation) => await _channel.Reader.ReadAsync(cancellation);

    /// <summary>Waits for the signal, at most this long. True when it was raised.</summary>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <summary>Waits that double from a shortest to a longest, each shortened at random by up to half, so that many devices do not return in step.</summary>
internal sealed class BackOff(TimeSpan shortest, TimeSpan longest)
{
    private int _doubled;

    public TimeSpan Next()
    {
        var now = shortest * Math.Pow(2, _doubled);
        if (now < longest) _doubled++;
        else now = longest;
        return now * (0.5 + (System.Security.Cryptography.RandomNumberGenerator.GetInt32(1000) / 2000.0));
    }

    public void Reset() => _doubled = 0;
}
