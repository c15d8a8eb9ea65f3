using TalkyWalky.Engines.Accounts;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Directory;

/// <summary>The accounts in the file. Reads go to the readers, every change through the one writer.</summary>
internal sealed class EmbeddedAccounts(GroupWriter writer, Readers readers) : IAccountTable
{
    public Task<Account?> FindAsync(string name, DateTimeOffset now, CancellationToken cancellation) =>
        readers.ReadAsync(database => AccountTable.Find(database, name, now), cancellation);

    public Task<IReadOnlyList<Account>> FindAsync(IReadOnlyCollection<UserId> users, DateTimeOffset now, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyList<Account>>(database => [.. users.Select(user => AccountTable.Find(database, user, now)).OfType<Account>()], cancellation);

    public Task<StoredPassword?> FindWithPasswordAsync(string name, DateTimeOffset now, CancellationToken cancellation) =>
        readers.ReadAsync(database => AccountTable.FindWithPassword(database, name, now), cancellation);

    public Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, DateTimeOffset now, CancellationToken cancellation) =>
        readers.ReadAsync(database => AccountTable.List(database, after, limit, now), cancellation);

    public Task<bool> AddAsync(Account account, PasswordHash password, CancellationToken cancellation) =>
        writer.WriteAsync(database => AccountTable.Add(database, account, password) && (AttemptTable.Clear(database, account.Username) || true), cancellation);

    public Task<bool> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation) =>
        writer.WriteAsync(database => AccountTable.SetEnabled(database, user, enabled), cancellation);

    public Task<bool> SetPasswordAsync(UserId user, PasswordHash password, DateTimeOffset changedAt, CancellationToken cancellation) =>
        writer.WriteAsync(database => AccountTable.SetPassword(database, user, password, changedAt), cancellation);

    public Task<DateTimeOffset?> LockedUntilAsync(string name, CancellationToken cancellation) =>
        readers.ReadAsync(database => AttemptTable.LockedUntil(database, name), cancellation);

    public Task CountFailureAsync(string name, DateTimeOffset now, CancellationToken cancellation) =>
        writer.WriteAsync(database => AttemptTable.CountFailure(database, name, now), cancellation);

    public Task ClearFailuresAsync(string name, CancellationToken cancellation) =>
        writer.WriteAsync(database => AttemptTable.Clear(database, name), cancellation);

    public Task CheckAsync(CancellationToken cancellation) => writer.CheckAsync(cancellation);
}
