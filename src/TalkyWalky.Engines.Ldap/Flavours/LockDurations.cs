using System.Collections.Concurrent;

namespace TalkyWalky.Engines.Ldap.Flavours;

/// <summary>How long policies lock accounts, remembered for half a minute: thousands of entries may be locked by the same one.</summary>
internal sealed class LockDurations(TimeProvider time)
{
    private const int MaxPolicies = 100;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (TimeSpan? Duration, long Since)> _known = new(StringComparer.Ordinal);

    /// <summary>Null: until an administrator unlocks it, or nobody says.</summary>
    public TimeSpan? Of(string policy, Func<TimeSpan?> read)
    {
        if (_known.TryGetValue(policy, out var known) && time.GetElapsedTime(known.Since) < Life) return known.Duration;
        if (_known.Count >= MaxPolicies) _known.Clear();
        var duration = read();
        _known[policy] = (duration, time.GetTimestamp());
        return duration;
    }
}
