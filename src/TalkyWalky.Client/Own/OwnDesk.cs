using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;

namespace TalkyWalky.Client.Own;

/// <summary>The person's names, settings, read state and history, in step on all own devices.</summary>
internal sealed class OwnDesk(Database database, Outbox outbox, EventHub events, ClientEnvironment environment, ILogger log) : IConnectionPart
{
    public Task<OwnAnswer> AnswerAsync(OwnRequest request, CancellationToken cancellation)
    {
        _ = (database, outbox, events, environment, log, request);
        throw new NotSupportedException();
    }

    public Task<IReadOnlyList<ConversationInfo>> ConversationsAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public Task TypingAsync(Target to, CancellationToken cancellation) => throw new NotSupportedException();

    public Task RunAsync(SendContext context) => Outbox.UntilEndedAsync(context.Ended);
}
