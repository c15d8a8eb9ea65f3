using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Agent;

/// <summary>Rooms in memory: Alice owns what she makes, Bob and Carol can be in it.</summary>
public sealed class MemoryRooms(Action<ChatEvent> publish)
{
    private readonly List<(RoomInfo Room, List<RoomMember> Members)> _rooms = [];

    /// <summary>Everything asked, in order.</summary>
    public List<RoomRequest> Asked { get; } = [];

    public bool IsReachable { get; set; } = true;

    /// <summary>Makes a room that Bob owns; Alice stands in it as <paramref name="own"/> says.</summary>
    public RoomInfo Add(string name, RoomRank own, bool isOpen = false, string topic = "")
    {
        var room = new RoomInfo(new ConversationId(Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(name))), name, topic, isOpen, IsClosed: false, 1, own, 1, IsVerified: true, null);
        _rooms.Add((room, [new RoomMember(MemoryChat.Bob, "bob", RoomRank.Owner, IsAsleep: false, "Bobby")]));
        if (own != RoomRank.None) _rooms[^1].Members.Add(Member("alice", own));
        return Keep(_rooms.Count - 1, room);
    }

    public RoomInfo? Find(string name)
    {
        var at = IndexOf(name);
        return at < 0 ? null : _rooms[at].Room;
    }

    public RoomAnswer Answer(RoomRequest request)
    {
        Asked.Add(request);
        if (!IsReachable && request is not RoomRequest.List { All: false }) return new RoomAnswer.Unreachable("Rooms change only while the server can be reached.");
        if (request is RoomRequest.List list) return new RoomAnswer.Rooms([.. _rooms.Select(static one => one.Room).Where(room => list.All || room.Own != RoomRank.None)]);
        if (request is RoomRequest.Create create)
        {
            Add(create.Name, RoomRank.Owner, create.IsOpen, create.Topic);
            _rooms[^1].Members.RemoveAt(0);
            return new RoomAnswer.Done(Keep(_rooms.Count - 1, _rooms[^1].Room));
        }

        var at = IndexOf(NameOf(request));
        if (at < 0) return new RoomAnswer.Refused($"There is no room called \"{NameOf(request)}\"; see: room list --all.");
        if (request is RoomRequest.Show) return new RoomAnswer.Shown(_rooms[at].Room, _rooms[at].Members);
        return Change(at, request) is { } why ? new RoomAnswer.Refused(why) : new RoomAnswer.Done(_rooms[at].Room);
    }

    private static string NameOf(RoomRequest request) => request switch
    {
        RoomRequest.Show one => one.Room,
        RoomRequest.Join one => one.Room,
        RoomRequest.Invite one => one.Room,
        RoomRequest.Add one => one.Room,
        RoomRequest.Remove one => one.Room,
        RoomRequest.Leave one => one.Room,
        RoomRequest.SetRole one => one.Room,
        RoomRequest.Change one => one.Room,
        RoomRequest.Close one => one.Room,
        _ => "",
    };

    private static RoomMember Member(string user, RoomRank rank) =>
        new(user == "alice" ? MemoryChat.Alice : user == "bob" ? MemoryChat.Bob : UserId.New(), user, rank, IsAsleep: user == "carol", null);

    private string? Change(int at, RoomRequest request)
    {
        var (room, members) = _rooms[at];
        switch (request)
        {
            case RoomRequest.Join when !room.IsOpen && room.Own != RoomRank.Invited:
                return "This room is by invitation; ask its owner.";
            case RoomRequest.Join:
                members.RemoveAll(static one => one.Username == "alice");
                members.Add(Member("alice", RoomRank.Member));
                break;
            case RoomRequest.Invite invite:
                members.AddRange(invite.Users.Select(static user => Member(user, RoomRank.Invited)));
                break;
            case RoomRequest.Add add:
                members.AddRange(add.Users.Select(static user => Member(user, RoomRank.Member)));
                break;
            case RoomRequest.Remove remove:
                members.RemoveAll(one => remove.Users.Contains(one.Username));
                break;
            case RoomRequest.Leave:
                members.RemoveAll(static one => one.Username == "alice");
                break;
            case RoomRequest.SetRole role when members.FindIndex(one => one.Username == role.User) is >= 0 and var found:
                members[found] = members[found] with { Rank = role.Rank };
                break;
            case RoomRequest.SetRole role:
                return $"{role.User} is not in this room.";
            case RoomRequest.Change change:
                room = room with { Name = change.Name ?? room.Name, Topic = change.Topic ?? room.Topic, IsOpen = change.IsOpen ?? room.IsOpen };
                break;
            case RoomRequest.Close:
                room = room with { IsClosed = true };
                break;
        }

        Keep(at, room with { Epoch = room.Epoch + 1 });
        return null;
    }

    private RoomInfo Keep(int at, RoomInfo room)
    {
        var members = _rooms[at].Members;
        room = room with
        {
            Members = members.Count(static one => one.Rank >= RoomRank.Member),
            Own = members.FirstOrDefault(static one => one.Username == "alice")?.Rank ?? RoomRank.None,
        };
        _rooms[at] = (room, members);
        publish(new ChatEvent.RoomChanged(room));
        return room;
    }

    private int IndexOf(string name) => _rooms.FindIndex(
        one => one.Room.Name == name || (name.Length >= 8 && one.Room.Room.ToString().StartsWith(name, StringComparison.Ordinal)));
}
