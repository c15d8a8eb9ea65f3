using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Log;

/// <summary>Device lists, the identity certificates that they name, and of each person the newest list with its head.</summary>
internal static class ListTable
{
    private const string Select = "SELECT log_list.user, log_list.seq, log_list.leaf, log_leaf.data";
    private const string Join = "JOIN log_leaf ON log_leaf.leaf = log_list.leaf";

    public static void Add(Database database, ListedLeaf list)
    {
        var seq = checked((long)list.Seq);
        database.Use("INSERT INTO log_list (user, seq, leaf) VALUES (?1, ?2, ?3)").Bind(1, list.User.Value).Bind(2, seq).Bind(3, checked((long)list.Index)).Run();
        foreach (var identity in list.Identities)
        {
            database.Use("INSERT INTO log_identity (user, identity, seq) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
                .Bind(1, list.User.Value).Bind(2, identity).Bind(3, seq).Run();
        }

        database.Use("""
            INSERT INTO log_user (user, seq, expires) VALUES (?1, ?2, 0)
            ON CONFLICT (user) DO UPDATE SET seq = excluded.seq, token = NULL, path = NULL, expires = 0 WHERE excluded.seq > seq
            """).Bind(1, list.User.Value).Bind(2, seq).Run();
    }

    public static int SetHeads(Database database, IReadOnlyCollection<SignedUserHead> heads) => heads.Sum(head =>
        database.Use("UPDATE log_user SET token = ?3, path = ?4, expires = ?5 WHERE user = ?1 AND seq = ?2")
            .Bind(1, head.User.Value).Bind(2, checked((long)head.Seq)).Bind(3, head.Token).Bind(4, head.Path).Bind(5, head.Expires).Change());

    public static IReadOnlyDictionary<UserId, UserStatement> Statements(Database database, IReadOnlyCollection<UserId> users)
    {
        var statements = new Dictionary<UserId, UserStatement>(users.Count);
        foreach (var user in users)
        {
            using var row = database.Use($"""
                {Select}, log_user.token, log_user.path, log_user.expires FROM log_user
                JOIN log_list ON log_list.user = log_user.user AND log_list.seq = log_user.seq {Join} WHERE log_user.user = ?1
                """);
            if (!row.Bind(1, user.Value).Step()) continue;
            var list = Read(row);
            statements[user] = new UserStatement(list, row.IsNull(4) ? null : new SignedUserHead(user, list.Seq, row.Blob(4), row.Blob(5), row.Time(6)));
        }

        return statements;
    }

    // The plus keeps SQLite from walking the people in their order instead of those alone whose heads expire.
    public static IReadOnlyList<LoggedList> ToSign(Database database, DateTimeOffset expiring, int limit)
    {
        using var rows = database.Use($"""
            {Select} FROM log_user JOIN log_list ON log_list.user = log_user.user AND log_list.seq = log_user.seq {Join}
            WHERE log_user.expires < ?1 ORDER BY +log_user.user LIMIT ?2
            """);
        return ReadAll(rows.Bind(1, expiring).Bind(2, (long)limit));
    }

    public static IReadOnlyList<LoggedList> Of(Database database, UserId user, ulong after, int limit)
    {
        using var rows = database.Use($"{Select} FROM log_list {Join} WHERE log_list.user = ?1 AND log_list.seq > ?2 ORDER BY log_list.seq LIMIT ?3");
        return ReadAll(rows.Bind(1, user.Value).Bind(2, (long)Math.Min(after, long.MaxValue)).Bind(3, (long)limit));
    }

    public static LoggedList? Find(Database database, UserId user, Digest identity)
    {
        using var row = database.Use($"""
            {Select} FROM log_identity JOIN log_list ON log_list.user = log_identity.user AND log_list.seq = log_identity.seq {Join}
            WHERE log_identity.user = ?1 AND log_identity.identity = ?2
            """);
        return row.Bind(1, user.Value).Bind(2, identity).Step() ? Read(row) : null;
    }

    private static List<LoggedList> ReadAll(Statement rows)
    {
        var lists = new List<LoggedList>();
        while (rows.Step()) lists.Add(Read(rows));
        return lists;
    }

    private static LoggedList Read(Statement row) => new(new UserId(row.Id(0)), checked((ulong)row.Int64(1)), checked((ulong)row.Int64(2)), row.Blob(3));
}
