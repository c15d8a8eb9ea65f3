using TalkyWalky.Wire;

namespace TalkyWalky.Ledger;

/// <summary>Who may do what: the table of docs/protocol.md section 4.3, in code. Each answer is null, or why not as a sentence.</summary>
internal static class RoomRights
{
    public static string? Refusal(RoomState room, UserId actor, RoomAction action)
    {
        if (room.IsClosed) return "this room is closed";
        if (ActionCodec.Problem(action) is { } problem) return problem;
        if (action is RoomAction.Create) return "a room is created once, by its first commit";
        if (action is RoomAction.Join) return RefusalToJoin(room, actor);
        if (!room.Members.TryGetValue(actor, out var role)) return "only members of this room may do this; join it first";
        var needed = Needed(room, action);
        if (role < needed) return needed == RoomRole.Owner ? "only an owner of this room may do this" : "only a moderator or an owner of this room may do this";
        return action switch
        {
            RoomAction.Invite invite => RefusalToInvite(room, invite.Users),
            RoomAction.Add add => RefusalToAdd(room, add.Users),
            RoomAction.Remove remove => RefusalToRemove(room, actor, remove.Users),
            RoomAction.Leave => RefusalToLeave(room, actor),
            RoomAction.SetRole set => RefusalToSetRole(room, set),
            RoomAction.Change change => RefusalToChange(room, change.Settings),
            RoomAction.Close => room.IsGeneral ? "General cannot be closed" : null,
            _ => throw new ArgumentException($"{action.GetType().Name} has no rule", nameof(action)),
        };
    }

    /// <summary>The least role for an action of a member.</summary>
    private static RoomRole Needed(RoomState room, RoomAction action) => action switch
    {
        RoomAction.Leave => RoomRole.Member,
        RoomAction.Invite or RoomAction.Add => room.Settings.Access == RoomAccess.Open ? RoomRole.Member : RoomRole.Moderator,
        RoomAction.Remove remove => remove.Users.Any(user => room.Members.TryGetValue(user, out var role) && role > RoomRole.Member) ? RoomRole.Owner : RoomRole.Moderator,
        RoomAction.Change change => change.Settings.Access == room.Settings.Access ? RoomRole.Moderator : RoomRole.Owner,
        _ => RoomRole.Owner,
    };

    private static string? RefusalToJoin(RoomState room, UserId actor) =>
        room.Members.ContainsKey(actor) ? "you are a member of this room already"
        : room.Invited.Contains(actor) ? null
        : room.Settings.Access != RoomAccess.Open ? "this room takes people by invitation; ask a moderator or an owner of it"
        : RefusalToGrow(room, 1);

    private static string? RefusalToInvite(RoomState room, IReadOnlyList<UserId> users) =>
        users.Any(room.Members.ContainsKey) ? Some(users, "a member of this room already", "members of this room already")
        : users.Any(room.Invited.Contains) ? Some(users, "invited already", "invited already")
        : RefusalToGrow(room, users.Count);

    private static string? RefusalToAdd(RoomState room, IReadOnlyList<UserId> users) =>
        users.Any(room.Members.ContainsKey) ? Some(users, "a member of this room already", "members of this room already")
        : RefusalToGrow(room, users.Count(user => !room.Invited.Contains(user)));

    private static string? RefusalToRemove(RoomState room, UserId actor, IReadOnlyList<UserId> users) =>
        users.Contains(actor) ? "nobody removes themselves; leave the room instead"
        : users.All(user => room.Members.ContainsKey(user) || room.Invited.Contains(user)) ? null
        : Some(users, "neither a member of this room nor invited", "neither members of this room nor invited");

    private static string? RefusalToLeave(RoomState room, UserId actor) =>
        room.Members.Count > 1 && IsOnlyOwner(room, actor) ? "you are the only owner of this room; make another member an owner first, or close it" : null;

    private static string? RefusalToSetRole(RoomState room, RoomAction.SetRole set) =>
        !room.Members.TryGetValue(set.User, out var role) ? "this person is not a member of this room"
        : role == set.Role ? "this person has that role already"
        : IsOnlyOwner(room, set.User) ? "this is the only owner of the room; make another member an owner first"
        : null;

    private static string? RefusalToChange(RoomState room, RoomSettings settings) =>
        settings == room.Settings ? "this changes nothing"
        : room.IsGeneral && settings.Access != RoomAccess.Open ? "General stays open to everyone"
        : null;

    private static string? RefusalToGrow(RoomState room, int more) =>
        room.Members.Count + room.Invited.Count + more > Limits.RoomMembers ? $"a room has at most {Limits.RoomMembers} people, invited ones included" : null;

    private static bool IsOnlyOwner(RoomState room, UserId user) =>
        room.Members.TryGetValue(user, out var role) && role == RoomRole.Owner && !room.Members.Any(member => member.Value == RoomRole.Owner && member.Key != user);

    private static string Some(IReadOnlyList<UserId> users, string one, string many) => users.Count == 1 ? $"this person is {one}" : $"some of these people are {many}";
}
