using System.Text;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Accounts;

/// <summary>Accounts of our own, in the table of an engine. Hashing runs on few threads of the pool, never on the table's.</summary>
/// <param name="iterations">Of PBKDF2-SHA256.</param>
public sealed class BuiltInDirectory(IAccountTable table, int iterations, TimeProvider time) : IDirectory, IDisposable
{
    /// <summary>Log-ins that may wait for a core, at about 0.2 s each.</summary>
    private const int MaxHashing = 256;

    // Half of the cores: a storm of log-ins leaves the rest to messages.
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly PasswordHash _unmatched = PasswordHash.Unmatched(iterations);
    private int _hashing;

    public async Task<BindOutcome> BindAsync(string username, string password, CancellationToken cancellation)
    {
        var name = Key(username);
        var now = time.GetUtcNow();
        if (await LockedUntilAsync(name, now, cancellation) is { } until) return new BindOutcome.Locked(until);
        var found = await table.FindWithPasswordAsync(name, now, cancellation);

        // One path for an unknown name, an empty and a wrong password: the same work, the same write.
        var stored = found?.Password ?? _unmatched;
        var matches = await HashAsync(() => stored.Matches(Bounded(password)), cancellation) && password.Length > 0;
        // Guesses sent all at once wait for a core behind each other; those after the lock-out learn nothing either.
        if (await LockedUntilAsync(name, now, cancellation) is { } meanwhile) return new BindOutcome.Locked(meanwhile);
        if (found is not { Account: var account } || !matches)
        {
            await table.CountFailureAsync(name, now, cancellation);
            return new BindOutcome.Refused();
        }

        await table.ClearFailuresAsync(name, cancellation);
        if (stored.Iterations < iterations) await StoreAsync(account.User, password, account.PasswordChangedAt, cancellation);
        return account.Enabled ? new BindOutcome.Bound(account with { LockedUntil = null }) : new BindOutcome.Disabled();
    }

    public Task<Account?> FindAsync(string username, CancellationToken cancellation) =>
        table.FindAsync(Key(username), time.GetUtcNow(), cancellation);

    public async Task<Account?> FindAsync(UserId user, CancellationToken cancellation) =>
        (await table.FindAsync([user], time.GetUtcNow(), cancellation)).SingleOrDefault();

    public Task<IReadOnlyList<Account>> FindAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        table.FindAsync(users, time.GetUtcNow(), cancellation);

    public Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return table.ListAsync(after is null ? null : Storable(after), limit, time.GetUtcNow(), cancellation);
    }

    public async Task<AddOutcome> AddAsync(NewAccount account, CancellationToken cancellation)
    {
        RequirePassword(account.Password);
        var name = Key(account.Username);
        if (name.Length == 0) throw new ArgumentException("an account has a username", nameof(account));
        var added = new Account(UserId.New(), name, account.FullName, account.Mail, Enabled: true, time.GetUtcNow(), LockedUntil: null);
        var password = await HashAsync(() => PasswordHash.Create(account.Password, iterations), cancellation);
        return await table.AddAsync(added, password, cancellation) ? new AddOutcome.Added(added) : new AddOutcome.NameTaken();
    }

    public async Task<ChangeOutcome> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation) =>
        Outcome(await table.SetEnabledAsync(user, enabled, cancellation));

    public async Task<ChangeOutcome> SetPasswordAsync(UserId user, string password, CancellationToken cancellation)
    {
        RequirePassword(password);
        return Outcome(await StoreAsync(user, password, time.GetUtcNow(), cancellation));
    }

    public async Task<ChangeOutcome> UnlockAsync(UserId user, CancellationToken cancellation)
    {
        if (await FindAsync(user, cancellation) is not { } account) return new ChangeOutcome.Unknown();
        await table.ClearFailuresAsync(account.Username, cancellation);
        return new ChangeOutcome.Done();
    }

    public Task CheckAsync(CancellationToken cancellation) => table.CheckAsync(cancellation);

    public void Dispose() => _cores.Dispose();

    private async Task<DateTimeOffset?> LockedUntilAsync(string name, DateTimeOffset now, CancellationToken cancellation) =>
        await table.LockedUntilAsync(name, cancellation) is { } until && until > now ? until : null;

    private async Task<bool> StoreAsync(UserId user, string password, DateTimeOffset changedAt, CancellationToken cancellation)
    {
        var hash = await HashAsync(() => PasswordHash.Create(password, iterations), cancellation);
        return await table.SetPasswordAsync(user, hash, changedAt, cancellation);
    }

    private async Task<T> HashAsync<T>(Func<T> hash, CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref _hashing) > MaxHashing) throw new EngineException("too many people log in at once; try again in a minute");
            await _cores.WaitAsync(cancellation);
            try
            {
                return await Task.Run(hash, cancellation);
            }
            finally
            {
                _cores.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _hashing);
        }
    }

    /// <summary>What accounts and attempts are kept under. No account has a longer name, so cutting one cannot hit another's.</summary>
    private static string Key(string username)
    {
        var name = username.Trim().ToLowerInvariant();
        return Storable(name.Length <= Limits.DirectoryUsernameMax ? name : name[..(Limits.DirectoryUsernameMax + 1)]);
    }

    // PostgreSQL keeps neither NUL nor half a surrogate pair, and no account's name has them.
    private static string Storable(string name) => string.Concat(name.EnumerateRunes().Select(static rune => rune.Value == 0 ? Rune.ReplacementChar : rune));

    // A longer one cannot be right: none such is stored.
    private static string Bounded(string password) => password.Length <= Limits.Password ? password : "";

    private static ChangeOutcome Outcome(bool isKnown) => isKnown ? new ChangeOutcome.Done() : new ChangeOutcome.Unknown();

    private static void RequirePassword(string password)
    {
        if (password.Length is 0 or > Limits.Password) throw new ArgumentException($"a password has 1 to {Limits.Password} characters", nameof(password));
    }
}
