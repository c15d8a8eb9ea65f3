using SQLitePCL;

namespace TalkyWalky.Engines.Embedded.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Database : IDisposable
{
    private const int BusyMilliseconds = 5000;

    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private readonly sqlite3 _handle;

    private Database(sqlite3 handle) => _handle = handle;

    /// <summary>False after SQLite rolled a transaction back by itself.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public long LastRowId => raw.sqlite3_last_insert_rowid(_handle);

    public static Database Open(string file, bool readOnly)
    {
        // NOMUTEX: a connection never has two threads at once here.
        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE);
        var code = raw.sqlite3_open_v2(file, out var handle, flags, null);
        if (code != raw.SQLITE_OK)
        {
            handle?.Dispose();
            throw new SqliteFailure(code, raw.sqlite3_errstr(code).utf8_to_string());
        }

        _ = raw.sqlite3_extended_result_codes(handle, 1);
        _ = raw.sqlite3_busy_timeout(handle, BusyMilliseconds);
        return new Database(handle);
    }

    /// <summary>The prepared statement of this text; the text is a constant of the program. Dispose it after use.</summary>
    public Statement Use(string sql)
    {
        if (_statements.TryGetValue(sql, out var known)) return known;
        if (raw.sqlite3_prepare_v2(_handle, sql, out var handle) != raw.SQLITE_OK) throw Failure(_handle);
        return _statements[sql] = new Statement(_handle, handle);
    }

    /// <summary>Runs a text of several statements, once.</summary>
    public void Execute(string sql)
    {
        if (raw.sqlite3_exec(_handle, sql) != raw.SQLITE_OK) throw Failure(_handle);
    }

    public long Number(string sql)
    {
        using var query = Use(sql);
        return query.Step() ? query.Int64(0) : 0;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Close();
        _statements.Clear();
        _handle.Dispose();
    }

    internal static SqliteFailure Failure(sqlite3 handle) =>
        new(raw.sqlite3_extended_errcode(handle), raw.sqlite3_errmsg(handle).utf8_to_string());
}
