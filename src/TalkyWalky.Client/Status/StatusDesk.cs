using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Send;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Status;

/// <summary>
/// Takes the CRLs that come over a connection. What waited for one goes on; a device that finds itself revoked ends. One of a CA that is not known here says that there is a new
/// issuing CA: the authority is asked for its certificates.
/// </summary>
internal sealed class StatusDesk(StatusBook status, Outbox outbox, EventHub events, ILogger log) : IConnectionPart
{
    /// <summary>Between two such questions, whatever the server sends.</summary>
    private static readonly TimeSpan AskInterval = TimeSpan.FromMinutes(1);

    /// <summary>The CRLs of the CAs that are known wait for the answer.</summary>
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(10);

    private DateTimeOffset? _asked;

    public async Task RunAsync(SendContext context)
    {
        var lists = context.Link.RevocationLists;
        while (await lists.WaitToReadAsync(context.Ended))
        {
            var refused = new List<ReadOnlyMemory<byte>>();
            var looked = 0;
            for (; lists.TryRead(out var der); looked++)
            {
                if (await TakeAsync(context, der) is not null) refused.Add(der);
            }

            if (refused.Exists(static der => !der.IsEmpty)) await LearnAsync(context);
            foreach (var der in refused)
            {
                if (await TakeAsync(context, der) is { } why) ClientLog.CrlRefused(log, why);
            }

            context.StatusCame(looked);
            if (status.RevokedAt(CertificateName.Of(context.Credentials.Identity)) is not null) context.Link.End(new LinkEnd(CloseCode.DeviceRevoked, "this device was revoked"));
        }
    }

    /// <summary>Null when there is nothing to say against it; else why it is refused.</summary>
    private async Task<string?> TakeAsync(SendContext context, ReadOnlyMemory<byte> der)
    {
        switch (await status.TakeAsync(der, context.Issuing, context.Ended))
        {
            case StatusChange.Newer:
                outbox.StatusChanged();
                return null;
            case StatusChange.RolledBack rolledBack:
                ClientLog.CrlRolledBack(log);
                await events.AlarmAsync(rolledBack.Why);
                return null;
            case StatusChange.Refused refused:
                return refused.Why;
            default:
                return null;
        }
    }

    private async Task LearnAsync(SendContext context)
    {
        var (credentials, time) = (context.Credentials, outbox.Environment.Time);
        var now = time.GetUtcNow();
        if (_asked is { } before && (now - before).Duration() < AskInterval) return;
        _asked = now;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.Ended);
        patience.CancelAfter(AskPatience);
        using var client = new AuthorityClient(credentials.Profile.Host, credentials.Profile.Port, credentials.Anchor, credentials.Profile.Issuing, identity: null, time);
        try
        {
            if (await IssuingNews.LearnAsync(outbox.Database, client, credentials.Anchor, patience.Token) is { } issuing) context.Known.Learn(issuing);
        }
        catch (OperationCanceledException) when (!context.Ended.IsCancellationRequested)
        {
            // What the authority has is asked for again with the next CRL.
        }
    }
}
