using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;

namespace TalkyWalky.Client.Devices;

/// <summary>The person's own devices: list, approval, revocation.</summary>
internal sealed class DeviceDesk(Database database, EventHub events, ClientEnvironment environment, ILogger log) : IConnectionPart
{
    public Task<DeviceAnswer> AnswerAsync(DeviceRequest request, CancellationToken cancellation)
    {
        _ = (database, events, environment, log, request);
        throw new NotSupportedException();
    }

    public Task RunAsync(SendContext context) => Outbox.UntilEndedAsync(context.Ended);
}
