using TalkyWalky.Engines.Embedded.Broker;
using TalkyWalky.Engines.Embedded.Directory;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Store;
using TalkyWalky.Engines.Embedded.Writing;

namespace TalkyWalky.Engines.Embedded;

/// <summary>Directory, broker and store on one SQLite file with one group-commit writer.</summary>
public sealed class EmbeddedEngines : IAsyncDisposable
{
    // WAL: a commit appends and syncs one file, and readers never wait. FULL: every commit is synced, so what was accepted survives a power cut;
    // group commit makes that cheap. A checkpoint every 4,000 pages (16 MiB) keeps the log small; page cache 16 MiB.
    private const string Settings =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384; PRAGMA foreign_keys = OFF;";

    private readonly FileStream _lock;
    private readonly Database _database;
    private readonly GroupWriter _writer;
    private readonly Readers _readers;
    private readonly EmbeddedBroker _broker;
    private readonly EmbeddedDirectory _directory;

    private EmbeddedEngines(FileStream fileLock, Database database, string file, EmbeddedOptions options, TimeProvider time)
    {
        _lock = fileLock;
        _database = database;
        _readers = new Readers(file);
        var mailboxes = MailboxLoader.Load(database, options.Mailboxes);
        _writer = new GroupWriter(database, file);
        _broker = new EmbeddedBroker(_writer, _readers, mailboxes, options.Mailboxes, time);
        _directory = new EmbeddedDirectory(_writer, _readers, options.PasswordIterations, time);
        Store = new EmbeddedStore(_writer, _readers);
    }

    public IDirectory Directory => _directory;

    public IBroker Broker => _broker;

    public IStore Store { get; }

    /// <summary>Transactions committed so far, each with one fsync.</summary>
    public long Commits => _writer.Groups;

    /// <summary>Opens or makes the file, 0600. Throws <see cref="EngineException"/> with a sentence: damaged, full disk, in use by another process.</summary>
    public static Task<EmbeddedEngines> OpenAsync(string file, EmbeddedOptions options, TimeProvider time, CancellationToken cancellation) =>
        Task.Run(() => Open(Path.GetFullPath(file), options, time), cancellation);

    /// <summary>Finishes what was queued, checkpoints and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _writer.DisposeAsync();
        _directory.Dispose();
        _readers.Dispose();
        _database.Dispose();
        await _lock.DisposeAsync();
    }

    private static EmbeddedEngines Open(string file, EmbeddedOptions options, TimeProvider time)
    {
        SystemSqlite.EnsureLoaded();
        FileStream? fileLock = null;
        Database? database = null;
        try
        {
            fileLock = OpenOwnerOnly(file + ".lock", FileShare.None);
            OpenOwnerOnly(file, FileShare.ReadWrite).Dispose();
            database = Database.Open(file, readOnly: false);
            database.Execute(Settings);
            Schema.Bring(database, file);
            return new EmbeddedEngines(fileLock, database, file, options, time);
        }
        catch (Exception e) when (e is SqliteFailure or IOException or UnauthorizedAccessException or EngineException)
        {
            database?.Dispose();
            var locked = fileLock is null && e is IOException && File.Exists(file + ".lock");
            fileLock?.Dispose();
            throw e switch
            {
                EngineException known => known,
                SqliteFailure failure => new EngineException(failure.Explain(file), failure),
                _ when locked => new EngineException($"the database {file} is in use by another process; stop that one first", e),
                _ => new EngineException($"the database {file} cannot be opened: {e.Message}", e),
            };
        }
    }

    private static FileStream OpenOwnerOnly(string file, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(file, options);
    }
}

/// <param name="PasswordIterations">PBKDF2-SHA256; 600,000 outside tests.</param>
public sealed record EmbeddedOptions(MailboxLimits Mailboxes, int PasswordIterations = 600_000);
