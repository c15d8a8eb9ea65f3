using Microsoft.Data.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>
/// Chooses where a message stands in its conversation. A place is a time in milliseconds, shifted left by 20 bits, plus steps: unique in the conversation, in the order
/// of (session, n) for each sender whatever its clock said, and otherwise by time.
/// </summary>
internal sealed class Places(Rows rows)
{
    private const int TimeShift = 20;

    /// <summary>Room left for each message of a session that is still to come: others may stand there meanwhile.</summary>
    private const long Step = 64;

    private sealed record Neighbour(long Position, int N);

    public long ForOwn(long contact, DateTimeOffset now) =>
        Math.Max(OfTime(now), rows.Number("SELECT coalesce(max(position), 0) FROM message WHERE contact = ?1", contact) + Step);

    public long ForReceived(long contact, SessionId session, int n, DateTimeOffset time)
    {
        var below = Below(session, n);
        var above = Above(session, n);
        var lowest = below is null ? (n + 1) * Step : below.Position + (n - below.N) * Step;
        var place = Math.Max(OfTime(time), lowest);
        if (above is not null && place >= above.Position)
            place = Math.Max(above.Position - (above.N - n) * Step, below is null ? 0 : below.Position + 1);
        place = FirstFree(contact, place);
        return above is null || place < above.Position ? place : MakeRoom(contact, above.Position);
    }

    /// <summary>By time alone.</summary>
    public long ForTime(long contact, DateTimeOffset time) => FirstFree(contact, OfTime(time));

    // The clock of a forger may stand before 1970 or far ahead; the caller bounds the latter by its own.
    private static long OfTime(DateTimeOffset time) => Math.Max(0, time.ToUnixTimeMilliseconds()) << TimeShift;

    private long FirstFree(long contact, long place) => rows.Number("SELECT count(*) FROM message WHERE contact = ?1 AND position = ?2", contact, place) == 0 ? place : rows.Number(
        """
        SELECT m.position + 1 FROM message m WHERE m.contact = ?1 AND m.position >= ?2
            AND NOT EXISTS (SELECT 1 FROM message e WHERE e.contact = ?1 AND e.position = m.position + 1)
        ORDER BY m.position LIMIT 1
        """,
        contact, place);

    // Only the crowd moves, by one: whoever pages through the history meanwhile goes by places.
    private long MakeRoom(long contact, long place)
    {
        rows.Execute(
            "UPDATE message SET position = position + 1 WHERE contact = ?1 AND position >= ?2 AND position < ?3", contact, place, FirstFree(contact, place));
        return place;
    }

    // CROSS JOIN: the planner would rather go through all messages (https://sqlite.org/optoverview.html#crossjoin).
    private Neighbour? Below(SessionId session, int n) =>
        rows.First("SELECT position, n FROM message WHERE session = ?1 AND n < ?2 ORDER BY n DESC LIMIT 1", Read, session.ToArray(), n)
        ?? rows.First(
            """
            SELECT m.position, -1 FROM receiving r CROSS JOIN message m ON m.session = r.before AND m.n <= r.before_n
            WHERE r.session = ?1 ORDER BY m.n DESC LIMIT 1
            """,
            Read, session.ToArray());

    private Neighbour? Above(SessionId session, int n) =>
        rows.First("SELECT position, n FROM message WHERE session = ?1 AND n > ?2 ORDER BY n LIMIT 1", Read, session.ToArray(), n)
        ?? rows.First(
            """
            SELECT m.position, ?2 + 1 FROM receiving r CROSS JOIN message m ON m.session = r.session
            WHERE r.before = ?1 AND r.before_n >= ?2 ORDER BY m.n LIMIT 1
            """,
            Read, session.ToArray(), n);

    private static Neighbour Read(SqliteDataReader reader) => new(reader.GetInt64(0), reader.GetInt32(1));
}
