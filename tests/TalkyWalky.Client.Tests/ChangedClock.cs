namespace TalkyWalky.Client.Tests;

/// <summary>A clock that stands elsewhere and may run faster, timers too.</summary>
internal sealed class ChangedClock(TimeSpan offset, int speed = 1) : TimeProvider
{
    private readonly DateTimeOffset _start = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => _start + offset + ((System.GetUtcNow() - _start) * speed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Faster(dueTime), Faster(period));

    private TimeSpan Faster(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / speed;
}
