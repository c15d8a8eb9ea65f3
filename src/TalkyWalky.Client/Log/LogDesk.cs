using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Send;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Log;

/// <summary>Takes the tree heads that come over a connection; what waited for a current one goes on.</summary>
/// <param name="headCame">A newer head is here. Returns at once.</param>
internal sealed class LogDesk(Outbox outbox, Action headCame, ILogger log) : IConnectionPart
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(2);

    public async Task RunAsync(SendContext context)
    {
        var heads = context.Link.TreeHeads;
        while (await heads.WaitToReadAsync(context.Ended))
        {
            while (heads.TryRead(out var told))
            {
                // A newer one takes its place.
                while (!await TakeAsync(context, told) && heads.Count == 0) await Task.Delay(AskAgain, outbox.Environment.Time, context.Ended);
            }
        }
    }

    /// <summary>False when it is to be asked again.</summary>
    private async Task<bool> TakeAsync(SendContext context, TreeHead told)
    {
        var (wasStale, before, keys) = (context.Log.Book.Staleness() is not null, context.Log.Book.Newest?.Size, context.Log.Book.Keys);
        var verdict = await context.Log.TakeAsync(told);
        if (verdict is HeadVerdict.Refused refused) ClientLog.TreeHeadRefused(log, refused.Why);
        context.HeadCame();
        if ((wasStale && context.Log.Book.Staleness() is null) || context.Log.Book.Keys != keys) outbox.GoOn();
        if (context.Log.Book.Newest?.Size != before) headCame();
        return verdict is not HeadVerdict.Passing;
    }
}
