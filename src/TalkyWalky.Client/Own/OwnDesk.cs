using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Backfill;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Receive;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Own;

/// <summary>The person's names, settings, read state and history, in step on all own devices; drafts and alarms of this one.</summary>
internal sealed class OwnDesk(Database database, Outbox outbox, ShownNames shown, EventHub events, DeviceId device, ClientEnvironment environment, ILogger log) : IConnectionPart
{
    private readonly NameDesk _names = new(database, shown, environment);
    private readonly ConversationDesk _conversations = new(database, events, environment);
    private readonly DraftDesk _drafts = new(database);
    private readonly StateSync _sync = new(database, outbox, environment);
    private readonly BackfillDesk _backfill = new(database, outbox, environment);
    private readonly TypingDesk _typing = new(database, events, environment, log);
    private SendContext? _context;

    public async Task<OwnAnswer> AnswerAsync(OwnRequest request, CancellationToken cancellation)
    {
        var answer = request switch
        {
            OwnRequest.SetName { Name.Length: 0 } => new OwnAnswer.Refused("Say the name; to go back to the directory's name: name revert."),
            OwnRequest.SetName set => await _names.SetAsync(set.Name, Volatile.Read(ref _context), cancellation),
            OwnRequest.RevertName => await _names.SetAsync("", Volatile.Read(ref _context), cancellation),
            OwnRequest.NameHistory => await _names.HistoryAsync(cancellation),
            OwnRequest.ClearNameHistory => await _names.ClearHistoryAsync(device, cancellation),
            OwnRequest.Mute mute => await _conversations.MuteAsync(mute.Conversation, mute.IsMuted, device, cancellation),
            OwnRequest.CloseConversation close => await _conversations.CloseAsync(close.Conversation, device, cancellation),
            OwnRequest.MarkRead read => await _conversations.MarkReadAsync(read.Conversation, read.UpTo, device, cancellation),
            OwnRequest.Settings settings => await SetAsync(settings, cancellation),
            OwnRequest.ClearHistory clear => await ClearAsync(clear.Conversation, cancellation),
            OwnRequest.Discard discard => await _conversations.DiscardAsync(discard.Conversation, discard.Message, cancellation),
            OwnRequest.KeepDraft draft => await _drafts.KeepAsync(draft.Conversation, draft.Text, cancellation),
            OwnRequest.Drafts => await _drafts.ListAsync(cancellation),
            OwnRequest.Alarms => await database.RunAsync<OwnAnswer>(static rows => new OwnAnswer.Alarms(rows.Alarms.All()), cancellation),
            OwnRequest.Acknowledge seen => await AcknowledgeAsync(seen.Alarm, cancellation),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        _sync.Raise();
        if (request is OwnRequest.MarkRead && outbox.IsDirectOnly) await Inbox.FlushReceiptsAsync(outbox);
        return answer;
    }

    public Task<IReadOnlyList<ConversationInfo>> ConversationsAsync(CancellationToken cancellation) => _conversations.ListAsync(cancellation);

    public Task TypingAsync(Target to, CancellationToken cancellation) => _typing.TellAsync(to, Volatile.Read(ref _context), cancellation);

    public async Task RunAsync(SendContext context)
    {
        Volatile.Write(ref _context, context);
        try
        {
            Func<Task>[] parts =
            [
                () => _names.LearnOwnAsync(context), () => _sync.RunAsync(context), () => _conversations.RunAsync(context.Ended), () => _backfill.RunAsync(context), () => _typing.RunAsync(context),
            ];
            await Task.WhenAll(parts.Select(part => context.GuardAsync(part, log)));
        }
        finally
        {
            Volatile.Write(ref _context, null);
        }
    }

    public void Stored(InboxResult result)
    {
        if (result.Conversations.Count > 0) _conversations.Changed(result.Conversations);
        if (result.HasBackfill) _backfill.Raise();
    }

    private async Task<OwnAnswer> ClearAsync(Target? conversation, CancellationToken cancellation)
    {
        if (await HistoryClearing.ClearAsync(database, conversation, cancellation) is { } messages) return new OwnAnswer.Cleared(messages);
        return new OwnAnswer.Refused($"There is no conversation with \"{conversation!.Name}\"; check the name.");
    }

    private async Task<OwnAnswer> AcknowledgeAsync(long alarm, CancellationToken cancellation)
    {
        await database.RunAsync(rows => rows.Alarms.Acknowledge(alarm), cancellation);
        return new OwnAnswer.Done();
    }

    private Task<OwnAnswer> SetAsync(OwnRequest.Settings wanted, CancellationToken cancellation)
    {
        var now = environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return database.RunAsync<OwnAnswer>(
            rows =>
            {
                Set(rows, OwnSettings.Delivered, wanted.DeliveredReceipts);
                Set(rows, OwnSettings.Read, wanted.ReadReceipts);
                Set(rows, OwnSettings.TypingName, wanted.Typing);
                var now = OwnSettings.Of(rows);
                return new OwnAnswer.Settings(now.DeliveredReceipts, now.ReadReceipts, now.Typing);
            },
            cancellation);

        void Set(Rows rows, string name, bool? on)
        {
            if (on is { } value) rows.States.Put(new StateEntry(name, now, device, value ? OwnSettings.On : OwnSettings.Off), isDue: true);
        }
    }
}
