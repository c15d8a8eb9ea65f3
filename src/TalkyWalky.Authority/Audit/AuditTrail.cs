namespace TalkyWalky.Authority;

/// <summary>
/// What the authority did, who asked for it and why: lines that are only ever added, each with the hash of the one before, and on disk when a call returns (docs/decisions/0011). One process
/// writes it, which holds the lock of the data folder. Callers at the same time share one flush.
/// </summary>
public sealed class AuditTrail(string path, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Lock _lock = new();
    private List<Waiting> _waiting = [];
    private AuditFile? _file;

    /// <summary>Makes or opens the file now and not at the first act. Throws <see cref="AuthorityException"/> when that cannot be.</summary>
    public void Open()
    {
        _writing.Wait();
        try
        {
            _file ??= AuditFile.Open(path, time.GetUtcNow());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(failure);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Throws <see cref="AuthorityException"/> when it is not on disk; then what it is about may not be done.</summary>
    public async Task WriteAsync(AuditEntry entry)
    {
        var mine = new Waiting(entry with { Time = time.GetUtcNow() });
        lock (_lock) _waiting.Add(mine);
        await _writing.WaitAsync(CancellationToken.None); // never given up: whoever goes first writes the lines of all
        try
        {
            if (!mine.IsDone) WriteAll();
        }
        finally
        {
            _writing.Release();
        }

        if (mine.Failure is { } failure) throw NotWritable(failure);
    }

    public void Dispose()
    {
        _file?.Dispose();
        _writing.Dispose();
    }

    private void WriteAll()
    {
        List<Waiting> all;
        lock (_lock) (all, _waiting) = (_waiting, []);
        Exception? failure = null;
        try
        {
            _file ??= AuditFile.Open(path, time.GetUtcNow());
            _file.Append(all.Select(static one => one.Entry));
        }
        catch (Exception thrown)
        {
            // Perhaps half of a line was written: the next one opens the file anew and finds its end.
            _file?.Dispose();
            _file = null;
            failure = thrown;
        }

        foreach (var one in all) (one.IsDone, one.Failure) = (true, failure);
    }

    private AuthorityException NotWritable(Exception failure) => failure as AuthorityException
        ?? new AuthorityException($"the audit trail {path} cannot be written, and without it nothing is issued: {failure.Message.TrimEnd('.')}; see to the disk's free space and the file's permissions", failure);

    private sealed class Waiting(AuditEntry entry)
    {
        public AuditEntry Entry => entry;

        public bool IsDone { get; set; }

        public Exception? Failure { get; set; }
    }
}
