using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Log;

/// <summary>Leaves, hashes of them and of the complete subtrees, and the newest tree head.</summary>
internal static class LeafTable
{
    public static ulong Size(Database database) => checked((ulong)database.Number("SELECT coalesce(max(leaf) + 1, 0) FROM log_leaf"));

    public static bool Append(Database database, ulong size, LogBatch batch)
    {
        if (Size(database) != size) return false;
        var next = checked((long)size);
        foreach (var leaf in batch.Leaves)
        {
            database.Use("INSERT INTO log_leaf (leaf, data) VALUES (?1, ?2)").Bind(1, next).Bind(2, leaf.Data).Run();
            AddHash(database, 0, next++, leaf.Hash);
        }

        foreach (var node in batch.Nodes) AddHash(database, node.Level, checked((long)node.Index), node.Hash);
        foreach (var list in batch.Lists) ListTable.Add(database, list);
        ChangeTable.Forget(database, batch.Through);
        return true;
    }

    public static IReadOnlyList<byte[]> Read(Database database, ulong first, int maxBytes)
    {
        var leaves = new List<byte[]>();
        using var rows = database.Use("SELECT data FROM log_leaf WHERE leaf >= ?1 ORDER BY leaf");
        rows.Bind(1, (long)Math.Min(first, long.MaxValue));
        for (long bytes = 0; rows.Step();)
        {
            var leaf = rows.Blob(0);
            bytes += leaf.Length;
            if (bytes > maxBytes && leaves.Count > 0) break;
            leaves.Add(leaf);
            if (bytes > maxBytes) break;
        }

        return leaves;
    }

    public static IReadOnlyList<Digest> Hashes(Database database, int level, ulong first, int count)
    {
        var hashes = new List<Digest>();
        using var rows = database.Use("SELECT hash FROM log_hash WHERE level = ?1 AND number >= ?2 ORDER BY number LIMIT ?3");
        rows.Bind(1, (long)level).Bind(2, (long)Math.Min(first, long.MaxValue)).Bind(3, (long)count);
        while (rows.Step()) hashes.Add(rows.Hash(0));
        return hashes;
    }

    public static bool SetHead(Database database, LoggedTreeHead head)
    {
        database.Use("INSERT INTO log_head (size, token, keys) VALUES (?1, ?2, ?3) ON CONFLICT (size) DO UPDATE SET token = excluded.token, keys = excluded.keys")
            .Bind(1, checked((long)head.Size)).Bind(2, head.Token).Bind(3, head.Keys).Run();
        database.Use("DELETE FROM log_head WHERE size < (SELECT max(size) FROM log_head)").Run();
        return true;
    }

    public static LoggedTreeHead? Head(Database database)
    {
        using var row = database.Use("SELECT size, token, keys FROM log_head ORDER BY size DESC LIMIT 1");
        return row.Step() ? new LoggedTreeHead(checked((ulong)row.Int64(0)), row.Blob(1), row.Blob(2)) : null;
    }

    private static void AddHash(Database database, int level, long number, Digest hash) =>
        database.Use("INSERT INTO log_hash (level, number, hash) VALUES (?1, ?2, ?3)").Bind(1, (long)level).Bind(2, number).Bind(3, hash).Run();
}
