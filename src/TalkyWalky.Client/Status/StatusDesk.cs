using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Send;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Status;

/// <summary>Takes the CRLs that come over a connection. What waited for one goes on; a device that finds itself revoked ends.</summary>
internal sealed class StatusDesk(StatusBook status, Outbox outbox, EventHub events, ILogger log) : IConnectionPart
{
    public async Task RunAsync(SendContext context)
    {
        await foreach (var der in context.Link.RevocationLists.ReadAllAsync(context.Ended))
        {
            switch (await status.TakeAsync(der, context.Issuing, context.Ended))
            {
                case StatusChange.Newer:
                    outbox.StatusChanged();
                    break;
                case StatusChange.Refused refused:
                    ClientLog.CrlRefused(log, refused.Why);
                    break;
                case StatusChange.RolledBack rolledBack:
                    ClientLog.CrlRolledBack(log);
                    await events.AlarmAsync(rolledBack.Why);
                    break;
            }

            context.StatusCame();
            if (status.RevokedAt(CertificateName.Of(context.Credentials.Identity)) is not null) context.Link.End(new Connect.LinkEnd(CloseCode.DeviceRevoked, "this device was revoked"));
        }
    }
}
