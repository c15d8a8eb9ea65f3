using System.Runtime.InteropServices;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;

namespace TalkyWalky.Engines.Embedded.Broker;

/// <summary>
/// One sweep over all mailboxes. Each step replaces the expired run of up to a few hundred mailboxes in one transaction, so that
/// publishing never waits long. Writer's thread only.
/// </summary>
internal sealed class Expiry(EmbeddedBroker broker, ICollection<Mailbox> mailboxes, GroupWriter writer)
{
    private const int RunsInOneStep = 256;

    private readonly Queue<Mailbox> _left = new(mailboxes);
    private readonly List<(ExpiringRun Run, Marker Marker)> _runs = [];

    /// <summary>True when this was the last step.</summary>
    public bool Execute(Database database)
    {
        var lastTag = LastExpired(database, broker.Now() - broker.Limits.Life);
        if (lastTag is null) return true;
        while (_runs.Count < RunsInOneStep && _left.TryDequeue(out var mailbox))
        {
            if (mailbox.HoldExpired(lastTag.Value) is not { } run) continue;
            var marker = new Marker(run.Tags[^1], run.Dropped, run.MarkedSince ?? TimeOf(database, run.Tags[0]));
            _runs.Add((run, marker));
            Write(database, run, marker);
        }

        return _left.Count == 0;
    }

    public void Committed(bool last)
    {
        var payloads = new List<long>();
        foreach (var (run, marker) in _runs) run.Mailbox.EndExpired(run, marker, payloads);
        _runs.Clear();
        if (payloads.Count > 0) writer.Forget([], CollectionsMarshal.AsSpan(payloads));
    }

    public void Undone()
    {
        foreach (var (run, _) in _runs) run.Mailbox.EndExpired(run, marker: null, []);
        _runs.Clear();
    }

    /// <summary>Time rises with the tag, so the walk ends at the first that has time left. Markers keep their old time; they are few.</summary>
    private static long? LastExpired(Database database, DateTimeOffset before)
    {
        long? last = null;
        using var rows = database.Use("SELECT tag, at FROM entry ORDER BY tag");
        while (rows.Step() && rows.Time(1) <= before) last = rows.Int64(0);
        return last;
    }

    private static DateTimeOffset TimeOf(Database database, long tag)
    {
        using var row = database.Use("SELECT at FROM entry WHERE tag = ?1");
        return row.Bind(1, tag).Step() ? row.Time(0) : throw new InvalidOperationException("an entry that expires is not on disk");
    }

    private static void Write(Database database, ExpiringRun run, Marker marker)
    {
        foreach (var tag in run.Tags.SkipLast(1)) database.Use("DELETE FROM entry WHERE tag = ?1").Bind(1, tag).Run();
        database.Use("UPDATE entry SET at = ?2, dropped = ?3, shared = NULL, slice = NULL, payload = NULL WHERE tag = ?1")
            .Bind(1, marker.Tag).Bind(2, marker.Since).Bind(3, marker.Dropped).Run();
    }
}
