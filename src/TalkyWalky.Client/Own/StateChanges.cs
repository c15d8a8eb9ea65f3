using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Own;

/// <summary>Brings what another own device changed into effect here. What is about a conversation or a message that is not here waits for it.</summary>
internal static class StateChanges
{
    private const int TimeShift = 20;

    /// <summary>A clock that ran ahead must not win for ever.</summary>
    private static readonly TimeSpan MaxAhead = TimeSpan.FromDays(1);

    /// <param name="changed">Contacts whose conversation looks different now.</param>
    public static void Apply(Rows rows, IEnumerable<StateEntry> entries, DateTimeOffset now, ISet<long> changed)
    {
        var latest = (now + MaxAhead).ToUnixTimeMilliseconds();
        foreach (var entry in entries)
        {
            if (entry.Time <= latest && rows.States.Put(entry, isDue: false)) Effect(rows, entry, changed);
        }
    }

    /// <summary>New messages or conversations are here: perhaps what waits is about them.</summary>
    public static void Retry(Rows rows, ISet<long> changed)
    {
        if (!rows.States.HasWaiting()) return;
        foreach (var entry in rows.States.Waiting())
        {
            rows.States.SetWaiting(entry.Name, waits: false);
            Effect(rows, entry, changed);
        }
    }

    private static void Effect(Rows rows, StateEntry entry, ISet<long> changed)
    {
        if (StateBody.ConversationOf(entry.Name) is not var (what, conversation))
        {
            NameHistory.Apply(rows, entry);
            return;
        }

        if (rows.Contacts.Find(conversation) is not { } contact || Effect(rows, what, contact.Id, entry) is not { } isOther)
            rows.States.SetWaiting(entry.Name, waits: true);
        else if (isOther)
            changed.Add(contact.Id);
    }

    /// <summary>Whether anything changed; null when the message that it names is not here.</summary>
    private static bool? Effect(Rows rows, string what, long contact, StateEntry entry)
    {
        var isOn = string.Equals(entry.Value, OwnSettings.On, StringComparison.Ordinal);
        return what switch
        {
            ConversationDesk.Muted => rows.Conversations.SetMuted(contact, isOn),
            ConversationDesk.Read => Place(rows, entry.Value) is var (place, position) && place == contact ? rows.Conversations.SetRead(contact, position) : null,
            // What was written after the closing has opened it again.
            _ => !(isOn && rows.Conversations.NewestPosition(contact) >> TimeShift > entry.Time) && rows.Conversations.SetClosed(contact, isOn),
        };
    }

    private static (long Contact, long Position)? Place(Rows rows, string value) =>
        value.Split(':') is [var author, var message] && UserId.TryParse(author, out var user) && MessageId.TryParse(message, out var id) ? rows.Conversations.Place(user, id) : null;
}
