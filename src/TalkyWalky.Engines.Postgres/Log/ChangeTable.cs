using TalkyWalky.Engines.Postgres.Connections;

namespace TalkyWalky.Engines.Postgres.Log;

/// <summary>Changes that no leaf tells of yet.</summary>
internal static class ChangeTable
{
    /// <summary>
    /// The last step of the transaction that makes the changes: from here on the counter's row is locked, so ids rise in the order of the commits, and who reads some of them has missed none before. An id
    /// is never given twice, also when all before it are forgotten.
    /// </summary>
    public static Task<int> NoteAsync(Session session, params IReadOnlyCollection<(LogChangeKind Kind, string Key)> changes) => session.ChangeAsync(
        """
        WITH counter AS (
            INSERT INTO sequence (name, value) VALUES ('log_change', @Count) ON CONFLICT (name) DO UPDATE SET value = sequence.value + @Count RETURNING value)
        INSERT INTO log_change (id, kind, key)
        SELECT counter.value - @Count + noted.number, noted.kind, noted.key FROM counter, unnest(@kinds, @keys) WITH ORDINALITY AS noted (kind, key, number)
        """,
        new { Count = (long)changes.Count, kinds = changes.Select(static change => (int)change.Kind).ToArray(), keys = changes.Select(static change => change.Key).ToArray() });

    public static Task<IReadOnlyList<LogChange>> ReadAsync(Session session, int limit) => session.AllAsync<LogChange>("SELECT id, kind, key FROM log_change ORDER BY id LIMIT @limit", new { limit });

    public static Task<int> ForgetAsync(Session session, long through) => session.ChangeAsync("DELETE FROM log_change WHERE id <= @through", new { through });
}
