using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Enrol;

namespace TalkyWalky.Client.Send;

/// <summary>What sending needs of one connection.</summary>
internal sealed class SendContext(GatewayLink link, Credentials credentials, IReadOnlyList<ReadOnlyMemory<byte>> issuing, TimeProvider time, Action<Exception> fail)
{
    public GatewayLink Link => link;

    public Credentials Credentials => credentials;

    /// <summary>DER, candidates for path building.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Issuing => issuing;

    public RosterDesk Rosters { get; } = new(link, credentials, issuing, time);

    public CancellationToken Ended => link.Ended;

    /// <summary>Ends the connection because of a failure of this program or its disk.</summary>
    public void Fail(Exception failure) => fail(failure);

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
