using System.Globalization;

namespace TalkyWalky.Client.Lines;

public sealed record RoomLine(
    string Room, string Name, string Topic, bool Open, bool Closed, int Members, RoomRank Own, ulong Epoch, bool Verified, string? Frozen)
{
    public static RoomLine Of(RoomInfo room) => new(
        room.Room.ToString(), room.Name, room.Topic, room.IsOpen, room.IsClosed, room.Members, room.Own, room.Epoch, room.IsVerified, room.Frozen);
}

public sealed record MemberLine(string User, string Username, string? Name, RoomRank Rank, bool Asleep)
{
    public static MemberLine Of(RoomMember member) => new(member.User.ToString(), member.Username, member.Name, member.Rank, member.IsAsleep);
}

public sealed record ConversationLine(string Conversation, string With, bool IsRoom, int Unread, bool Muted, bool Closed, MessageLine? Last, string ReadUpTo)
{
    public static ConversationLine Of(ConversationInfo one) => new(
        one.Conversation.ToString(), one.Target.Name, one.Target.IsRoom, one.Unread, one.IsMuted, one.IsClosed, one.Last is { } last ? MessageLine.Of(last) : null,
        one.ReadUpTo.ToString(CultureInfo.InvariantCulture));
}
