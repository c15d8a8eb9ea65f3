namespace TalkyWalky.App.Tests;

/// <summary>The real clock, moved ahead at will; delays take their real time, or never end.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public bool IsStuck { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, IsStuck ? Timeout.InfiniteTimeSpan : dueTime, period);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
