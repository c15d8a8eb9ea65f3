using Microsoft.Extensions.Logging;

namespace TalkyWalky.Engines.Ldap.Connections;

/// <summary>
/// Connections bound as the service account, kept open, and passing ones that people's passwords are tried on. libldap blocks, so that all work runs on threads of its own,
/// as many at once as there may be connections; a caller who gives up leaves its thread to end by the time limit.
/// </summary>
internal sealed partial class LdapPool(LdapOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Stack<LdapLink> _idle = new();
    private readonly SemaphoreSlim _service = new(options.Connections), _people = new(options.Connections);
    private readonly LdapServers _servers = new(options.Servers, time);
    private readonly Outages _outages = new(options, time, logger);
    private bool _isClosed;

    /// <summary>Runs a request that may run twice: once more on a new connection when the first breaks.</summary>
    public Task<T> ReadAsync<T>(Func<LdapLink, T> read, CancellationToken cancellation) => RunAsync(_service, () => Read(read), cancellation);

    /// <summary>Runs a request that must not run twice, on a connection that has just answered.</summary>
    public Task<T> WriteAsync<T>(Func<LdapLink, T> write, CancellationToken cancellation) => RunAsync(_service, () => Write(write), cancellation);

    /// <summary>Runs a request on a new connection, within work whose own broke.</summary>
    public T Anew<T>(Func<LdapLink, T> work) => Use(OpenBound(), work);

    /// <summary>Tries somebody's password on a connection of its own, which ends with it.</summary>
    public Task<BindReply> BindAsync(string dn, string password, CancellationToken cancellation) => RunAsync(_people, () => Bind(dn, password), cancellation);

    public void Dispose()
    {
        LdapLink[] idle;
        lock (_lock)
        {
            _isClosed = true;
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (var link in idle) link.Dispose();
    }

    private async Task<T> RunAsync<T>(SemaphoreSlim slots, Func<T> work, CancellationToken cancellation)
    {
        if (!await slots.WaitAsync(options.Timeout, cancellation))
            throw new EngineException($"the directory is too slow: no connection became free in {options.Timeout.TotalSeconds:0.#} s; look at its load, or raise directory.connections");
        var run = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return work();
                }
                catch (LinkException e)
                {
                    throw new EngineException($"the directory does not answer: {e.Message}", e);
                }
                finally
                {
                    slots.Release();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        return await run.WaitAsync(cancellation);
    }

    private T Read<T>(Func<LdapLink, T> read)
    {
        if (TakeIdle() is { } idle)
        {
            try
            {
                return Use(idle, read);
            }
            catch (LinkException e)
            {
                LogBroken(logger, e.Message);
            }
        }

        return Use(OpenBound(), read);
    }

    private T Write<T>(Func<LdapLink, T> write)
    {
        if (TakeIdle() is { } idle)
        {
            if (IsWhole(idle)) return Use(idle, write);
            idle.Dispose();
        }

        return Use(OpenBound(), write);
    }

    private bool IsWhole(LdapLink link)
    {
        try
        {
            link.Prove();
            return true;
        }
        catch (LinkException e)
        {
            LogBroken(logger, e.Message);
            return false;
        }
    }

    private BindReply Bind(string dn, string password)
    {
        using var link = Open();
        return link.Bind(dn, password);
    }

    private T Use<T>(LdapLink link, Func<LdapLink, T> work)
    {
        var isWhole = false;
        try
        {
            var result = work(link);
            isWhole = true;
            return result;
        }
        finally
        {
            if (!isWhole || !TryKeep(link)) link.Dispose();
        }
    }

    private LdapLink? TakeIdle()
    {
        var preferred = _servers.InOrder()[0];
        while (true)
        {
            LdapLink? link;
            lock (_lock)
            {
                if (!_idle.TryPop(out link)) return null;
            }

            if (link.Server == preferred) return link;
            link.Dispose(); // all go to one server, so that each sees what another wrote
        }
    }

    private bool TryKeep(LdapLink link)
    {
        lock (_lock)
        {
            if (_isClosed) return false;
            _idle.Push(link);
            return true;
        }
    }

    private LdapLink OpenBound()
    {
        var link = Open();
        try
        {
            if (options.BindDn is not { } dn) return link;
            var reply = link.Bind(dn, options.Password ?? "");
            if (reply.Code == LibLdap.Success) return link;
            throw new EngineException($"the directory refuses the service account {dn} (code {reply.Code}{Details(reply)}); check directory.bindDn and its password");
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    private LdapLink Open()
    {
        List<LinkException> failures = [];
        foreach (var server in _servers.InOrder())
        {
            try
            {
                var link = LdapLink.Open(server, options);
                _outages.End(server);
                return link;
            }
            catch (LinkException e)
            {
                // This alone is a server's failure: servers end idle connections as they like, and another one may know less.
                _servers.Failed(server);
                failures.Add(_outages.Explain(server, e));
            }
        }

        throw new LinkException(string.Join("; ", failures.Select(static failure => failure.Message)), failures[0]);
    }

    private static string Details(BindReply reply) => reply.Message.Length > 0 ? $": {reply.Message}" : "";

    [LoggerMessage(6001, LogLevel.Debug, "A connection to the directory broke: {Reason}")]
    private static partial void LogBroken(ILogger logger, string reason);
}
