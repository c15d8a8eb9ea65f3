using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Directory;

/// <summary>Accounts of our own. Hashing runs on few threads of the pool, never on the writer's.</summary>
internal sealed class EmbeddedDirectory(GroupWriter writer, Readers readers, int iterations, TimeProvider time) : IDirectory, IDisposable
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
        var found = await readers.ReadAsync(database => AccountTable.FindWithPassword(database, name, now), cancellation);

        // One path for an unknown name, an empty and a wrong password: the same work, the same write.
        var stored = found?.Password ?? _unmatched;
        var matches = await HashAsync(() => stored.Matches(Bounded(password)), cancellation) && password.Length > 0;
        // Guesses sent all at once wait for a core behind each other; those after the lock-out learn nothing either.
        if (await LockedUntilAsync(name, now, cancellation) is { } meanwhile) return new BindOutcome.Locked(meanwhile);
        if (found is not { Account: var account } || !matches)
        {
            await writer.WriteAsync(database => AttemptTable.CountFailure(database, name, now), cancellation);
            return new BindOutcome.Refused();
        }

        await writer.WriteAsync(database => AttemptTable.Clear(database, name), cancellation);
        if (stored.Iterations < iterations) await StoreAsync(account.User, password, account.PasswordChangedAt, cancellation);
        return account.Enabled ? new BindOutcome.Bound(account with { LockedUntil = null }) : new BindOutcome.Disabled();
    }

    public Task<Account?> FindAsync(string username, CancellationToken cancellation) =>
        readers.ReadAsync(database => AccountTable.Find(database, Key(username), time.GetUtcNow()), cancellation);

    public Task<Account?> FindAsync(UserId user, CancellationToken cancellation) =>
        readers.ReadAsync(database => AccountTable.Find(database, user, time.GetUtcNow()), cancellation);

    public Task<IReadOnlyList<Account>> FindAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyList<Account>>(
            database => [.. users.Select(user => AccountTable.Find(database, user, time.GetUtcNow())).OfType<Account>()], cancellation);

    public Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return readers.ReadAsync(database => AccountTable.List(database, after, limit, time.GetUtcNow()), cancellation);
    }

    public async Task<AddOutcome> AddAsync(NewAccount account, CancellationToken cancellation)
    {
        RequirePassword(account.Password);
        var name = Key(account.Username);
        if (name.Length == 0) throw new ArgumentException("an account has a username", nameof(account));
        var added = new Account(UserId.New(), name, account.FullName, account.Mail, Enabled: true, time.GetUtcNow(), LockedUntil: null);
        var password = await HashAsync(() => PasswordHash.Create(account.Password, iterations), cancellation);
        var isNew = await writer.WriteAsync(
            database => AccountTable.Add(database, added, password) && (AttemptTable.Clear(database, name) || true), cancellation);
        return isNew ? new AddOutcome.Added(added) : new AddOutcome.NameTaken();
    }

    public Task<bool> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation) =>
        writer.WriteAsync(database => AccountTable.SetEnabled(database, user, enabled), cancellation);

    public Task<bool> SetPasswordAsync(UserId user, string password, CancellationToken cancellation)
    {
        RequirePassword(password);
        return StoreAsync(user, password, time.GetUtcNow(), cancellation);
    }

    public async Task<bool> UnlockAsync(UserId user, CancellationToken cancellation)
    {
        if (await FindAsync(user, cancellation) is not { } account) return false;
        await writer.WriteAsync(database => AttemptTable.Clear(database, account.Username), cancellation);
        return true;
    }

    public Task CheckAsync(CancellationToken cancellation) => writer.CheckAsync(cancellation);

    public void Dispose() => _cores.Dispose();

    private Task<DateTimeOffset?> LockedUntilAsync(string name, DateTimeOffset now, CancellationToken cancellation) =>
        readers.ReadAsync(database => AttemptTable.LockedUntil(database, name) is { } until && until > now ? until : (DateTimeOffset?)null, cancellation);

    private async Task<bool> StoreAsync(UserId user, string password, DateTimeOffset changedAt, CancellationToken cancellation)
    {
        var hash = await HashAsync(() => PasswordHash.Create(password, iterations), cancellation);
        return await writer.WriteAsync(database => AccountTable.SetPassword(database, user, hash, changedAt), cancellation);
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
        return name.Length <= Limits.DirectoryUsernameMax ? name : name[..(Limits.DirectoryUsernameMax + 1)];
    }

    // A longer one cannot be right: none such is stored.
    private static string Bounded(string password) => password.Length <= Limits.Password ? password : "";

    private static void RequirePassword(string password)
    {
        if (password.Length is 0 or > Limits.Password) throw new ArgumentException($"a password has 1 to {Limits.Password} characters", nameof(password));
    }
}
