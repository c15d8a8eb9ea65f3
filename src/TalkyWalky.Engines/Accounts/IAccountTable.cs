using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Accounts;

/// <summary>Where the accounts of a <see cref="BuiltInDirectory"/> and the failures by name are kept. Names are as the directory writes them.</summary>
public interface IAccountTable
{
    Task<Account?> FindAsync(string name, DateTimeOffset now, CancellationToken cancellation);

    Task<IReadOnlyList<Account>> FindAsync(IReadOnlyCollection<UserId> users, DateTimeOffset now, CancellationToken cancellation);

    Task<StoredPassword?> FindWithPasswordAsync(string name, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>By name in the order of its UTF-8 bytes: ordinal order for all that a username may hold.</summary>
    Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Adds the account and forgets failures of its name. False when the name is taken.</summary>
    Task<bool> AddAsync(Account account, PasswordHash password, CancellationToken cancellation);

    /// <summary>False when there is no such account.</summary>
    Task<bool> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation);

    /// <summary>False when there is no such account.</summary>
    Task<bool> SetPasswordAsync(UserId user, PasswordHash password, DateTimeOffset changedAt, CancellationToken cancellation);

    /// <summary>Null when the name is not locked.</summary>
    Task<DateTimeOffset?> LockedUntilAsync(string name, CancellationToken cancellation);

    /// <summary>Counts one failure by the rules of <see cref="LockOut"/>.</summary>
    Task CountFailureAsync(string name, DateTimeOffset now, CancellationToken cancellation);

    Task ClearFailuresAsync(string name, CancellationToken cancellation);

    /// <summary>Completes when the table takes changes.</summary>
    Task CheckAsync(CancellationToken cancellation);
}

public sealed record StoredPassword(Account Account, PasswordHash Password);

/// <summary>
/// Consecutive failures by name. Names without an account are counted too, or a lock-out would tell which names exist. The oldest go
/// when there are too many. The last failure allowed locks the name, and so does each one after the lock-out ended: then there is one try in 15 minutes.
/// </summary>
public static class LockOut
{
    public const int MaxFailures = 20;
    public const int MaxNames = 20_000;
    public static readonly TimeSpan Duration = TimeSpan.FromMinutes(15);
}
