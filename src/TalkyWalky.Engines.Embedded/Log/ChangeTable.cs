using TalkyWalky.Engines.Embedded.Sqlite;

namespace TalkyWalky.Engines.Embedded.Log;

/// <summary>Changes that no leaf tells of yet.</summary>
internal static class ChangeTable
{
    /// <summary>In the transaction that makes the change. An id is never given twice, also when all before it are forgotten.</summary>
    public static void Note(Database database, LogChangeKind kind, string key)
    {
        database.Use("INSERT INTO sequence (name, value) VALUES ('log_change', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1").Run();
        database.Use("INSERT INTO log_change (id, kind, key) SELECT value, ?1, ?2 FROM sequence WHERE name = 'log_change'").Bind(1, (long)kind).Bind(2, key).Run();
    }

    public static IReadOnlyList<LogChange> Read(Database database, int limit)
    {
        var changes = new List<LogChange>();
        using var rows = database.Use("SELECT id, kind, key FROM log_change ORDER BY id LIMIT ?1");
        rows.Bind(1, (long)limit);
        while (rows.Step()) changes.Add(new LogChange(rows.Int64(0), (LogChangeKind)rows.Int32(1), rows.Text(2)));
        return changes;
    }

    public static void Forget(Database database, long through) => database.Use("DELETE FROM log_change WHERE id <= ?1").Bind(1, through).Run();
}
