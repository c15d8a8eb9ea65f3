using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;

namespace TalkyWalky.Client.Rooms;

/// <summary>Rooms: what a person asks of them, and their ledgers kept up to date.</summary>
internal sealed class RoomDesk(Database database, Outbox outbox, EventHub events, ClientEnvironment environment, ILogger log) : IConnectionPart
{
    public Task<RoomAnswer> AnswerAsync(RoomRequest request, CancellationToken cancellation)
    {
        _ = (database, outbox, events, environment, log, request);
        throw new NotSupportedException();
    }

    public Task RunAsync(SendContext context) => Outbox.UntilEndedAsync(context.Ended);
}
