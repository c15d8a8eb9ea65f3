using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>The rules of docs/protocol.md section 4.3 once more, written another way: role by role what it may do, on collections that change.</summary>
internal sealed class RoomModel(bool isGeneral, RoomSettings settings)
{
    private RoomSettings _settings = settings;
    private bool _closed;

    public Dictionary<UserId, RoomRole> Members { get; } = [];

    public HashSet<UserId> Invited { get; } = [];

    private IEnumerable<UserId> Owners => Members.Where(static member => member.Value == RoomRole.Owner).Select(static member => member.Key);

    public bool TryDo(UserId actor, RoomAction action)
    {
        if (_closed || !(Members.TryGetValue(actor, out var role) ? MayDo(actor, role, action) : action is RoomAction.Join && (IsOpen || Invited.Contains(actor)))) return false;
        Do(actor, action);
        return true;
    }

    public bool Matches(RoomState room) =>
        room.IsClosed == _closed
        && room.Settings == _settings
        && room.Members.Count == Members.Count
        && room.Members.All(member => Members.TryGetValue(member.Key, out var role) && role == member.Value)
        && Invited.SetEquals(room.Invited);

    private bool IsOpen => _settings.Access == RoomAccess.Open;

    private bool MayDo(UserId actor, RoomRole role, RoomAction action) => action switch
    {
        RoomAction.Add add => add.Users.All(IsOutside) && (IsOpen || role >= RoomRole.Moderator),
        RoomAction.Invite invite => invite.Users.All(user => IsOutside(user) && !Invited.Contains(user)) && (IsOpen || role >= RoomRole.Moderator),
        RoomAction.Remove remove => !remove.Users.Contains(actor) && remove.Users.All(user => MayRemove(role, user)),
        RoomAction.Leave => role != RoomRole.Owner || Owners.Count() > 1 || Members.Count == 1,
        RoomAction.SetRole set => role == RoomRole.Owner && Members.TryGetValue(set.User, out var was) && was != set.Role && (was != RoomRole.Owner || Owners.Count() > 1),
        RoomAction.Change change => change.Settings != _settings
            && (change.Settings.Access == _settings.Access ? role >= RoomRole.Moderator : role == RoomRole.Owner && !isGeneral),
        RoomAction.Close => role == RoomRole.Owner && !isGeneral,
        _ => false,
    };

    private bool IsOutside(UserId user) => !Members.ContainsKey(user);

    private bool MayRemove(RoomRole role, UserId user) => Members.TryGetValue(user, out var theirs)
        ? role == RoomRole.Owner || (role == RoomRole.Moderator && theirs == RoomRole.Member)
        : role >= RoomRole.Moderator && Invited.Contains(user);

    private void Do(UserId actor, RoomAction action)
    {
        switch (action)
        {
            case RoomAction.Join: Enter(actor, Members.Count == 0 ? RoomRole.Owner : RoomRole.Member); break;
            case RoomAction.Add add: foreach (var user in add.Users) Enter(user, RoomRole.Member); break;
            case RoomAction.Invite invite: Invited.UnionWith(invite.Users); break;
            case RoomAction.Remove remove: foreach (var user in remove.Users) _ = Members.Remove(user) || Invited.Remove(user); break;
            case RoomAction.SetRole set: Members[set.User] = set.Role; break;
            case RoomAction.Change change: _settings = change.Settings; break;
            case RoomAction.Close: _closed = true; break;
            case RoomAction.Leave:
                Members.Remove(actor);
                _closed = Members.Count == 0 && !isGeneral;
                break;
        }
    }

    private void Enter(UserId user, RoomRole role)
    {
        Members.Add(user, role);
        Invited.Remove(user);
    }
}
