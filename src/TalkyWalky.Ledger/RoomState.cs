using System.Collections.Immutable;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger;

/// <summary>
/// A room after its newest commit. Never changed: <see cref="Apply"/> gives the state that follows. Pure, and the same on every device and on the server.
/// </summary>
public sealed class RoomState
{
    /// <summary>So much may a commit be dated before the latest one: clocks differ.</summary>
    public static readonly TimeSpan TimeTolerance = TimeSpan.FromMinutes(10);

    private RoomState(ConversationId room, ulong epoch, Digest head, RoomSettings settings, bool isGeneral, DateTimeOffset time) =>
        (Room, Epoch, Head, Settings, IsGeneral, Time) = (room, epoch, head, settings, isGeneral, time);

    private RoomState(RoomState before, Commit commit)
        : this(before.Room, commit.Epoch, commit.Hash, before.Settings, before.IsGeneral, before.NextTime(commit.Time)) =>
        (Members, Invited) = (before.Members, before.Invited);

    public ConversationId Room { get; }

    public ulong Epoch { get; }

    /// <summary>Hash of the newest commit; of General before the first one: its id.</summary>
    public Digest Head { get; }

    public RoomSettings Settings { get; private init; }

    /// <summary>The one room that begins without a commit, stays open and cannot be closed.</summary>
    public bool IsGeneral { get; }

    public bool IsClosed { get; private init; }

    /// <summary>By rising id. A room that has members has an owner.</summary>
    public ImmutableSortedDictionary<UserId, RoomRole> Members { get; private init; } = ImmutableSortedDictionary<UserId, RoomRole>.Empty;

    /// <summary>Who may join though the room is not open; never a member. By rising id.</summary>
    public ImmutableSortedSet<UserId> Invited { get; private init; } = [];

    /// <summary>The latest time of all commits so far; of General before the first one: 1970.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The room General: it needs no create commit, every device derives it from its trust anchor; the first to join owns it.</summary>
    /// <param name="anchor">The trust anchor's hash.</param>
    public static RoomState General(Digest anchor)
    {
        using var hash = new FieldHash("general/v1");
        var id = hash.Add(anchor).Finish();
        return new RoomState(new ConversationId(id), 1, id, new RoomSettings("General", "", RoomAccess.Open), isGeneral: true, DateTimeOffset.UnixEpoch);
    }

    /// <summary>The state after a create.</summary>
    public static LedgerOutcome Begin(Commit create) => create.Action is RoomAction.Create { Settings: var settings }
        ? new LedgerOutcome.Advanced(new RoomState(create.Room, create.Epoch, create.Hash, settings, isGeneral: false, create.Time)
        {
            Members = ImmutableSortedDictionary<UserId, RoomRole>.Empty.Add(create.Actor, RoomRole.Owner),
        })
        : new LedgerOutcome.Refused(LedgerFault.WrongEpoch, "the ledger of a room begins with its create commit");

    /// <summary>The state after the commit that follows, in the order of checks of docs/protocol.md section 4.4.</summary>
    /// <param name="commit">Verified, or read from where only verified ones are stored.</param>
    public LedgerOutcome Apply(Commit commit)
    {
        if (commit.Room != Room) return new LedgerOutcome.Refused(LedgerFault.WrongRoom, "the commit is for another room");
        if (commit.Epoch != Epoch + 1) return new LedgerOutcome.Refused(LedgerFault.WrongEpoch, $"the commit makes epoch {commit.Epoch}, and the room is at {Epoch}");
        if (commit.Previous != Head) return new LedgerOutcome.Refused(LedgerFault.Fork, $"the commit follows another commit of epoch {Epoch} than the one known here");
        if (commit.Time < Time - TimeTolerance)
            return new LedgerOutcome.Refused(LedgerFault.WrongTime, $"the commit is dated more than {TimeTolerance.TotalMinutes} minutes before one that it follows");
        return RoomRights.Refusal(this, commit.Actor, commit.Action) is { } refusal
            ? new LedgerOutcome.Refused(LedgerFault.NotAllowed, refusal)
            : new LedgerOutcome.Advanced(After(commit));
    }

    /// <summary>Why this person may not do this now, as a sentence; null when it may.</summary>
    public string? Refusal(UserId actor, RoomAction action) => RoomRights.Refusal(this, actor, ActionCodec.Normalise(action));

    /// <summary>What to date the next commit with: the clock, but not before <see cref="Time"/>, so that a slow clock keeps nobody from changing the room.</summary>
    public DateTimeOffset NextTime(DateTimeOffset clock) => clock > Time ? clock : Time;

    private RoomState After(Commit commit) => commit.Action switch
    {
        RoomAction.Join => new RoomState(this, commit)
        {
            Members = Members.Add(commit.Actor, Members.IsEmpty ? RoomRole.Owner : RoomRole.Member),
            Invited = Invited.Remove(commit.Actor),
        },
        RoomAction.Invite invite => new RoomState(this, commit) { Invited = Invited.Union(invite.Users) },
        RoomAction.Add add => new RoomState(this, commit)
        {
            Members = Members.AddRange(add.Users.Select(static user => KeyValuePair.Create(user, RoomRole.Member))),
            Invited = Invited.Except(add.Users),
        },
        RoomAction.Remove remove => new RoomState(this, commit) { Members = Members.RemoveRange(remove.Users), Invited = Invited.Except(remove.Users) },
        RoomAction.Leave => new RoomState(this, commit) { Members = Members.Remove(commit.Actor), IsClosed = Members.Count == 1 && !IsGeneral },
        RoomAction.SetRole set => new RoomState(this, commit) { Members = Members.SetItem(set.User, set.Role) },
        RoomAction.Change change => new RoomState(this, commit) { Settings = change.Settings },
        RoomAction.Close => new RoomState(this, commit) { IsClosed = true },
        _ => throw new ArgumentException($"{commit.Action.GetType().Name} follows no commit", nameof(commit)),
    };
}

public abstract record LedgerOutcome
{
    private LedgerOutcome() { }

    public sealed record Advanced(RoomState State) : LedgerOutcome;

    /// <param name="Reason">A sentence.</param>
    public sealed record Refused(LedgerFault Fault, string Reason) : LedgerOutcome;
}
