namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>The real clock, movable, whose timers run a number of times faster: a minute's patience is tried in a second.</summary>
internal sealed class HurriedTime(double factor) : TimeProvider
{
    private DateTimeOffset? _stopped;

    /// <summary>Of timers that begin from now on: a handshake on a busy machine needs all its time.</summary>
    public double Factor { get; set; } = factor;

    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => (_stopped ?? base.GetUtcNow()) + Offset;

    /// <summary>From now on it is always the same time: nothing that is remembered grows old.</summary>
    public void StandStill() => _stopped = base.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Hurry(dueTime), Hurry(period));

    private TimeSpan Hurry(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / Factor;
}
