using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Own;

/// <summary>What the person does with conversations: lists, reads, mutes and closes them. Each change is kept for the other own devices too.</summary>
internal sealed class ConversationDesk(Database database, EventHub events, ClientEnvironment environment)
{
    // A burst of messages is told once.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly HashSet<long> _changed = [];
    private readonly Signal _due = new();

    public const string Read = "read/", Muted = "muted/", Closed = "closed/";

    /// <summary>Of a conversation that was long unread, the newest messages are told to their authors.</summary>
    private const int MaxReceipts = 5000;

    private const int TimeShift = 20;

    public async Task<IReadOnlyList<ConversationInfo>> ListAsync(CancellationToken cancellation) =>
        await database.RunAsync(
            static rows =>
            {
                StateChanges.Retry(rows, new HashSet<long>()); // a room may have come since
                return rows.Conversations.Open();
            },
            cancellation);

    /// <summary>These look different: unread, muted, closed.</summary>
    public void Changed(IEnumerable<long> contacts)
    {
        if (!events.HasListeners) return;
        lock (_gate) _changed.UnionWith(contacts);
        _due.Raise();
    }

    /// <summary>Tells what changed by messages and by other own devices, for as long as the connection lives.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        while (true)
        {
            await _due.WaitAsync(ended);
            await Task.Delay(Pause, environment.Time, ended);
            long[] changed;
            lock (_gate)
            {
                changed = [.. _changed];
                _changed.Clear();
            }

            await database.RunAsync(
                rows => changed.Where(contact => rows.Contacts.Find(contact) is not null).Select(rows.Conversations.Find).ToList(), ended, found => found.ForEach(events.Changed));
        }
    }

    public Task<OwnAnswer> MuteAsync(Target target, bool muted, DeviceId device, CancellationToken cancellation) =>
        ChangeAsync(target, (rows, contact) => rows.Conversations.SetMuted(contact.Id, muted) && Keep(rows, Muted, contact, muted ? OwnSettings.On : OwnSettings.Off, device), cancellation);

    public Task<OwnAnswer> CloseAsync(Target target, DeviceId device, CancellationToken cancellation) =>
        ChangeAsync(target, (rows, contact) => rows.Conversations.SetClosed(contact.Id, closed: true) && Keep(rows, Closed, contact, OwnSettings.On, device), cancellation);

    public Task<OwnAnswer> MarkReadAsync(Target target, long? upTo, DeviceId device, CancellationToken cancellation) =>
        ChangeAsync(target, (rows, contact) => MarkRead(rows, contact, upTo ?? long.MaxValue, device), cancellation);

    public async Task<OwnAnswer> DiscardAsync(Target target, MessageId message, CancellationToken cancellation)
    {
        var changed = await database.RunAsync(
            rows => rows.Contacts.Find(target) is { } contact && rows.Cleared.Discard(contact.Id, message) ? rows.Conversations.Find(contact.Id) : null, cancellation, events.Changed);
        return changed is null ? new OwnAnswer.Refused("Only a message of your own that was refused can be taken out of the history; it is none, or is gone already.") : new OwnAnswer.Done();
    }

    private static bool MarkRead(Rows rows, Contact contact, long upTo, DeviceId device)
    {
        if (rows.Conversations.NewestReceived(contact.Id, upTo) is not { } newest) return false;
        var before = rows.Conversations.ReadUpTo(contact.Id);
        if (!rows.Conversations.SetRead(contact.Id, newest.Position)) return false;
        if (contact.Conversation is { } conversation)
        {
            var value = $"{newest.Author}:{newest.Message}";
            rows.States.Put(new StateEntry(Read + conversation, newest.Position >> TimeShift, device, value), isDue: true);
        }

        if (!OwnSettings.Of(rows).ReadReceipts) return true;
        rows.Receipts.AddRead(contact.Id, before, newest.Position, MaxReceipts);
        return true;
    }

    private bool Keep(Rows rows, string what, Contact contact, string value, DeviceId device)
    {
        if (contact.Conversation is { } conversation)
            rows.States.Put(new StateEntry(what + conversation, environment.Time.GetUtcNow().ToUnixTimeMilliseconds(), device, value), isDue: true);
        return true;
    }

    private async Task<OwnAnswer> ChangeAsync(Target target, Func<Rows, Contact, bool> change, CancellationToken cancellation)
    {
        var (found, _) = await database.RunAsync<(bool Found, ConversationInfo? Changed)>(
            rows => rows.Contacts.Find(target) is not { } contact ? (false, null) : (true, change(rows, contact) ? rows.Conversations.Find(contact.Id) : null),
            cancellation, answer => events.Changed(answer.Changed));
        if (found) return new OwnAnswer.Done();
        return new OwnAnswer.Refused(target.IsRoom ? $"You are in no room called \"{target.Name}\"; see: room list." : $"There is no conversation with \"{target.Name}\"; check the name.");
    }
}
