using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Rooms;
using TalkyWalky.Client.Status;

namespace TalkyWalky.Client.Send;

/// <summary>What work over one connection needs of it.</summary>
internal sealed class SendContext : IDisposable
{
    /// <summary>The CRLs follow the welcome at once; nothing is sent or opened before them, unless they take this long.</summary>
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(5);

    private readonly Action<Exception> _fail;
    private readonly TaskCompletionSource _statusCame = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _statusAwaited;

    public SendContext(GatewayLink link, Credentials credentials, IReadOnlyList<ReadOnlyMemory<byte>> issuing, Outbox outbox, StatusBook status, Action<Exception> fail)
    {
        (Link, Credentials, Issuing, Status, _fail) = (link, credentials, issuing, status, fail);
        var time = outbox.Environment.Time;
        _statusAwaited = Task.WhenAny(_statusCame.Task, Task.Delay(StatusPatience, time, Ended));
        News = new RoomNews(outbox.Database, outbox, outbox.Events, credentials.Identity.User, outbox.Environment.Directions);
        Rosters = new RosterDesk(link, credentials, issuing, status, time);
        Ledgers = new LedgerSync(outbox.Database, link, credentials, issuing, News, outbox.Log);
        Readership = new Readership(outbox.Database, this, time);
    }

    public GatewayLink Link { get; }

    public Credentials Credentials { get; }

    /// <summary>DER, candidates for path building.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Issuing { get; }

    public StatusBook Status { get; }

    public RosterDesk Rosters { get; }

    public Readership Readership { get; }

    public LedgerSync Ledgers { get; }

    public RoomNews News { get; }

    public CancellationToken Ended => Link.Ended;

    public void Dispose() => Ledgers.Dispose();

    /// <summary>The first CRL of this connection was looked at.</summary>
    public void StatusCame() => _statusCame.TrySetResult();

    /// <summary>Completes when the server's CRLs were looked at, or do not come.</summary>
    public async Task StatusAsync()
    {
        await _statusAwaited;
        Ended.ThrowIfCancellationRequested();
    }

    /// <summary>Why nothing may be sealed and no room changed now; null when it may.</summary>
    public async Task<string?> UncertaintyAsync()
    {
        await StatusAsync();
        return Status.Of(Credentials.Identity, Credentials.Encryption, StatusBook.Fresh) switch
        {
            CertificateStatus.Unknown unknown => unknown.Why,
            CertificateStatus.Revoked => Sentences.Revoked,
            _ => null,
        };
    }

    /// <summary>Ends the connection because of a failure of this program or its disk.</summary>
    public void Fail(Exception failure) => _fail(failure);

    /// <summary>Runs one part of the connection's work; if it fails, the whole connection ends and says why.</summary>
    public async Task GuardAsync(Func<Task> run, ILogger log)
    {
        try
        {
            await run();
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            // The connection is over; what was not stored was not acknowledged and comes again.
        }
        catch (Exception failure)
        {
            ClientLog.ConnectionFailed(log, failure);
            Fail(failure);
        }
    }
}
