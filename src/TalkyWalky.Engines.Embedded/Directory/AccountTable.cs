using TalkyWalky.Engines.Accounts;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Directory;

internal static class AccountTable
{
    private const string Select = """
        SELECT account.user, account.username, full_name, mail, enabled, password_changed_at, attempt.locked_until, salt, hash, iterations
        FROM account LEFT JOIN attempt ON attempt.username = account.username
        """;

    public static Account? Find(Database database, UserId user, DateTimeOffset now)
    {
        using var row = database.Use(Select + " WHERE account.user = ?1");
        return row.Bind(1, user.Value).Step() ? Read(row, now) : null;
    }

    public static Account? Find(Database database, string username, DateTimeOffset now)
    {
        using var row = database.Use(Select + " WHERE account.username = ?1");
        return row.Bind(1, username).Step() ? Read(row, now) : null;
    }

    public static StoredPassword? FindWithPassword(Database database, string username, DateTimeOffset now)
    {
        using var row = database.Use(Select + " WHERE account.username = ?1");
        return row.Bind(1, username).Step() ? new StoredPassword(Read(row, now), new PasswordHash(row.Blob(7), row.Blob(8), row.Int32(9))) : null;
    }

    public static IReadOnlyList<Account> List(Database database, string? after, int limit, DateTimeOffset now)
    {
        var accounts = new List<Account>();
        using var rows = database.Use(Select + " WHERE account.username > ?1 ORDER BY account.username LIMIT ?2");
        rows.Bind(1, after ?? "").Bind(2, (long)limit);
        while (rows.Step()) accounts.Add(Read(rows, now));
        return accounts;
    }

    public static bool Add(Database database, Account account, PasswordHash password) =>
        database.Use("""
            INSERT INTO account (user, username, full_name, mail, enabled, salt, hash, iterations, password_changed_at)
            VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8) ON CONFLICT (username) DO NOTHING
            """)
            .Bind(1, account.User.Value).Bind(2, account.Username).Bind(3, account.FullName).Bind(4, account.Mail)
            .Bind(5, password.Salt).Bind(6, password.Hash).Bind(7, (long)password.Iterations).Bind(8, account.PasswordChangedAt).Change() == 1;

    public static bool SetEnabled(Database database, UserId user, bool enabled) =>
        database.Use("UPDATE account SET enabled = ?2 WHERE user = ?1").Bind(1, user.Value).Bind(2, enabled ? 1L : 0L).Change() > 0;

    public static bool SetPassword(Database database, UserId user, PasswordHash password, DateTimeOffset changedAt) =>
        database.Use("UPDATE account SET salt = ?2, hash = ?3, iterations = ?4, password_changed_at = ?5 WHERE user = ?1")
            .Bind(1, user.Value).Bind(2, password.Salt).Bind(3, password.Hash).Bind(4, (long)password.Iterations).Bind(5, changedAt).Change() > 0;

    private static Account Read(Statement row, DateTimeOffset now) => new(
        new UserId(row.Id(0)),
        row.Text(1),
        row.Text(2),
        row.TextOrNull(3),
        row.Int64(4) != 0,
        row.Time(5),
        row.TimeOrNull(6) is { } until && until > now ? until : null);
}
