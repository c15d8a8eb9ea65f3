using TalkyWalky.Wire;

namespace TalkyWalky.Ledger;

public enum RoomRole
{
    Member = 0,

    /// <summary>Invites, adds and removes members, and changes name and topic.</summary>
    Moderator = 1,

    /// <summary>May do everything.</summary>
    Owner = 2,
}

public enum RoomAccess
{
    /// <summary>Who is invited or added gets in.</summary>
    Invitation = 0,

    /// <summary>Anyone may join.</summary>
    Open = 1,
}

/// <param name="Name">1 to <see cref="Limits.RoomName"/> characters (UTF-16 units), see <see cref="Problem"/>.</param>
/// <param name="Topic">At most <see cref="Limits.RoomTopic"/> characters.</param>
public sealed record RoomSettings(string Name, string Topic, RoomAccess Access)
{
    /// <summary>Why a room cannot be called so, as a sentence; null when it can.</summary>
    public string? Problem =>
        RoomText.Problem("the name of a room", Name, 1, Limits.RoomName)
        ?? RoomText.Problem("the topic of a room", Topic, 0, Limits.RoomTopic)
        ?? (Access is RoomAccess.Invitation or RoomAccess.Open ? null : "a room is open or by invitation");
}

/// <summary>What a commit does to a room (docs/protocol.md section 4).</summary>
public abstract record RoomAction
{
    private RoomAction() { }

    /// <summary>Begins a ledger; the actor owns the room.</summary>
    /// <param name="Nonce">32 random bytes, which make the room's id its own.</param>
    public sealed record Create(RoomSettings Settings, Digest Nonce) : RoomAction;

    /// <summary>The actor enters an open room, or one that it is invited to.</summary>
    public sealed record Join : RoomAction;

    /// <summary>1 to <see cref="Limits.CommitUsers"/> people may join.</summary>
    public sealed record Invite(IReadOnlyList<UserId> Users) : RoomAction;

    /// <summary>1 to <see cref="Limits.CommitUsers"/> people are members from now on.</summary>
    public sealed record Add(IReadOnlyList<UserId> Users) : RoomAction;

    /// <summary>Members leave, invitations are taken back.</summary>
    public sealed record Remove(IReadOnlyList<UserId> Users) : RoomAction;

    public sealed record Leave : RoomAction;

    public sealed record SetRole(UserId User, RoomRole Role) : RoomAction;

    public sealed record Change(RoomSettings Settings) : RoomAction;

    /// <summary>Ends the room: no commit and no message follows.</summary>
    public sealed record Close : RoomAction;
}
