using System.Text;
using Microsoft.Data.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>One thing that is in step on all devices of the person, as one of them left it (docs/protocol.md section 5.5).</summary>
/// <param name="Time">When it was changed, Unix milliseconds; of a read mark the place of the message.</param>
/// <param name="Device">Who changed it: decides between equal times.</param>
internal sealed record StateEntry(string Name, long Time, DeviceId Device, string Value);

/// <summary>The newest state of each thing. Of two, the later wins, on every device the same, in whatever order they come.</summary>
internal sealed class StateRows(Rows rows)
{
    /// <summary>Only own devices write here; the bound is against an error, not an enemy.</summary>
    public const int MaxCount = 50_000;

    private const string Column = "state.value", Columns = "name, time, device, value";

    /// <summary>False when what is here is as new or newer.</summary>
    /// <param name="isDue">Changed on this device: the others are to be told.</param>
    public bool Put(StateEntry entry, bool isDue)
    {
        if (Find(entry.Name) is { } known)
        {
            if (!IsNewer(entry, known)) return false;
        }
        else if (rows.Number("SELECT count(*) FROM state") >= MaxCount)
        {
            return false;
        }

        rows.Execute(
            """
            INSERT INTO state(name, time, device, due, waits, value) VALUES (?1, ?2, ?3, ?4, 0, ?5)
            ON CONFLICT(name) DO UPDATE SET time = excluded.time, device = excluded.device, due = excluded.due, waits = 0, value = excluded.value
            """,
            entry.Name, entry.Time, entry.Device.ToArray(), isDue, rows.Seal(Column, Encoding.ASCII.GetBytes(entry.Name), Encoding.UTF8.GetBytes(entry.Value)));
        return true;
    }

    public StateEntry? Find(string name) => rows.First($"SELECT {Columns} FROM state WHERE name = ?1", Read, name);

    public List<StateEntry> StartingWith(string prefix) => rows.Query(
        $"SELECT {Columns} FROM state WHERE name >= ?1 AND name < ?2 ORDER BY name", Read, prefix, prefix + "\u007f");

    /// <summary>By name, those after one.</summary>
    public List<StateEntry> After(string name, int limit) => rows.Query($"SELECT {Columns} FROM state WHERE name > ?1 ORDER BY name LIMIT ?2", Read, name, limit);

    public List<StateEntry> Due(int limit) => rows.Query($"SELECT {Columns} FROM state WHERE due = 1 ORDER BY name LIMIT ?1", Read, limit);

    public void SetTold(StateEntry entry) => rows.Execute("UPDATE state SET due = 0 WHERE name = ?1", entry.Name);

    /// <summary>What it is about is not here yet.</summary>
    public void SetWaiting(string name, bool waits) => rows.Execute("UPDATE state SET waits = ?2 WHERE name = ?1", name, waits);

    public List<StateEntry> Waiting() => rows.Query($"SELECT {Columns} FROM state WHERE waits = 1 ORDER BY name", Read);

    public bool HasWaiting() => rows.Number("SELECT EXISTS (SELECT 1 FROM state WHERE waits = 1)") > 0;

    public void Remove(string name) => rows.Execute("DELETE FROM state WHERE name = ?1", name);

    private static bool IsNewer(StateEntry entry, StateEntry known) =>
        entry.Time > known.Time || (entry.Time == known.Time && entry.Device.CompareTo(known.Device) > 0);

    private StateEntry Read(SqliteDataReader reader)
    {
        var name = reader.GetString(0);
        DeviceId.TryRead(reader.Bytes(2), out var device);
        return new StateEntry(name, reader.GetInt64(1), device, Encoding.UTF8.GetString(rows.Open(Column, Encoding.ASCII.GetBytes(name), reader.Bytes(3))));
    }
}
