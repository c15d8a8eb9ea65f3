using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Log;

/// <summary>Device lists, the identity certificates that they name, and of each person the newest list with its head.</summary>
internal static class ListTable
{
    private const string Select = """SELECT log_list."user", log_list.seq, log_list.leaf AS Index, log_leaf.data""";
    private const string Join = "JOIN log_leaf ON log_leaf.leaf = log_list.leaf";
    private const string Newest = """log_user JOIN log_list ON log_list."user" = log_user."user" AND log_list.seq = log_user.seq """ + Join;

    public static async Task AddAsync(Session session, IReadOnlyList<ListedLeaf> lists)
    {
        if (lists.Count == 0) return;
        await session.ChangeAsync(
            """INSERT INTO log_list ("user", seq, leaf) SELECT * FROM unnest(@users, @seqs, @leaves)""",
            new { users = Users(lists), seqs = Numbers(lists), leaves = lists.Select(static list => checked((long)list.Index)).ToArray() });
        var named = lists.SelectMany(static list => list.Identities, static (list, identity) => (list.User, list.Seq, Identity: identity)).ToArray();
        await session.ChangeAsync(
            """
            INSERT INTO log_identity ("user", identity, seq) SELECT "user", identity, min(seq) FROM unnest(@users, @identities, @seqs) AS named ("user", identity, seq) GROUP BY "user", identity
            ON CONFLICT ("user", identity) DO NOTHING
            """,
            new
            {
                users = named.Select(static one => one.User.ToArray()).ToArray(),
                identities = named.Select(static one => one.Identity.ToArray()).ToArray(),
                seqs = named.Select(static one => checked((long)one.Seq)).ToArray(),
            });
        await session.ChangeAsync(
            """
            INSERT INTO log_user ("user", seq, expires) SELECT "user", max(seq), 0 FROM unnest(@users, @seqs) AS listed ("user", seq) GROUP BY "user"
            ON CONFLICT ("user") DO UPDATE SET seq = excluded.seq, token = NULL, path = NULL, expires = 0 WHERE excluded.seq > log_user.seq
            """,
            new { users = Users(lists), seqs = Numbers(lists) });
    }

    public static Task<int> SetHeadsAsync(Session session, IReadOnlyCollection<SignedUserHead> heads) => session.ChangeAsync(
        """
        UPDATE log_user SET token = head.token, path = head.path, expires = head.expires
        FROM unnest(@users, @seqs, @tokens, @paths, @ends) AS head ("user", seq, token, path, expires) WHERE log_user."user" = head."user" AND log_user.seq = head.seq
        """,
        new
        {
            users = heads.Select(static head => head.User.ToArray()).ToArray(),
            seqs = heads.Select(static head => checked((long)head.Seq)).ToArray(),
            tokens = heads.Select(static head => head.Token).ToArray(),
            paths = heads.Select(static head => head.Path).ToArray(),
            ends = heads.Select(static head => head.Expires.UtcTicks).ToArray(),
        });

    public static async Task<IReadOnlyDictionary<UserId, UserStatement>> StatementsAsync(Session session, IReadOnlyCollection<UserId> users)
    {
        var rows = await session.AllAsync<StatementRow>(
            $"""{Select}, log_user.token, log_user.path, log_user.expires FROM {Newest} WHERE log_user."user" = ANY(@ids)""", new { ids = users.ToColumn() });
        return rows.ToDictionary(static row => row.User, static row => row.ToStatement());
    }

    public static Task<IReadOnlyList<LoggedList>> ToSignAsync(Session session, DateTimeOffset expiring, int limit) =>
        session.AllAsync<LoggedList>($"""{Select} FROM {Newest} WHERE log_user.expires < @expiring ORDER BY log_user."user" LIMIT @limit""", new { expiring, limit });

    public static Task<IReadOnlyList<LoggedList>> OfAsync(Session session, UserId user, ulong after, int limit) => session.AllAsync<LoggedList>(
        $"""{Select} FROM log_list {Join} WHERE log_list."user" = @user AND log_list.seq > @last ORDER BY log_list.seq LIMIT @limit""",
        new { user, last = (long)Math.Min(after, long.MaxValue), limit });

    public static Task<LoggedList?> FindAsync(Session session, UserId user, Digest identity) => session.OneAsync<LoggedList>(
        $"""
        {Select} FROM log_identity JOIN log_list ON log_list."user" = log_identity."user" AND log_list.seq = log_identity.seq {Join}
        WHERE log_identity."user" = @user AND log_identity.identity = @identity
        """,
        new { user, identity });

    private static byte[][] Users(IReadOnlyList<ListedLeaf> lists) => [.. lists.Select(static list => list.User.ToArray())];

    private static long[] Numbers(IReadOnlyList<ListedLeaf> lists) => [.. lists.Select(static list => checked((long)list.Seq))];

    private sealed record StatementRow(UserId User, ulong Seq, ulong Index, byte[] Data, byte[]? Token, byte[]? Path, DateTimeOffset Expires)
    {
        public UserStatement ToStatement() => new(new LoggedList(User, Seq, Index, Data), Token is null ? null : new SignedUserHead(User, Seq, Token, Path!, Expires));
    }
}
