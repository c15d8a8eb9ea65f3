using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Own;

/// <summary>Tells the person's other devices what changed here. Changes wait in the table of states, of each thing only the newest, until there is a connection.</summary>
internal sealed class StateSync(Database database, Outbox outbox, ClientEnvironment environment)
{
    // Reading a conversation moves its mark with every message.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly Signal _due = new();

    /// <summary>Something may be due.</summary>
    public void Raise() => _due.Raise();

    public async Task RunAsync(SendContext context)
    {
        _due.Raise();
        while (true)
        {
            await _due.WaitAsync(context.Ended);
            await Task.Delay(Pause, environment.Time, context.Ended);
            foreach (var contact in await database.RunAsync(rows => Collect(rows, environment.Time.GetUtcNow()), context.Ended)) outbox.Poke(contact);
        }
    }

    private static List<long> Collect(Rows rows, DateTimeOffset now)
    {
        var contacts = rows.Receipts.Collect(now);
        var owner = rows.Messages.Owner.User;
        if (rows.Contacts.Find(ConversationId.Direct(rows.Rooms.Anchor, owner, owner)) is not { } own) return contacts;
        while (rows.States.Due(StateBody.MaxEntries) is { Count: > 0 } due)
        {
            rows.Outbox.AddOwn(own.Id, StateBody.Write(due), now);
            due.ForEach(rows.States.SetTold);
            if (!contacts.Contains(own.Id)) contacts.Add(own.Id);
        }

        return contacts;
    }
}
