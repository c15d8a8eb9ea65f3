namespace TalkyWalky.Engines.Embedded.Sqlite;

/// <summary>The database file: owned by this process alone, readable by this account alone.</summary>
internal sealed class EngineFile : IDisposable
{
    /// <summary>Files up to this size are read whole at the start, to find damage before anything builds on it (about 0.1 s).</summary>
    private const long CheckWholeBelow = 64L * 1024 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private EngineFile(FileStream ownership, Database writer)
    {
        _lock = ownership;
        Writer = writer;
    }

    public Database Writer { get; }

    public static EngineFile Open(string file, long? maxPages)
    {
        SystemSqlite.EnsureLoaded();
        var ownership = Own(file);
        Database? writer = null;
        try
        {
            using (OpenOwnerOnly(file, FileShare.ReadWrite)) { }
            writer = Database.Open(file, readOnly: false);
            Prepare(writer, file, maxPages);
            return new EngineFile(ownership, writer);
        }
        catch (Exception e)
        {
            writer?.Dispose();
            ownership.Dispose();
            throw e is SqliteFailure failure ? new EngineException(failure.Explain(file), failure) : Unusable(file, e);
        }
    }

    public void Dispose()
    {
        Writer.Dispose();
        _lock.Dispose();
    }

    /// <summary>
    /// WAL with synchronous=FULL: a commit appends its pages to the log and syncs it before it returns, so what was answered survives a
    /// power cut, for one fsync a group (sqlite.org/pragma.html#pragma_synchronous: in WAL mode NORMAL may lose the last commits, FULL may not).
    /// Readers never wait for the writer. The log is folded into the file every 4,000 pages (16 MiB): under load most rows have been deleted
    /// by then, and a page that changed often is copied once. A longer log makes each fold a longer pause; with 1,000 pages
    /// the folds cost a fifth of the throughput. secure_delete is off because what is deleted is ciphertext.
    /// </summary>
    private static void Prepare(Database writer, string file, long? maxPages)
    {
        writer.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864");
        writer.Execute("PRAGMA secure_delete = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON");
        if (new FileInfo(file).Length is > 0 and <= CheckWholeBelow) CheckWhole(writer);
        Schema.Migrate(writer, file);
        if (maxPages is { } pages) writer.Execute($"PRAGMA max_page_count = {pages}");
    }

    private static void CheckWhole(Database writer)
    {
        using var check = writer.Use("PRAGMA quick_check(1)");
        if (check.Step() && check.Text(0) is var finding && !string.Equals(finding, "ok", StringComparison.Ordinal))
            throw new SqliteFailure(SQLitePCL.raw.SQLITE_CORRUPT, finding.ReplaceLineEndings(" "));
    }

    /// <summary>Until it is disposed no other process opens the file.</summary>
    public static FileStream Own(string file)
    {
        try
        {
            return OpenOwnerOnly(file + ".lock", FileShare.None);
        }
        catch (IOException e) when (File.Exists(file + ".lock"))
        {
            throw new EngineException($"the database {file} is in use by another process; stop that server first, or use another data folder", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(file, e);
        }
    }

    private static FileStream OpenOwnerOnly(string file, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        var stream = new FileStream(file, options);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(stream.SafeFileHandle, OwnerOnly);
        return stream;
    }

    private static Exception Unusable(string file, Exception e) => e is IOException or UnauthorizedAccessException
        ? new EngineException($"the database {file} cannot be opened ({e.Message}); check that its folder exists and belongs to the account that runs the server", e)
        : e;
}
