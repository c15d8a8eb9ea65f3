using System.Text;
using Microsoft.Data.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>Alarms that nobody has acknowledged.</summary>
internal sealed class AlarmRows(Rows rows)
{
    private const int Most = 100;

    // Those that an earlier version kept among the notices were sealed under this name.
    private const string Column = "notice.text", Name = "alarm.name";

    /// <summary>One that is there already becomes the newest, so that it is told anew.</summary>
    public void Raise(string text, AddedDevice? added = null)
    {
        foreach (var same in All().Where(one => string.Equals(one.Text, text, StringComparison.Ordinal))) Acknowledge(same.Id);
        rows.Execute(
            "INSERT INTO alarm(told, text, device, since, admitted, name) VALUES (0, ?1, ?2, ?3, ?4, ?5)",
            rows.Seal(Column, [], Encoding.UTF8.GetBytes(text)), added?.Device.ToArray(), added?.Since.ToUnixTimeMilliseconds(), (int?)added?.By,
            added?.Name is { } name ? rows.Seal(Name, [], Encoding.UTF8.GetBytes(name)) : null);
        rows.Execute("DELETE FROM alarm WHERE id NOT IN (SELECT id FROM alarm ORDER BY id DESC LIMIT ?1)", Most);
    }

    public List<Alarm> All() => After(0);

    /// <summary>Up to here somebody was told.</summary>
    public long Told() => rows.Number("SELECT max(id) FROM alarm WHERE told = 1");

    /// <summary>Those after <paramref name="id"/>; they count as told.</summary>
    public List<Alarm> TellAfter(long id)
    {
        var alarms = After(id);
        if (alarms.Count > 0) rows.Execute("UPDATE alarm SET told = 1 WHERE told = 0");
        return alarms;
    }

    public void Acknowledge(long id) => rows.Execute("DELETE FROM alarm WHERE id = ?1", id);

    /// <summary>The device is out: there is nothing to decide any more.</summary>
    public void Forget(DeviceId device) => rows.Execute("DELETE FROM alarm WHERE device = ?1", device.ToArray());

    private List<Alarm> After(long id) => rows.Query(
        "SELECT id, text, device, since, admitted, name FROM alarm WHERE id > ?1 ORDER BY id", reader => new Alarm(reader.GetInt64(0), Text(Column, reader.Bytes(1)), Added(reader)), id);

    private AddedDevice? Added(SqliteDataReader reader)
    {
        if (reader.BytesOrNull(2) is not { } id) return null;
        DeviceId.TryRead(id, out var device);
        return new AddedDevice(device, reader.BytesOrNull(5) is { } name ? Text(Name, name) : null, reader.Time(3), (AdmittedBy)reader.GetInt32(4));
    }

    private string Text(string column, byte[] value) => Encoding.UTF8.GetString(rows.Open(column, [], value));
}
