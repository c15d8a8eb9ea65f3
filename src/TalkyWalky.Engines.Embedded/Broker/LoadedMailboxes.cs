using System.Collections.Concurrent;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>The index of all mailboxes as an earlier run left it on disk. Lengths are read, payloads are not.</summary>
internal sealed class LoadedMailboxes
{
    private LoadedMailboxes() { }

    public ConcurrentDictionary<DeviceId, Mailbox> Mailboxes { get; } = new();

    public WarmBudget Budget { get; } = new();

    public long NextTag { get; private set; }

    public DateTimeOffset LastTime { get; private set; }

    /// <summary>Rows of a deletion that was cut short.</summary>
    public List<long> OrphanEntries { get; } = [];

    public List<long> OrphanPayloads { get; } = [];

    public static LoadedMailboxes Read(Database database)
    {
        var loaded = new LoadedMailboxes { NextTag = database.Number("SELECT value FROM counter WHERE name = 'tag'") };
        var byKey = loaded.ReadMailboxes(database);
        var payloads = ReadPayloads(database);
        loaded.ReadEntries(database, byKey, payloads);
        foreach (var (id, payload) in payloads)
        {
            if (payload.Shared is null) loaded.OrphanPayloads.Add(id);
        }

        return loaded;
    }

    private Dictionary<long, Mailbox> ReadMailboxes(Database database)
    {
        var byKey = new Dictionary<long, Mailbox>();
        using var rows = database.Use("SELECT key, device FROM mailbox");
        while (rows.Step())
        {
            var mailbox = new Mailbox(rows.Int64(0), new DeviceId(rows.Id(1)), Budget);
            byKey.Add(mailbox.Key, mailbox);
            Mailboxes[mailbox.Device] = mailbox;
        }

        return byKey;
    }

    private static Dictionary<long, (int Length, SharedPayload? Shared)> ReadPayloads(Database database)
    {
        var payloads = new Dictionary<long, (int, SharedPayload?)>();
        using var rows = database.Use("SELECT id, length(data) FROM payload");
        while (rows.Step()) payloads.Add(rows.Int64(0), (rows.Int32(1), null));
        return payloads;
    }

    private void ReadEntries(Database database, Dictionary<long, Mailbox> byKey, Dictionary<long, (int Length, SharedPayload? Shared)> payloads)
    {
        using var rows = database.Use("SELECT tag, mailbox, at, shared, dropped, length(slice), length(payload) FROM entry ORDER BY tag");
        while (rows.Step())
        {
            var tag = rows.Int64(0);
            var at = rows.Time(2);
            if (at > LastTime) LastTime = at;
            if (!byKey.TryGetValue(rows.Int64(1), out var mailbox))
            {
                OrphanEntries.Add(tag);
                continue;
            }

            var slot = new Slot { Tag = tag, Bytes = rows.Int32(5) + rows.Int32(6) };
            if (!rows.IsNull(4))
            {
                slot.Body = new Marker(tag, rows.Int64(4), at);
            }
            else if (!rows.IsNull(3))
            {
                var id = rows.Int64(3);
                if (!payloads.TryGetValue(id, out var payload)) throw new SqliteFailure(SQLitePCL.raw.SQLITE_CORRUPT, "a stored payload is missing");
                slot.Shared = payload.Shared ?? new SharedPayload(id, 0);
                slot.Shared.AddReference();
                slot.Bytes += payload.Length;
                payloads[id] = (payload.Length, slot.Shared);
            }

            mailbox.Load(slot);
        }
    }
}
