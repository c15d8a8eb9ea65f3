namespace TalkyWalky.Server.Sync;

/// <summary>
/// Holds a pass back that would end too many people: an emptied directory, a wrong base and a lost right look like everyone leaving. A large change reaches the server in
/// pieces, a pass seeing a few at a time, so those of the last hour count together.
/// </summary>
/// <param name="share">Percent of the people with devices that may leave; it takes more than this, and at least <paramref name="count"/> people.</param>
internal sealed class CircuitBreaker(int share, int count, TimeProvider time)
{
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Queue<(long At, int Leavers)> _ended = new();

    /// <param name="people">With devices, the leavers included.</param>
    public bool Holds(int people, int leavers)
    {
        while (_ended.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= Memory) _ended.Dequeue();
        var recent = _ended.Sum(static pass => (long)pass.Leavers);
        var all = leavers + recent;
        return leavers > 0 && all >= count && all * 100 > share * (people + recent);
    }

    public void Record(int leavers)
    {
        if (leavers > 0) _ended.Enqueue((time.GetTimestamp(), leavers));
    }

    /// <summary>An administrator looked: those who left until now count no more.</summary>
    public void Reset() => _ended.Clear();
}
