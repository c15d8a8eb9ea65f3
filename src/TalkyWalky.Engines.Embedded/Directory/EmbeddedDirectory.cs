using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Directory;

/// <summary>Accounts in the same file. Usernames are kept in lower case, so that two that differ only in case cannot both exist.</summary>
internal sealed class EmbeddedDirectory(GroupWriter writer, Readers readers, int iterations, TimeProvider time) : IDirectory, IDisposable
{
    /// <summary>Failures in a row that lock an account; every further such row doubles the time.</summary>
    private const int LockOutAfter = 20;
    private static readonly TimeSpan LockOut = TimeSpan.FromMinutes(15);
    private const int MostDoublings = 6;

    private const string Columns = "user, username, full_name, mail, enabled, password_changed, locked_until, salt, hash, iterations";

    private readonly PasswordHasher _hasher = new(iterations);

    public async Task<BindOutcome> BindAsync(string username, string password, CancellationToken cancellation)
    {
        var row = await FindRowAsync("username = ?1", Normal(username), cancellation);
        if (row?.Account.LockedUntil is { } until && until > time.GetUtcNow()) return new BindOutcome.Locked(until);

        // RFC 4513 §5.1.2: an empty password would be an unauthenticated bind. It goes the same way as a wrong one.
        var right = await _hasher.VerifyAsync(password, row?.Password, cancellation) && password.Length > 0;
        await RecordAsync(row?.Account.User ?? default, right, cancellation);
        return (right, row) switch
        {
            (false, _) or (_, null) => new BindOutcome.Refused(),
            (_, { Account.Enabled: false }) => new BindOutcome.Disabled(),
            (_, { Account: var account }) => new BindOutcome.Bound(account with { LockedUntil = null }),
        };
    }

    public async Task<Account?> FindAsync(string username, CancellationToken cancellation) =>
        (await FindRowAsync("username = ?1", Normal(username), cancellation))?.Account;

    public Task<Account?> FindAsync(UserId user, CancellationToken cancellation) =>
        readers.ReadAsync(database =>
        {
            using var query = database.Use($"SELECT {Columns} FROM account WHERE user = ?1").Bind(1, user.Value);
            return query.Step() ? Read(query).Account : null;
        }, cancellation);

    public Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        readers.ReadAsync<IReadOnlyList<Account>>(database =>
        {
            using var query = database.Use($"SELECT {Columns} FROM account WHERE username > ?1 ORDER BY username LIMIT ?2").Bind(1, after ?? "").Bind(2, limit);
            var accounts = new List<Account>();
            while (query.Step()) accounts.Add(Read(query).Account);
            return accounts;
        }, cancellation);

    public async Task<AddOutcome> AddAsync(NewAccount account, CancellationToken cancellation)
    {
        var password = await _hasher.MakeAsync(account.Password, cancellation);
        var added = new Account(
            UserId.FromGuid(Guid.NewGuid()), Normal(account.Username), account.FullName, account.Mail, Enabled: true, time.GetUtcNow(), LockedUntil: null);
        return await writer.WriteAsync<AddOutcome>(
            database => Insert(database, added, password) ? new AddOutcome.Added(added) : new AddOutcome.NameTaken(), cancellation);
    }

    public Task<bool> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation) =>
        writer.WriteAsync(database => database.Use("UPDATE account SET enabled = ?2 WHERE user = ?1").Bind(1, user.Value).Bind(2, enabled ? 1L : 0L).Change() == 1, cancellation);

    public async Task<bool> SetPasswordAsync(UserId user, string password, CancellationToken cancellation)
    {
        var made = await _hasher.MakeAsync(password, cancellation);
        return await writer.WriteAsync(
            database => database.Use("UPDATE account SET salt = ?2, hash = ?3, iterations = ?4, password_changed = ?5, failures = 0, locked_until = NULL WHERE user = ?1")
                .Bind(1, user.Value).Bind(2, made.Salt).Bind(3, made.Hash).Bind(4, made.Iterations).Bind(5, time.GetUtcNow()).Change() == 1,
            cancellation);
    }

    public Task<bool> UnlockAsync(UserId user, CancellationToken cancellation) =>
        writer.WriteAsync(database => database.Use("UPDATE account SET failures = 0, locked_until = NULL WHERE user = ?1").Bind(1, user.Value).Change() == 1, cancellation);

    public Task CheckAsync(CancellationToken cancellation) => readers.ReadAsync(database => database.Number("SELECT 1"), cancellation);

    public void Dispose() => _hasher.Dispose();

    /// <summary>Counts failures. A name that does not exist takes the same write, which changes no row.</summary>
    private Task RecordAsync(UserId user, bool right, CancellationToken cancellation) =>
        writer.WriteAsync(database =>
        {
            if (right)
            {
                database.Use("UPDATE account SET failures = 0, locked_until = NULL WHERE user = ?1 AND (failures > 0 OR locked_until IS NOT NULL)").Bind(1, user.Value).Run();
                return true;
            }

            database.Use("UPDATE account SET failures = failures + 1 WHERE user = ?1").Bind(1, user.Value).Run();
            long failures;
            using (var query = database.Use("SELECT failures FROM account WHERE user = ?1").Bind(1, user.Value)) failures = query.Step() ? query.Int64(0) : 0;
            if (failures == 0 || failures % LockOutAfter != 0) return true;
            var doublings = Math.Min((failures / LockOutAfter) - 1, MostDoublings);
            database.Use("UPDATE account SET locked_until = ?2 WHERE user = ?1").Bind(1, user.Value).Bind(2, time.GetUtcNow() + (LockOut * Math.Pow(2, doublings))).Run();
            return true;
        }, cancellation);

    private Task<Row?> FindRowAsync(string where, string value, CancellationToken cancellation) =>
        readers.ReadAsync(database =>
        {
            using var query = database.Use($"SELECT {Columns} FROM account WHERE {where}").Bind(1, value);
            return query.Step() ? Read(query) : null;
        }, cancellation);

    private static bool Insert(Database database, Account account, PasswordHash password)
    {
        using (var taken = database.Use("SELECT 1 FROM account WHERE username = ?1").Bind(1, account.Username))
        {
            if (taken.Step()) return false;
        }

        database.Use("INSERT INTO account (user, username, full_name, mail, enabled, salt, hash, iterations, password_changed) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8)")
            .Bind(1, account.User.Value).Bind(2, account.Username).Bind(3, account.FullName).Bind(4, account.Mail)
            .Bind(5, password.Salt).Bind(6, password.Hash).Bind(7, password.Iterations).Bind(8, account.PasswordChangedAt).Run();
        return true;
    }

    private static Row Read(Statement row) => new(
        new Account(new UserId(row.Id(0)), row.Text(1), row.Text(2), row.TextOrNull(3), row.Int64(4) != 0, row.Time(5), row.TimeOrNull(6)),
        new PasswordHash(row.Blob(7), row.Blob(8), row.Int32(9)));

    private static string Normal(string username) => username.ToLowerInvariant();

    private sealed record Row(Account Account, PasswordHash Password);
}
