using TalkyWalky.Gateway.Sessions;

namespace TalkyWalky.Gateway.Tests;

public sealed class TokenBucketTests
{
    [Fact]
    public void Burst_ThenTheSteadyRate()
    {
        var time = new StillTime();
        var bucket = new TokenBucket(burst: 3, perSecond: 2, time);
        Assert.Equal(3, Take(bucket));
        time.Pass(TimeSpan.FromSeconds(0.4));
        Assert.Equal(0, Take(bucket));
        time.Pass(TimeSpan.FromSeconds(0.2));
        Assert.Equal(1, Take(bucket));
        time.Pass(TimeSpan.FromHours(1));
        Assert.Equal(3, Take(bucket));
    }

    private static int Take(TokenBucket bucket)
    {
        var taken = 0;
        while (bucket.TryTake()) taken++;
        return taken;
    }

    private sealed class StillTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}
