using TalkyWalky.Engines.Embedded.Log;
using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Store;

/// <summary>Rooms as their newest commit left them, the commits themselves, and whom each room concerns.</summary>
internal static class RoomTable
{
    private const string Columns = "room.room, epoch, head, name, topic, is_open, is_closed, members, creator";
    private const string Select = $"SELECT {Columns} FROM room";
    private const string SelectPersonal = $"SELECT {Columns}, until FROM room_person JOIN room ON room.room = room_person.room WHERE room_person.user = ?1";

    public static bool Append(Database database, RoomCommit commit)
    {
        if (!Follows(NewestEpoch(database, commit.Room.Room), commit.Room.Epoch)) return false;
        Keep(database, commit.Room);
        database.Use("INSERT INTO room_commit (room, epoch, token) VALUES (?1, ?2, ?3)")
            .Bind(1, commit.Room.Room.Value).Bind(2, (long)commit.Room.Epoch).Bind(3, commit.Token).Run();
        foreach (var user in commit.In) Concern(database, commit.Room.Room, user, until: null);
        foreach (var user in commit.Out) Concern(database, commit.Room.Room, user, (long)commit.Room.Epoch);
        ChangeTable.Note(database, LogChangeKind.Commit, $"{commit.Room.Room}/{commit.Room.Epoch}");
        return true;
    }

    public static RoomRecord? Find(Database database, ConversationId room)
    {
        using var row = database.Use(Select + " WHERE room.room = ?1");
        return row.Bind(1, room.Value).Step() ? Read(row) : null;
    }

    public static PersonalRoom? Find(Database database, ConversationId room, UserId user)
    {
        using var row = database.Use(SelectPersonal + " AND room_person.room = ?2");
        return row.Bind(1, user.Value).Bind(2, room.Value).Step() ? ReadPersonal(row) : null;
    }

    public static IReadOnlyList<byte[]> Commits(Database database, ConversationId room, ulong after, int maxBytes)
    {
        var tokens = new List<byte[]>();
        using var rows = database.Use("SELECT token FROM room_commit WHERE room = ?1 AND epoch > ?2 ORDER BY epoch");
        rows.Bind(1, room.Value).Bind(2, (long)Math.Min(after, long.MaxValue));
        for (var bytes = 0; rows.Step();)
        {
            var token = rows.Blob(0);
            bytes += token.Length;
            if (bytes > maxBytes && tokens.Count > 0) break;
            tokens.Add(token);
            if (bytes > maxBytes) break;
        }

        return tokens;
    }

    public static IReadOnlyList<PersonalRoom> Of(Database database, UserId user, ConversationId? after, int limit)
    {
        using var rows = database.Use(SelectPersonal + " AND room_person.room > ?2 ORDER BY room_person.room LIMIT ?3");
        BindAfter(rows.Bind(1, user.Value).Bind(3, (long)limit), 2, after);
        var rooms = new List<PersonalRoom>();
        while (rows.Step()) rooms.Add(ReadPersonal(rows));
        return rooms;
    }

    public static IReadOnlyList<RoomRecord> Open(Database database, ConversationId? after, int limit)
    {
        using var rows = database.Use(Select + " WHERE is_open = 1 AND is_closed = 0 AND room > ?1 ORDER BY room LIMIT ?2");
        BindAfter(rows.Bind(2, (long)limit), 1, after);
        var rooms = new List<RoomRecord>();
        while (rows.Step()) rooms.Add(Read(rows));
        return rooms;
    }

    public static int CountCreatedBy(Database database, UserId user)
    {
        using var row = database.Use("SELECT count(*) FROM room WHERE creator = ?1 AND is_closed = 0");
        return row.Bind(1, user.Value).Step() ? row.Int32(0) : 0;
    }

    // The room that needs no create begins with its second commit.
    private static bool Follows(ulong? newest, ulong epoch) => newest is { } before ? epoch == before + 1 : epoch is 1 or 2;

    private static ulong? NewestEpoch(Database database, ConversationId room)
    {
        using var row = database.Use("SELECT epoch FROM room WHERE room = ?1");
        return row.Bind(1, room.Value).Step() ? (ulong)row.Int64(0) : null;
    }

    private static void Keep(Database database, RoomRecord room)
    {
        using var keep = database.Use("""
            INSERT INTO room (room, epoch, head, name, topic, is_open, is_closed, members, creator) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (room) DO UPDATE SET epoch = excluded.epoch, head = excluded.head, name = excluded.name, topic = excluded.topic,
                is_open = excluded.is_open, is_closed = excluded.is_closed, members = excluded.members
            """);
        keep.Bind(1, room.Room.Value).Bind(2, (long)room.Epoch).Bind(3, room.Head).Bind(4, room.Name).Bind(5, room.Topic)
            .Bind(6, room.IsOpen ? 1L : 0L).Bind(7, room.IsClosed ? 1L : 0L).Bind(8, (long)room.Members);
        _ = room.Creator is { } creator ? keep.Bind(9, creator.Value) : keep.BindNull(9);
        keep.Run();
    }

    private static void Concern(Database database, ConversationId room, UserId user, long? until) =>
        database.Use("INSERT INTO room_person (user, room, until) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET until = excluded.until")
            .Bind(1, user.Value).Bind(2, room.Value).Bind(3, until).Run();

    // An empty blob comes before every id.
    private static void BindAfter(Statement rows, int parameter, ConversationId? after) =>
        _ = after is { } last ? rows.Bind(parameter, last.Value) : rows.Bind(parameter, ReadOnlySpan<byte>.Empty);

    private static PersonalRoom ReadPersonal(Statement row) => new(Read(row), row.IsNull(9) ? null : (ulong)row.Int64(9));

    private static RoomRecord Read(Statement row) => new(
        new ConversationId(row.Hash(0)), (ulong)row.Int64(1), row.Hash(2), row.Text(3), row.Text(4), row.Int64(5) != 0, row.Int64(6) != 0, row.Int32(7),
        row.IsNull(8) ? null : new UserId(row.Id(8)));
}
