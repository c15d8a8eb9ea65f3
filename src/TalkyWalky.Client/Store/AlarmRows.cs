using System.Text;

namespace TalkyWalky.Client.Store;

/// <summary>Alarms that nobody has acknowledged.</summary>
internal sealed class AlarmRows(Rows rows)
{
    private const int Most = 100;

    // Those that an earlier version kept among the notices were sealed under this name.
    private const string Column = "notice.text";

    /// <summary>One that is there already becomes the newest, so that it is told anew.</summary>
    public void Raise(string text)
    {
        foreach (var same in All().Where(one => string.Equals(one.Text, text, StringComparison.Ordinal))) Acknowledge(same.Id);
        rows.Execute("INSERT INTO alarm(told, text) VALUES (0, ?1)", rows.Seal(Column, [], Encoding.UTF8.GetBytes(text)));
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

    private List<Alarm> After(long id) => rows.Query(
        "SELECT id, text FROM alarm WHERE id > ?1 ORDER BY id", reader => new Alarm(reader.GetInt64(0), Encoding.UTF8.GetString(rows.Open(Column, [], reader.Bytes(1)))), id);
}
