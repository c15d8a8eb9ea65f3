namespace TalkyWalky.Engines.Embedded;

/// <summary>Directory, broker and store on one SQLite file with one group-commit writer.</summary>
public sealed class EmbeddedEngines : IAsyncDisposable
{
    private EmbeddedEngines() { }

    public IDirectory Directory => throw new NotSupportedException();

    public IBroker Broker => throw new NotSupportedException();

    public IStore Store => throw new NotSupportedException();

    /// <summary>Opens or makes the file, 0600. Throws <see cref="EngineException"/> with a sentence: damaged, full disk, in use by another process.</summary>
    public static Task<EmbeddedEngines> OpenAsync(string file, EmbeddedOptions options, TimeProvider time, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>Finishes what was queued, checkpoints and closes.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}

/// <param name="PasswordIterations">PBKDF2-SHA256; 600,000 outside tests.</param>
public sealed record EmbeddedOptions(MailboxLimits Mailboxes, int PasswordIterations = 600_000);
