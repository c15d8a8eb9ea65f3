using System.Text;
using Microsoft.Data.Sqlite;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>A room whose ledger this device has verified.</summary>
/// <param name="IsMember">The profile's person is in it.</param>
/// <param name="Frozen">Evidence of tampering, as a sentence: nothing is sent there any more.</param>
internal sealed record RoomRow(ConversationId Room, long Contact, ulong Epoch, Digest Head, bool IsMember, string? Frozen);

/// <summary>
/// The verified ledgers. Their states are kept in memory once they were asked for, all epochs of a room together: one state shares nearly all of its members with the
/// next. The head in the table says whether what is in memory is still what is on disk.
/// </summary>
internal sealed class RoomRows(Rows rows)
{
    private const string TokenColumn = "ledger.token", FrozenColumn = "room.frozen";
    private const string Select = "SELECT conversation, contact, epoch, head, member, frozen FROM room";

    private readonly Dictionary<ConversationId, List<RoomState>> _states = [];

    /// <summary>The trust anchor's hash; set once, when the profile is opened.</summary>
    public Digest Anchor { get; set; }

    public List<RoomRow> All() => rows.Query(Select, Read);

    public RoomRow? Find(ConversationId room) => rows.First(Select + " WHERE conversation = ?1", Read, room.ToArray());

    public RoomRow? Find(long contact) => rows.First(Select + " WHERE contact = ?1", Read, contact);

    /// <summary>The newest verified state; null for a room that is not known here.</summary>
    public RoomState? State(ConversationId room) => States(room) is { } states ? states[^1] : null;

    /// <summary>The state after the commit of this epoch; null when that is not known here.</summary>
    public RoomState? At(ConversationId room, ulong epoch) =>
        epoch > 0 && States(room) is { } states && epoch <= (ulong)states.Count ? states[(int)epoch - 1] : null;

    /// <summary>The ledger before its first commit that is stored: of General its beginning, else nothing.</summary>
    public RoomState? Beginning(ConversationId room) => RoomState.General(Anchor) is var general && general.Room == room ? general : null;

    /// <summary>Stores commits that follow what is known, each verified, with the state after it. Returns the room's row, and null when another was faster.</summary>
    public RoomRow? Append(RoomState? before, IReadOnlyList<(Commit Commit, RoomState State)> steps, UserId self)
    {
        var newest = steps.Count > 0 ? steps[^1].State : before!;
        var known = Find(newest.Room);
        if (known is not null && (before is null || known.Head != before.Head)) return null;
        foreach (var (commit, state) in steps)
        {
            rows.Execute(
                "INSERT INTO ledger(conversation, epoch, hash, token) VALUES (?1, ?2, ?3, ?4)",
                newest.Room.ToArray(), (long)state.Epoch, commit.Hash.ToArray(), rows.Seal(TokenColumn, commit.Hash.ToArray(), commit.Token.Span));
        }

        var isMember = newest.Members.ContainsKey(self);
        var contact = rows.Contacts.EnsureRoom(newest.Room, newest.Settings.Name, isMember);
        rows.Execute(
            """
            INSERT INTO room(conversation, contact, epoch, head, member) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT(conversation) DO UPDATE SET epoch = excluded.epoch, head = excluded.head, member = excluded.member
            """,
            newest.Room.ToArray(), contact.Id, (long)newest.Epoch, newest.Head.ToArray(), isMember);
        return Find(newest.Room);
    }

    /// <summary>The first reason stays.</summary>
    public bool Freeze(ConversationId room, string why) => rows.Execute(
        "UPDATE room SET frozen = ?1 WHERE conversation = ?2 AND frozen IS NULL", rows.Seal(FrozenColumn, room.ToArray(), Encoding.UTF8.GetBytes(why)), room.ToArray()) > 0;

    private List<RoomState>? States(ConversationId room)
    {
        if (Find(room) is not { } row) return Beginning(room) is { } general ? [general] : null;
        if (!_states.TryGetValue(room, out var states) || states[^1].Head != row.Head) _states[room] = states = Load(row);
        return states;
    }

    private List<RoomState> Load(RoomRow row)
    {
        var states = new List<RoomState>();
        if (Beginning(row.Room) is { } general) states.Add(general);
        var tokens = rows.Query(
            "SELECT hash, token FROM ledger WHERE conversation = ?1 ORDER BY epoch", reader => rows.Open(TokenColumn, reader.Bytes(0), reader.Bytes(1)), row.Room.ToArray());
        foreach (var token in tokens)
        {
            if (Commits.Read(token) is not { } commit || Next(states, commit) is not LedgerOutcome.Advanced advanced)
                throw new ProfileDamagedException("the ledger of a room does not hold together");
            states.Add(advanced.State);
        }

        return states.Count > 0 && states[^1].Head == row.Head ? states : throw new ProfileDamagedException("the ledger of a room is cut off");
    }

    private static LedgerOutcome Next(List<RoomState> states, Commit commit) => states.Count == 0 ? RoomState.Begin(commit) : states[^1].Apply(commit);

    private RoomRow Read(SqliteDataReader reader)
    {
        ConversationId.TryRead(reader.Bytes(0), out var room);
        Digest.TryRead(reader.Bytes(3), out var head);
        var frozen = reader.BytesOrNull(5) is { } value ? Encoding.UTF8.GetString(rows.Open(FrozenColumn, room.ToArray(), value)) : null;
        return new RoomRow(room, reader.GetInt64(1), (ulong)reader.GetInt64(2), head, reader.GetBoolean(4), frozen);
    }
}
