using System.Text.Json.Serialization;
using TalkyWalky.Wire;

namespace TalkyWalky.Client;

/// <summary>What can be asked of rooms. A room is named by its name or by the first digits of its id, a person by username.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "ask")]
[JsonDerivedType(typeof(Create), "create")]
[JsonDerivedType(typeof(List), "list")]
[JsonDerivedType(typeof(Show), "show")]
[JsonDerivedType(typeof(Join), "join")]
[JsonDerivedType(typeof(Invite), "invite")]
[JsonDerivedType(typeof(Add), "add")]
[JsonDerivedType(typeof(Remove), "remove")]
[JsonDerivedType(typeof(Leave), "leave")]
[JsonDerivedType(typeof(SetRole), "role")]
[JsonDerivedType(typeof(Change), "change")]
[JsonDerivedType(typeof(Close), "close")]
public abstract record RoomRequest
{
    private RoomRequest() { }

    public sealed record Create(string Name, string Topic, bool IsOpen) : RoomRequest;

    /// <summary>The rooms that this person is in or is invited to; with <paramref name="All"/> also the open ones.</summary>
    public sealed record List(bool All) : RoomRequest;

    /// <summary>One room with its members.</summary>
    public sealed record Show(string Room) : RoomRequest;

    public sealed record Join(string Room) : RoomRequest;

    public sealed record Invite(string Room, IReadOnlyList<string> Users) : RoomRequest;

    public sealed record Add(string Room, IReadOnlyList<string> Users) : RoomRequest;

    public sealed record Remove(string Room, IReadOnlyList<string> Users) : RoomRequest;

    public sealed record Leave(string Room) : RoomRequest;

    public sealed record SetRole(string Room, string User, RoomRank Rank) : RoomRequest;

    /// <summary>What is null stays as it is.</summary>
    public sealed record Change(string Room, string? Name, string? Topic, bool? IsOpen) : RoomRequest;

    /// <summary>Ends the room for everybody; its history stays.</summary>
    public sealed record Close(string Room) : RoomRequest;
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Rooms), "rooms")]
[JsonDerivedType(typeof(Shown), "shown")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Unreachable), "unreachable")]
public abstract record RoomAnswer
{
    private RoomAnswer() { }

    /// <param name="Room">As it is now.</param>
    public sealed record Done(RoomInfo Room) : RoomAnswer;

    public sealed record Rooms(IReadOnlyList<RoomInfo> Page) : RoomAnswer;

    public sealed record Shown(RoomInfo Room, IReadOnlyList<RoomMember> Members) : RoomAnswer;

    public sealed record Refused(string Why) : RoomAnswer;

    /// <summary>Rooms change only while the server is reachable.</summary>
    public sealed record Unreachable(string Why) : RoomAnswer;
}

/// <summary>A person's standing in a room.</summary>
public enum RoomRank
{
    /// <summary>Not in it: an open room that was only looked at, or one that was left.</summary>
    None,
    Invited,
    Member,
    Moderator,
    Owner,
}

/// <param name="Members">How many.</param>
/// <param name="Own">The standing of this profile's person.</param>
/// <param name="Epoch">Changes of the room so far.</param>
/// <param name="IsVerified">Read from the verified ledger; false for a room of the server's list that this device has not looked into.</param>
/// <param name="Frozen">Why nothing can be sent here any more: evidence of tampering, as a sentence; else null.</param>
public sealed record RoomInfo(
    ConversationId Room, string Name, string Topic, bool IsOpen, bool IsClosed, int Members, RoomRank Own, ulong Epoch, bool IsVerified, string? Frozen);

/// <param name="IsAsleep">None of the person's devices has a current certificate: the person gets nothing until one returns.</param>
public sealed record RoomMember(UserId User, string Username, RoomRank Rank, bool IsAsleep, string? Name);
