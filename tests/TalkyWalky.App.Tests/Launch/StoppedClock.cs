namespace TalkyWalky.App.Tests.Launch;

/// <summary>Time passes when the test says so; timers that are due then fire at once, in their order.</summary>
internal sealed class StoppedClock : TimeProvider
{
    private readonly Lock _guard = new();
    private readonly List<Alarm> _alarms = [];
    private DateTimeOffset _now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_guard) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        alarm.Change(dueTime, period);
        return alarm;
    }

    public void Advance(TimeSpan by)
    {
        DateTimeOffset end;
        lock (_guard) end = _now + by;
        while (NextUntil(end) is { } due) due.Fire();
        lock (_guard) _now = end;
    }

    private Alarm? NextUntil(DateTimeOffset end)
    {
        lock (_guard)
        {
            var next = _alarms.Where(alarm => alarm.At <= end).MinBy(static alarm => alarm.At);
            if (next is null) return null;
            _alarms.Remove(next);
            if (next.At > _now) _now = next.At;
            return next;
        }
    }

    private sealed class Alarm(StoppedClock clock, Action ring) : ITimer
    {
        public DateTimeOffset At { get; private set; }

        public void Fire() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero) throw new NotSupportedException("a clock for single alarms");
            lock (clock._guard)
            {
                clock._alarms.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                At = clock._now + dueTime;
                clock._alarms.Add(this);
            }

            return true;
        }

        public void Dispose() => _ = Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
