using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Rooms;

namespace TalkyWalky.Client.Send;

/// <summary>What work over one connection needs of it.</summary>
internal sealed class SendContext : IDisposable
{
    private readonly Action<Exception> _fail;

    public SendContext(GatewayLink link, Credentials credentials, IReadOnlyList<ReadOnlyMemory<byte>> issuing, Outbox outbox, Action<Exception> fail)
    {
        (Link, Credentials, Issuing, _fail) = (link, credentials, issuing, fail);
        var time = outbox.Environment.Time;
        News = new RoomNews(outbox.Database, outbox, outbox.Events, credentials.Identity.User);
        Rosters = new RosterDesk(link, credentials, issuing, time);
        Ledgers = new LedgerSync(outbox.Database, link, credentials, issuing, News, outbox.Log);
        Readership = new Readership(outbox.Database, this, time);
    }

    public GatewayLink Link { get; }

    public Credentials Credentials { get; }

    /// <summary>DER, candidates for path building.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Issuing { get; }

    public RosterDesk Rosters { get; }

    public Readership Readership { get; }

    public LedgerSync Ledgers { get; }

    public RoomNews News { get; }

    public CancellationToken Ended => Link.Ended;

    public void Dispose() => Ledgers.Dispose();

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
