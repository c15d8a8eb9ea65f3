using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// Slows password guessing down, for each account and each source address, before the directory is asked. The first 5 failures are free; each further one
/// costs 1 s, 2 s, 4 s ... 15 min of waiting. Bounded: 100,000 entries, the longest untouched goes first.
/// </summary>
/// <remarks>
/// An attempt counts as failed from its beginning until it is known to be good, so that a hundred at once are no way round. It stays below a directory's own
/// lock-out: the twentieth failure of one account takes more than an hour.
/// </remarks>
internal sealed class AttemptThrottle(TimeProvider time, int capacity = 100_000)
{
    public const int FreeFailures = 5;
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    /// <summary>An entry that rests this long is forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byTouch = new();

    /// <summary>Begins an attempt; false with the time to wait when there were too many.</summary>
    public bool TryBegin(string account, IPAddress source, [NotNullWhen(true)] out Attempt? attempt, out TimeSpan wait)
    {
        var (accountKey, sourceKey) = ($"a:{Normalise(account)}", $"s:{Network(source)}");
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var until = Max(BlockedUntil(accountKey, now), BlockedUntil(sourceKey, now));
            wait = until - now;
            attempt = null;
            if (until > now) return false;
            Fail(accountKey, now);
            Fail(sourceKey, now);
        }

        wait = TimeSpan.Zero;
        attempt = new Attempt(this, accountKey, sourceKey);
        return true;
    }

    public void Forget(string account)
    {
        lock (_lock) Remove($"a:{Normalise(account)}");
    }

    private void Settle(Attempt attempt, bool isGood)
    {
        lock (_lock)
        {
            if (isGood) Remove(attempt.Account);
            else TakeBack(attempt.Account);
            // A good password clears its own account only: else one account of one's own would pay for guesses at others.
            TakeBack(attempt.Source);
        }
    }

    private DateTimeOffset BlockedUntil(string key, DateTimeOffset now)
    {
        if (!_entries.TryGetValue(key, out var node)) return now;
        if (now - Max(node.Value.Touched, node.Value.BlockedUntil) < Memory) return node.Value.BlockedUntil;
        Remove(key);
        return now;
    }

    private void Fail(string key, DateTimeOffset now)
    {
        if (_entries.TryGetValue(key, out var node)) _byTouch.Remove(node);
        else if (_entries.Count >= capacity) Remove(_byTouch.First!.Value.Key);
        node ??= new LinkedListNode<Entry>(new Entry(key));
        var entry = node.Value;
        entry.Failures++;
        entry.Touched = now;
        entry.BlockedUntil = now + WaitAfter(entry.Failures);
        _entries[key] = node;
        _byTouch.AddLast(node);
    }

    private void TakeBack(string key)
    {
        if (!_entries.TryGetValue(key, out var node)) return;
        var entry = node.Value;
        entry.Failures--;
        entry.BlockedUntil = entry.Touched + WaitAfter(entry.Failures);
        if (entry.Failures <= 0) Remove(key);
    }

    private void Remove(string key)
    {
        if (_entries.Remove(key, out var node)) _byTouch.Remove(node);
    }

    private static TimeSpan WaitAfter(int failures)
    {
        if (failures < FreeFailures) return TimeSpan.Zero;
        var doublings = Math.Min(failures - FreeFailures, 10); // 2^10 s is past the longest wait
        var wait = TimeSpan.FromSeconds(1 << doublings);
        return wait < LongestWait ? wait : LongestWait;
    }

    // Names that a directory may hold equal share one entry; what is too long for any account shares another.
    private static string Normalise(string account)
    {
        var name = account.Trim().ToLowerInvariant();
        return name.Length <= Limits.DirectoryUsernameMax ? name : "?";
    }

    // One IPv6 customer has a /64, so that is the source.
    private static string Network(IPAddress source)
    {
        if (source.IsIPv4MappedToIPv6) source = source.MapToIPv4();
        return source.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(source.GetAddressBytes().AsSpan(0, 8)) : source.ToString();
    }

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private sealed class Entry(string key)
    {
        public string Key { get; } = key;

        public int Failures { get; set; }

        public DateTimeOffset Touched { get; set; }

        public DateTimeOffset BlockedUntil { get; set; }
    }

    /// <summary>One attempt under way. Left alone, it stays a failure.</summary>
    public sealed class Attempt
    {
        private readonly AttemptThrottle _owner;

        internal Attempt(AttemptThrottle owner, string account, string source)
        {
            _owner = owner;
            Account = account;
            Source = source;
        }

        internal string Account { get; }

        internal string Source { get; }

        /// <summary>The secret was right.</summary>
        public void Succeed() => _owner.Settle(this, isGood: true);

        /// <summary>Nothing was checked after all.</summary>
        public void Withdraw() => _owner.Settle(this, isGood: false);
    }
}
