using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Log;

/// <summary>Leaves, hashes of them and of the complete subtrees, and the newest tree head.</summary>
internal static class LeafTable
{
    /// <summary>Of the advisory lock: of two who append the second sees what the first appended.</summary>
    private const long Lock = 0x74_77_61_70_70_65_6e_64; // "twappend"

    /// <summary>Leaves that are asked for at once.</summary>
    private const int Page = 256;

    public static Task<ulong> SizeAsync(Session session) => session.OneAsync<ulong>("SELECT coalesce(max(leaf) + 1, 0) FROM log_leaf");

    public static async Task<bool> AppendAsync(Session session, ulong size, LogBatch batch)
    {
        await session.ChangeAsync("SELECT pg_advisory_xact_lock(@Lock)", new { Lock });
        if (await SizeAsync(session) != size) return false;
        await session.ChangeAsync(
            "INSERT INTO log_leaf (leaf, data) SELECT @first + number - 1, data FROM unnest(@leaves) WITH ORDINALITY AS added (data, number)",
            new { first = checked((long)size), leaves = batch.Leaves.Select(static leaf => leaf.Data).ToArray() });
        var hashes = batch.Leaves.Select((leaf, i) => new LogNode(0, size + (ulong)i, leaf.Hash)).Concat(batch.Nodes).ToArray();
        await session.ChangeAsync(
            "INSERT INTO log_hash (level, number, hash) SELECT * FROM unnest(@levels, @numbers, @hashes)",
            new
            {
                levels = hashes.Select(static node => node.Level).ToArray(),
                numbers = hashes.Select(static node => checked((long)node.Index)).ToArray(),
                hashes = hashes.Select(static node => node.Hash.ToArray()).ToArray(),
            });
        await ListTable.AddAsync(session, batch.Lists);
        await ChangeTable.ForgetAsync(session, batch.Through);
        return true;
    }

    // The sizes are known without reading the leaves themselves.
    public static async Task<IReadOnlyList<byte[]>> ReadAsync(Session session, ulong first, int maxBytes)
    {
        var leaves = new List<byte[]>();
        long bytes = 0;
        IReadOnlyList<byte[]> page;
        do
        {
            page = await session.AllAsync<byte[]>(
                """
                SELECT data FROM (
                    SELECT data, leaf, sum(octet_length(data)) OVER (ORDER BY leaf) AS total FROM (
                        SELECT data, leaf FROM log_leaf WHERE leaf >= @next ORDER BY leaf LIMIT @Page) AS page) AS sized
                WHERE total <= @left OR leaf = @next AND @isFirst ORDER BY leaf
                """,
                new { next = (long)Math.Min(first, long.MaxValue) + leaves.Count, Page, left = maxBytes - bytes, isFirst = leaves.Count == 0 });
            leaves.AddRange(page);
            bytes += page.Sum(static leaf => leaf.Length);
        }
        while (page.Count == Page);
        return leaves;
    }

    public static Task<IReadOnlyList<Digest>> HashesAsync(Session session, int level, ulong first, int count) => session.AllAsync<Digest>(
        "SELECT hash FROM log_hash WHERE level = @level AND number >= @from ORDER BY number LIMIT @count", new { level, from = (long)Math.Min(first, long.MaxValue), count });

    public static async Task<int> SetHeadAsync(Session session, LoggedTreeHead head)
    {
        await session.ChangeAsync("INSERT INTO log_head (size, token, keys) VALUES (@Size, @Token, @Keys) ON CONFLICT (size) DO UPDATE SET token = excluded.token, keys = excluded.keys", head);
        return await session.ChangeAsync("DELETE FROM log_head WHERE size < (SELECT max(size) FROM log_head)");
    }

    public static Task<LoggedTreeHead?> HeadAsync(Session session) => session.OneAsync<LoggedTreeHead>("SELECT size, token, keys FROM log_head ORDER BY size DESC LIMIT 1");
}
