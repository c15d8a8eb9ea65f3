using TalkyWalky.Engines.Accounts;
using TalkyWalky.Engines.Embedded.Sqlite;

namespace TalkyWalky.Engines.Embedded.Directory;

/// <summary>Consecutive failures by name, by the rules of <see cref="LockOut"/>.</summary>
internal static class AttemptTable
{
    public static DateTimeOffset? LockedUntil(Database database, string username)
    {
        using var row = database.Use("SELECT locked_until FROM attempt WHERE username = ?1");
        return row.Bind(1, username).Step() ? row.TimeOrNull(0) : null;
    }

    public static bool CountFailure(Database database, string username, DateTimeOffset now)
    {
        database.Use("""
            INSERT INTO attempt (username, failures, last_at) VALUES (?1, 1, ?2)
            ON CONFLICT (username) DO UPDATE SET failures = failures + 1, last_at = ?2, locked_until = iif(failures + 1 >= ?3, ?4, NULL)
            """).Bind(1, username).Bind(2, now).Bind(3, (long)LockOut.MaxFailures).Bind(4, now + LockOut.Duration).Run();
        if (database.Number("SELECT count(*) FROM attempt") > LockOut.MaxNames)
            database.Use("DELETE FROM attempt WHERE username = (SELECT username FROM attempt ORDER BY last_at LIMIT 1)").Run();
        return true;
    }

    public static bool Clear(Database database, string username) =>
        database.Use("DELETE FROM attempt WHERE username = ?1").Bind(1, username).Change() > 0;
}
