using TalkyWalky.Wire;

namespace TalkyWalky.Engines;

/// <summary>Who people are: accounts and passwords. Built in, OpenLDAP or Active Directory.</summary>
public interface IDirectory
{
    /// <summary>
    /// Checks a password. An unknown name and a wrong password answer alike and take the same time. An empty password never binds (RFC 4513 §5.1.2).
    /// </summary>
    Task<BindOutcome> BindAsync(string username, string password, CancellationToken cancellation);

    Task<Account?> FindAsync(string username, CancellationToken cancellation);

    Task<Account?> FindAsync(UserId user, CancellationToken cancellation);

    /// <summary>Accounts of many people at once, in no order; who is unknown has none.</summary>
    Task<IReadOnlyList<Account>> FindAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation);

    /// <summary>Accounts by username in ordinal order, those after <paramref name="after"/>.</summary>
    Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, CancellationToken cancellation);

    Task<AddOutcome> AddAsync(NewAccount account, CancellationToken cancellation);

    Task<ChangeOutcome> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation);

    Task<ChangeOutcome> SetPasswordAsync(UserId user, string password, CancellationToken cancellation);

    /// <summary>Clears failed attempts and a lock-out.</summary>
    Task<ChangeOutcome> UnlockAsync(UserId user, CancellationToken cancellation);

    /// <summary>Completes when the directory answers; throws <see cref="EngineException"/> when not.</summary>
    Task CheckAsync(CancellationToken cancellation);
}

/// <param name="LockedUntil"><see cref="DateTimeOffset.MaxValue"/> when an administrator must unlock it, or the directory does not say.</param>
public sealed record Account(
    UserId User, string Username, string FullName, string? Mail, bool Enabled, DateTimeOffset PasswordChangedAt, DateTimeOffset? LockedUntil);

public sealed record NewAccount(string Username, string Password, string FullName, string? Mail);

public abstract record BindOutcome
{
    private BindOutcome() { }

    public sealed record Bound(Account Account) : BindOutcome;

    /// <summary>Unknown name, wrong or empty password.</summary>
    public sealed record Refused : BindOutcome;

    /// <summary>The password was right, but the account is disabled, or outside the group that may use the chat.</summary>
    public sealed record Disabled : BindOutcome;

    /// <summary>The password was right, but the account's time is over.</summary>
    public sealed record Expired : BindOutcome;

    /// <summary>The password was right, but it has expired or must be changed first, where the organisation has people do so.</summary>
    public sealed record MustChangePassword : BindOutcome;

    /// <summary>Too many failures; nothing was checked.</summary>
    /// <param name="Until">Null when the directory does not say, or an administrator must unlock it.</param>
    public sealed record Locked(DateTimeOffset? Until) : BindOutcome;
}

public abstract record AddOutcome
{
    private AddOutcome() { }

    public sealed record Added(Account Account) : AddOutcome;

    public sealed record NameTaken : AddOutcome;

    /// <param name="Why">A sentence for the person: the directory's own rules refuse the name or the password.</param>
    public sealed record Refused(string Why) : AddOutcome;
}

public abstract record ChangeOutcome
{
    private ChangeOutcome() { }

    public sealed record Done : ChangeOutcome;

    public sealed record Unknown : ChangeOutcome;

    /// <param name="Why">A sentence: the directory's own rules refuse it, or our account there may not do it.</param>
    public sealed record Refused(string Why) : ChangeOutcome;
}

/// <summary>An engine is broken or out of reach. The message is a sentence for the administrator.</summary>
public sealed class EngineException : Exception
{
    public EngineException(string message) : base(message) { }

    public EngineException(string message, Exception inner) : base(message, inner) { }
}
