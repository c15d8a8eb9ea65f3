using System.Text;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>What was refused, for a search after the fact, and notices that nobody has seen yet.</summary>
internal sealed class JournalRows(Rows rows)
{
    private const int MaxRejected = 1000, MaxNotices = 100;
    private const string Column = "notice.text";

    public void Reject(DeviceId device, int kind, string reason, DateTimeOffset now)
    {
        var id = rows.Insert(
            "INSERT INTO rejected(at, device, kind, reason) VALUES (?1, ?2, ?3, ?4)", now.ToUnixTimeMilliseconds(), device.ToArray(), kind, reason);
        rows.Execute("DELETE FROM rejected WHERE id <= ?1", id - MaxRejected);
    }

    public void AddNotice(string text)
    {
        var id = rows.Insert("INSERT INTO notice(text) VALUES (?1)", rows.Seal(Column, [], Encoding.UTF8.GetBytes(text)));
        rows.Execute("DELETE FROM notice WHERE id <= ?1", id - MaxNotices);
    }

    public List<string> TakeNotices()
    {
        var texts = rows.Query("SELECT text FROM notice ORDER BY id", reader => Encoding.UTF8.GetString(rows.Open(Column, [], reader.Bytes(0))));
        if (texts.Count > 0) rows.Execute("DELETE FROM notice");
        return texts;
    }
}
