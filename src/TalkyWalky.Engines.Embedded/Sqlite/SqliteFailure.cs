using SQLitePCL;

namespace TalkyWalky.Engines.Embedded.Sqlite;

/// <summary>A result code of SQLite. Never leaves this assembly: it becomes an outcome or an <see cref="EngineException"/>.</summary>
internal sealed class SqliteFailure(int extendedCode, string message) : Exception(message)
{
    // The low byte is the primary code (sqlite.org/rescode.html).
    private int Code => extendedCode & 0xff;

    public bool IsConstraint => Code == raw.SQLITE_CONSTRAINT;

    public bool IsFull => Code == raw.SQLITE_FULL;

    public bool IsDamage => Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>One sentence for the administrator: what broke and what to do.</summary>
    public string Explain(string file) => Code switch
    {
        raw.SQLITE_FULL => $"the disk that holds {file} is full; free some space, and the server goes on by itself",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
            $"the database {file} is damaged ({Message}); stop the server and restore the file from a backup, or move it away to begin with an empty one",
        raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_READONLY or raw.SQLITE_AUTH =>
            $"the database {file} cannot be opened for writing; check that its folder exists and belongs to the account that runs the server",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"the database {file} is in use by another program; stop that one first",
        raw.SQLITE_IOERR => $"reading or writing {file} failed ({Message}); check the disk and its free space",
        _ => $"the database {file} failed ({Message})",
    };
}
