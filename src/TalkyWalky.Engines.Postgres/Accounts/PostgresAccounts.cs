using TalkyWalky.Engines.Accounts;
using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Accounts;

internal sealed class PostgresAccounts(Database database) : IAccountTable
{
    private const string Columns = """
        account."user", account.username, full_name AS FullName, mail, enabled, password_changed_at AS PasswordChangedAt,
        CASE WHEN attempt.locked_until > @now THEN attempt.locked_until END AS LockedUntil
        """;

    private const string Tables = "FROM account LEFT JOIN attempt ON attempt.username = account.username";
    private const string Select = $"SELECT {Columns} {Tables}";

    public Task<Account?> FindAsync(string name, DateTimeOffset now, CancellationToken cancellation) =>
        database.ReadAsync(session => session.OneAsync<Account>(Select + " WHERE account.username = @name", new { name, now }), cancellation);

    public Task<IReadOnlyList<Account>> FindAsync(IReadOnlyCollection<UserId> users, DateTimeOffset now, CancellationToken cancellation) =>
        database.ReadAsync(session => session.AllAsync<Account>(Select + """ WHERE account."user" = ANY(@ids)""", new { ids = users.ToColumn(), now }), cancellation);

    public Task<StoredPassword?> FindWithPasswordAsync(string name, DateTimeOffset now, CancellationToken cancellation) => database.ReadAsync(
        async session =>
        {
            var row = await session.OneAsync<AccountRow>($"SELECT {Columns}, salt, hash, iterations {Tables} WHERE account.username = @name", new { name, now });
            return row is null ? null : new StoredPassword(row.Account, new PasswordHash(row.Salt, row.Hash, row.Iterations));
        },
        cancellation);

    public Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, DateTimeOffset now, CancellationToken cancellation) => database.ReadAsync(
        session => session.AllAsync<Account>(Select + " WHERE account.username > @after ORDER BY account.username LIMIT @limit", new { after = after ?? "", limit, now }),
        cancellation);

    public Task<bool> AddAsync(Account account, PasswordHash password, CancellationToken cancellation) => database.WriteAsync(
        async session =>
        {
            var isNew = await session.ChangeAsync(
                """
                INSERT INTO account ("user", username, full_name, mail, enabled, salt, hash, iterations, password_changed_at)
                VALUES (@User, @Username, @FullName, @Mail, true, @Salt, @Hash, @Iterations, @PasswordChangedAt) ON CONFLICT (username) DO NOTHING
                """,
                new { account.User, account.Username, account.FullName, account.Mail, password.Salt, password.Hash, password.Iterations, account.PasswordChangedAt }) == 1;
            if (isNew) await session.ChangeAsync("DELETE FROM attempt WHERE username = @Username", new { account.Username });
            return isNew;
        },
        cancellation);

    public Task<bool> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation) => database.WriteAsync(
        async session => await session.ChangeAsync("""UPDATE account SET enabled = @enabled WHERE "user" = @user""", new { user, enabled }) > 0, cancellation);

    public Task<bool> SetPasswordAsync(UserId user, PasswordHash password, DateTimeOffset changedAt, CancellationToken cancellation) => database.WriteAsync(
        async session => await session.ChangeAsync(
            """UPDATE account SET salt = @Salt, hash = @Hash, iterations = @Iterations, password_changed_at = @changedAt WHERE "user" = @user""",
            new { user, password.Salt, password.Hash, password.Iterations, changedAt }) > 0,
        cancellation);

    public Task<DateTimeOffset?> LockedUntilAsync(string name, CancellationToken cancellation) => database.ReadAsync(
        session => session.OneAsync<DateTimeOffset?>("SELECT locked_until FROM attempt WHERE username = @name AND locked_until IS NOT NULL", new { name }), cancellation);

    public Task CountFailureAsync(string name, DateTimeOffset now, CancellationToken cancellation) => database.WriteAsync(
        async session =>
        {
            await session.ChangeAsync(
                """
                INSERT INTO attempt (username, failures, last_at) VALUES (@name, 1, @now)
                ON CONFLICT (username) DO UPDATE SET failures = attempt.failures + 1, last_at = excluded.last_at,
                    locked_until = CASE WHEN attempt.failures + 1 >= @MaxFailures THEN @until::bigint END
                """,
                new { name, now, LockOut.MaxFailures, until = now + LockOut.Duration });
            return await session.ChangeAsync(
                "DELETE FROM attempt WHERE username IN (SELECT username FROM attempt ORDER BY last_at DESC OFFSET @MaxNames)", new { LockOut.MaxNames });
        },
        cancellation);

    public Task ClearFailuresAsync(string name, CancellationToken cancellation) =>
        database.WriteAsync(session => session.ChangeAsync("DELETE FROM attempt WHERE username = @name", new { name }), cancellation);

    public Task CheckAsync(CancellationToken cancellation) => database.CheckAsync(cancellation);

    private sealed record AccountRow(
        UserId User, string Username, string FullName, string? Mail, bool Enabled, DateTimeOffset PasswordChangedAt, DateTimeOffset? LockedUntil, byte[] Salt, byte[] Hash, int Iterations)
    {
        public Account Account => new(User, Username, FullName, Mail, Enabled, PasswordChangedAt, LockedUntil);
    }
}
