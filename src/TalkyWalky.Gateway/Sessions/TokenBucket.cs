namespace TalkyWalky.Gateway.Sessions;

/// <summary>How often one session may do something: a burst, then a steady rate. Used by the session's reading loop alone.</summary>
internal sealed class TokenBucket(int burst, double perSecond, TimeProvider time)
{
    private double _tokens = burst;
    private long _at = time.GetTimestamp();

    public bool TryTake()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + perSecond * time.GetElapsedTime(_at, now).TotalSeconds);
        _at = now;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }
}
