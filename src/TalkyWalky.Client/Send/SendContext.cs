using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Rooms;
using TalkyWalky.Client.Status;

namespace TalkyWalky.Client.Send;

/// <summary>What work over one connection needs of it.</summary>
internal sealed class SendContext : IDisposable
{
    /// <summary>The CRLs and the log's head follow the welcome at once; nothing is sent or opened before them, unless they take this long.</summary>
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(5);

    private readonly Action<Exception> _fail;
    private readonly TaskCompletionSource _statusCame = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _headCame = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _statusAwaited;
    private int _awaitedLists;

    /// <param name="lists">How many CRLs the server will send first: of each issuing CA one.</param>
    public SendContext(GatewayLink link, Credentials credentials, KnownIssuing known, int lists, Outbox outbox, StatusBook status, LogBook book, LogAlarms alarms, Action<Exception> fail)
    {
        (Link, Credentials, Known, _awaitedLists, Status, _fail) = (link, credentials, known, lists, status, fail);
        var time = outbox.Environment.Time;
        _statusAwaited = Task.WhenAny(Task.WhenAll(_statusCame.Task, _headCame.Task), Task.Delay(StatusPatience, time, Ended));
        Log = new HeadCheck(book, alarms, link);
        News = new RoomNews(outbox.Database, outbox, outbox.Events, credentials.Identity.User, outbox.Environment.Directions);
        Lists = new LoggedLists(Log, link);
        Proofs = new LogProofs(outbox.Database, Lists, link.Ended);
        var people = new ListBook(outbox.Database, Log, new Admissions(credentials.Anchor, known, Proofs), Lists, time, Ended);
        Rosters = new RosterDesk(link, credentials, known, status, new ListedDevices(people, alarms, status, time, outbox.Log), time);
        Ledgers = new LedgerSync(outbox.Database, link, credentials, known, Proofs, News, outbox.Log);
        Readership = new Readership(outbox.Database, this, time);
    }

    public GatewayLink Link { get; }

    public Credentials Credentials { get; }

    public KnownIssuing Known { get; }

    /// <summary>DER, candidates for path building.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Issuing => Known.All;

    public StatusBook Status { get; }

    /// <summary>The transparency log as it is known here.</summary>
    public HeadCheck Log { get; }

    public LogProofs Proofs { get; }

    public LoggedLists Lists { get; }

    public RosterDesk Rosters { get; }

    public Readership Readership { get; }

    public LedgerSync Ledgers { get; }

    public RoomNews News { get; }

    public CancellationToken Ended => Link.Ended;

    public void Dispose() => Ledgers.Dispose();

    /// <summary>So many more CRLs of this connection were looked at. One caller at a time.</summary>
    public void StatusCame(int lists)
    {
        if ((_awaitedLists -= lists) <= 0) _statusCame.TrySetResult();
    }

    /// <summary>The first head of this connection was looked at.</summary>
    public void HeadCame() => _headCame.TrySetResult();

    /// <summary>Completes when the server's first CRLs and its log's head were looked at, or do not come.</summary>
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
            _ => Log.Book.Staleness(),
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
