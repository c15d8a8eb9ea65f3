using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Engines.Postgres.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Store;

/// <summary>Rooms as their newest commit left them, the commits themselves, and whom each room concerns.</summary>
internal static class RoomTable
{
    private const string Columns = "room.room, epoch, head, name, topic, is_open AS IsOpen, is_closed AS IsClosed, members, creator";
    private const string SelectPersonal = $"""SELECT {Columns}, until FROM room_person JOIN room ON room.room = room_person.room WHERE room_person."user" = @user""";

    /// <summary>The room's row is the lock: of two commits on one epoch the second finds another one there.</summary>
    public static async Task<bool> AppendAsync(Session session, RoomCommit commit)
    {
        var room = commit.Room;
        if (await ContinueAsync(session, room) == 0 && await BeginAsync(session, room) == 0) return false;
        await session.ChangeAsync("INSERT INTO room_commit (room, epoch, token) VALUES (@Room, @Epoch, @Token)", new { room.Room, room.Epoch, commit.Token });
        await ConcernAsync(session, room.Room, commit.In, until: null);
        await ConcernAsync(session, room.Room, commit.Out, room.Epoch);
        await ChangeTable.NoteAsync(session, (LogChangeKind.Commit, $"{room.Room}/{room.Epoch}"));
        return true;
    }

    public static Task<RoomRecord?> FindAsync(Session session, ConversationId room) => session.OneAsync<RoomRecord>($"SELECT {Columns} FROM room WHERE room = @room", new { room });

    public static async Task<PersonalRoom?> FindAsync(Session session, ConversationId room, UserId user) =>
        (await session.OneAsync<PersonalRow>(SelectPersonal + " AND room_person.room = @room", new { room, user }))?.ToRoom();

    // The sizes are known without reading the commits themselves.
    public static Task<IReadOnlyList<byte[]>> CommitsAsync(Session session, ConversationId room, ulong after, int maxBytes) => session.AllAsync<byte[]>(
        """
        SELECT token FROM (
            SELECT token, epoch, octet_length(token) AS size, sum(octet_length(token)) OVER (ORDER BY epoch) AS total FROM room_commit WHERE room = @room AND epoch > @last) AS sized
        WHERE total <= @maxBytes OR total = size ORDER BY epoch
        """,
        new { room, last = (long)Math.Min(after, long.MaxValue), maxBytes });

    public static async Task<IReadOnlyList<PersonalRoom>> OfAsync(Session session, UserId user, ConversationId? after, int limit)
    {
        var rows = await session.AllAsync<PersonalRow>(SelectPersonal + " AND room_person.room > @last ORDER BY room_person.room LIMIT @limit", new { user, last = Last(after), limit });
        return [.. rows.Select(static row => row.ToRoom())];
    }

    public static Task<IReadOnlyList<RoomRecord>> OpenAsync(Session session, ConversationId? after, int limit) => session.AllAsync<RoomRecord>(
        $"SELECT {Columns} FROM room WHERE is_open AND NOT is_closed AND room > @last ORDER BY room LIMIT @limit", new { last = Last(after), limit });

    public static Task<int> CountCreatedByAsync(Session session, UserId creator) =>
        session.OneAsync<int>("SELECT count(*)::integer FROM room WHERE creator = @creator AND NOT is_closed", new { creator });

    private static Task<int> ContinueAsync(Session session, RoomRecord room) => session.ChangeAsync(
        """
        UPDATE room SET epoch = @Epoch, head = @Head, name = @Name, topic = @Topic, is_open = @IsOpen, is_closed = @IsClosed, members = @Members
        WHERE room = @Room AND epoch = @before
        """,
        new { room.Room, room.Epoch, room.Head, room.Name, room.Topic, room.IsOpen, room.IsClosed, room.Members, before = unchecked(room.Epoch - 1) });

    // The room that needs no create begins with its second commit.
    private static async Task<int> BeginAsync(Session session, RoomRecord room) => room.Epoch is not (1 or 2) ? 0 : await session.ChangeAsync(
        """
        INSERT INTO room (room, epoch, head, name, topic, is_open, is_closed, members, creator)
        VALUES (@Room, @Epoch, @Head, @Name, @Topic, @IsOpen, @IsClosed, @Members, @Creator) ON CONFLICT (room) DO NOTHING
        """,
        room);

    private static async Task ConcernAsync(Session session, ConversationId room, IReadOnlyCollection<UserId> users, ulong? until)
    {
        if (users.Count == 0) return;
        await session.ChangeAsync(
            """
            INSERT INTO room_person ("user", room, until) SELECT unnest(@ids), @room, @until::bigint
            ON CONFLICT ("user", room) DO UPDATE SET until = excluded.until
            """,
            new { ids = users.ToColumn(), room, until });
    }

    // An empty value comes before every id.
    private static byte[] Last(ConversationId? after) => after?.ToArray() ?? [];

    private sealed record PersonalRow(
        ConversationId Room, ulong Epoch, Digest Head, string Name, string Topic, bool IsOpen, bool IsClosed, int Members, UserId? Creator, ulong? Until)
    {
        public PersonalRoom ToRoom() => new(new RoomRecord(Room, Epoch, Head, Name, Topic, IsOpen, IsClosed, Members, Creator), Until);
    }
}
