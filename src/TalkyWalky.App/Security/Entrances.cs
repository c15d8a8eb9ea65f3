namespace TalkyWalky.App.Security;

internal enum Redeemed
{
    Yes,
    No,

    /// <summary>Too many wrong tokens wait for their answer already.</summary>
    TooMany,
}

/// <summary>
/// One-time tokens: each lets one browser in, once, within ten minutes. A wrong one is answered after a second; a right one never waits, so nobody can be locked out by
/// somebody else's guesses.
/// </summary>
internal sealed class Entrances(TimeProvider time)
{
    public const int MaxOutstanding = 16, MaxWaiting = 8;

    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10), Penalty = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<(byte[] Hash, DateTimeOffset Until)> _open = [];
    private int _waiting;

    /// <summary>The oldest one outstanding goes when there are too many.</summary>
    public string New()
    {
        var token = Secret.New();
        lock (_gate)
        {
            if (_open.Count == MaxOutstanding) _open.RemoveAt(0);
            _open.Add((Secret.Hash(token), time.GetUtcNow() + Life));
        }

        return token;
    }

    public async Task<Redeemed> RedeemAsync(string token, CancellationToken cancellation)
    {
        if (TryTake(token)) return Redeemed.Yes;
        try
        {
            if (Interlocked.Increment(ref _waiting) > MaxWaiting) return Redeemed.TooMany;
            await Task.Delay(Penalty, time, cancellation);
            return Redeemed.No;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private bool TryTake(string token)
    {
        var hash = Secret.Hash(token);
        lock (_gate)
        {
            var now = time.GetUtcNow();
            _open.RemoveAll(one => one.Until <= now);
            return _open.RemoveAll(one => Secret.IsSame(one.Hash, hash)) > 0;
        }
    }
}
