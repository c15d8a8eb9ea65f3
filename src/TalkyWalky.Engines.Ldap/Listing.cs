using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Engines.Ldap.Flavours;

namespace TalkyWalky.Engines.Ldap;

/// <summary>Everybody by name. Directories sort seldom, so that the whole is read once for many pages, and again when the directory changed.</summary>
internal sealed class Listing(LdapPool pool, People people, Flavour flavour, TimeProvider time) : IDisposable
{
    /// <summary>Standing changes without any change in the directory when a time passes.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1);
    private Snapshot? _last;

    public async Task<IReadOnlyList<Account>> PageAsync(string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var accounts = await AccountsAsync(cancellation);
        var (low, high) = (0, accounts.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (after is not null && string.CompareOrdinal(accounts[middle].Username, after) <= 0) low = middle + 1;
            else high = middle;
        }

        return [.. accounts.Skip(low).Take(limit)];
    }

    public void Dispose() => _one.Dispose();

    private async Task<List<Account>> AccountsAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var mark = await pool.ReadAsync(flavour.ChangeMark, cancellation);
            if (_last is not { } last || mark is null || !string.Equals(last.Mark, mark, StringComparison.Ordinal) || time.GetElapsedTime(last.Since) > Life)
                _last = last = new Snapshot(mark, time.GetTimestamp(), await pool.ReadAsync(Read, cancellation));
            return last.Accounts;
        }
        finally
        {
            _one.Release();
        }
    }

    private List<Account> Read(LdapLink link) => [.. people.All(link).Select(static person => person.Account).OrderBy(static account => account.Username, StringComparer.Ordinal)];

    private sealed record Snapshot(string? Mark, long Since, List<Account> Accounts);
}
