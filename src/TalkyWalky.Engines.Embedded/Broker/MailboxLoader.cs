using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>Reads the order and the sizes of all mailboxes at start, no payloads.</summary>
internal static class MailboxLoader
{
    public static LoadedMailboxes Load(Database database, MailboxLimits limits)
    {
        var byKey = new Dictionary<long, MailboxState>();
        using (var query = database.Use("SELECT id, device FROM mailbox"))
        {
            while (query.Step()) byKey.Add(query.Int64(0), new MailboxState(new DeviceId(query.Id(1)), query.Int64(0)));
        }

        var shared = new Dictionary<long, SharedPayload>();
        long last = 0;
        using (var query = database.Use("SELECT tag, mailbox, payload, bytes, stored, dropped FROM entry ORDER BY tag"))
        {
            while (query.Step())
            {
                last = query.Int64(0);
                if (!byKey.TryGetValue(query.Int64(1), out var mailbox)) continue;
                mailbox.Load(ReadSlot(query, shared));
            }
        }

        return new LoadedMailboxes(byKey.Values, Math.Max(last, database.Number("SELECT max(id) FROM payload")), limits);
    }

    private static Slot ReadSlot(Statement row, Dictionary<long, SharedPayload> shared)
    {
        var slot = new Slot { Tag = row.Int64(0), Bytes = row.Int32(3), StoredAt = row.Time(4) };
        if (row.Int64(5) > 0) slot.Body = new Marker(slot.Tag, row.Int64(5), slot.StoredAt);
        if (row.IsNull(2)) return slot;
        var id = row.Int64(2);
        if (!shared.TryGetValue(id, out var payload)) shared.Add(id, payload = new SharedPayload(id, references: 0));
        payload.AddReference();
        slot.Shared = payload;
        return slot;
    }
}

/// <param name="LastTag">Tags and payload ids rise from here.</param>
internal sealed record LoadedMailboxes(IReadOnlyCollection<MailboxState> Mailboxes, long LastTag, MailboxLimits Limits);
