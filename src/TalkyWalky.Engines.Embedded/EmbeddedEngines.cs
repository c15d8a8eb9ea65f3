using TalkyWalky.Engines.Accounts;
using TalkyWalky.Engines.Embedded.Broker;
using TalkyWalky.Engines.Embedded.Directory;
using TalkyWalky.Engines.Embedded.Log;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Store;
using TalkyWalky.Engines.Embedded.Writing;

namespace TalkyWalky.Engines.Embedded;

/// <summary>Directory, broker, store and log on one SQLite file with one group-commit writer.</summary>
public sealed class EmbeddedEngines : IAsyncDisposable
{
    private readonly EngineFile _file;
    private readonly GroupWriter _writer;
    private readonly Readers _readers;
    private readonly BuiltInDirectory _directory;
    private readonly EmbeddedBroker _broker;
    private readonly ExpiryTimer _expiry;

    private EmbeddedEngines(EngineFile owned, string file, EmbeddedOptions options, TimeProvider time, LoadedMailboxes loaded)
    {
        _file = owned;
        _writer = new GroupWriter(owned.Writer, file);
        _readers = new Readers(file);
        Broker = _broker = new EmbeddedBroker(_writer, _readers, options.Mailboxes, time, file, loaded);
        Store = new EmbeddedStore(_writer, _readers);
        Log = new EmbeddedLogStore(_writer, _readers);
        Directory = _directory = new BuiltInDirectory(new EmbeddedAccounts(_writer, _readers), options.PasswordIterations, time);
        _expiry = new ExpiryTimer(_broker, options.Mailboxes.Life, time);
    }

    public IDirectory Directory { get; }

    public IBroker Broker { get; }

    public IStore Store { get; }

    public ILogStore Log { get; }

    /// <summary>Transactions since the start, each with one fsync.</summary>
    public long Commits => _writer.Groups;

    /// <summary>Opens or makes the file, 0600. Throws <see cref="EngineException"/> with a sentence: damaged, full disk, in use by another process.</summary>
    public static async Task<EmbeddedEngines> OpenAsync(string file, EmbeddedOptions options, TimeProvider time, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = Path.GetFullPath(file);
        var owned = EngineFile.Open(path, options.MaxPages);
        EmbeddedEngines engines;
        try
        {
            engines = new EmbeddedEngines(owned, path, options, time, LoadedMailboxes.Read(owned.Writer));
        }
        catch (SqliteFailure e)
        {
            owned.Dispose();
            throw new EngineException(e.Explain(path), e);
        }

        await engines._expiry.StartAsync();
        return engines;
    }

    /// <summary>Keeps other processes from the file, without opening it. Throws <see cref="EngineException"/> when one has it.</summary>
    public static IDisposable Lock(string file) => EngineFile.Own(Path.GetFullPath(file));

    /// <summary>Ends every consumer, finishes what was queued, checkpoints and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _broker.EndConsumers();
        await _expiry.DisposeAsync();
        await _writer.DisposeAsync();
        _directory.Dispose();
        _readers.Dispose();
        // Closing the last connection folds the log into the file and removes it.
        _file.Dispose();
    }
}

/// <param name="PasswordIterations">PBKDF2-SHA256; 600,000 outside tests.</param>
public sealed record EmbeddedOptions(MailboxLimits Mailboxes, int PasswordIterations = 600_000)
{
    /// <summary>Stands for the size of the disk in tests: a write beyond it fails as on a full disk.</summary>
    internal long? MaxPages { get; init; }
}
