using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>What each action does, and what no role makes up for. Who may do what is <see cref="RightsTableTests"/>.</summary>
public sealed class RoomStateTests
{
    private static readonly UserId Alice = new(1), Bob = new(2), Carol = new(3), Dave = new(4);
    private static readonly RoomState Tea = RoomsOfTests.Begin(Unsigned.Create(Alice, RoomsOfTests.ByInvitation));
    private static readonly RoomState Busy = Tea.Advance(Alice, new RoomAction.Add([Bob, Carol])).Advance(Alice, new RoomAction.SetRole(Bob, RoomRole.Moderator));

    [Fact]
    public void Begin_Create_MakesTheActorOwner()
    {
        var create = Unsigned.Create(Alice, RoomsOfTests.Open);
        var room = RoomsOfTests.Begin(create);
        Assert.Equal((new ConversationId(create.Hash), 1UL, create.Hash, RoomsOfTests.Open), (room.Room, room.Epoch, room.Head, room.Settings));
        Assert.Equal([KeyValuePair.Create(Alice, RoomRole.Owner)], room.Members);
        Assert.Empty(room.Invited);
        Assert.False(room.IsClosed || room.IsGeneral);
    }

    [Fact]
    public void Begin_AnotherCommit_IsRefused() =>
        Assert.Equal(LedgerFault.WrongEpoch, Assert.IsType<LedgerOutcome.Refused>(RoomState.Begin(Tea.Propose(Alice, new RoomAction.Close()))).Fault);

    [Fact]
    public void Apply_Commit_MovesEpochHeadAndLeavesTheStateBefore()
    {
        var add = Tea.Propose(Alice, new RoomAction.Add([Bob]));
        var after = Tea.Advance(add);
        Assert.Equal((2UL, add.Hash), (after.Epoch, after.Head));
        Assert.Equal(RoomRole.Member, after.Members[Bob]);
        Assert.Equal([Alice], Tea.Members.Keys);
    }

    [Fact]
    public void Apply_InviteThenJoin_UsesTheInvitationUp()
    {
        var invited = Tea.Advance(Alice, new RoomAction.Invite([Bob, Carol]));
        Assert.Equal([Bob, Carol], invited.Invited);
        var joined = invited.Advance(Bob, new RoomAction.Join());
        Assert.Equal(RoomRole.Member, joined.Members[Bob]);
        Assert.Equal([Carol], joined.Invited);
        Assert.NotNull(joined.Advance(Bob, new RoomAction.Leave()).Refusal(Bob, new RoomAction.Join()));
    }

    [Fact]
    public void Apply_AddOfInvited_UsesTheInvitationUp()
    {
        var room = Tea.Advance(Alice, new RoomAction.Invite([Bob])).Advance(Alice, new RoomAction.Add([Bob, Carol]));
        Assert.Equal([Alice, Bob, Carol], room.Members.Keys);
        Assert.Empty(room.Invited);
    }

    [Fact]
    public void Apply_Remove_TakesMembersAndInvitations()
    {
        var room = Busy.Advance(Alice, new RoomAction.Invite([Dave])).Advance(Bob, new RoomAction.Remove([Carol, Dave]));
        Assert.Equal([Alice, Bob], room.Members.Keys);
        Assert.Empty(room.Invited);
    }

    [Fact]
    public void Apply_RoleAndChange_TakeEffect()
    {
        var settings = new RoomSettings("Coffee", "", RoomAccess.Open);
        var room = Busy.Advance(Alice, new RoomAction.SetRole(Carol, RoomRole.Owner)).Advance(Carol, new RoomAction.Change(settings));
        Assert.Equal((RoomRole.Owner, settings), (room.Members[Carol], room.Settings));
    }

    [Fact]
    public void Apply_ClosedRoom_RefusesEverything()
    {
        var closed = Busy.Advance(Alice, new RoomAction.Close());
        Assert.True(closed.IsClosed);
        Assert.Equal(3, closed.Members.Count);
        foreach (var action in new RoomAction[] { new RoomAction.Leave(), new RoomAction.Close(), new RoomAction.Add([Dave]), new RoomAction.Change(RoomsOfTests.Open) })
            Assert.Equal(LedgerFault.NotAllowed, closed.Refuse(closed.Propose(Alice, action)).Fault);
        Assert.NotNull(closed.Refusal(Dave, new RoomAction.Join()));
    }

    [Fact]
    public void Apply_LastMemberLeaves_ClosesTheRoom()
    {
        Assert.True(Tea.Advance(Alice, new RoomAction.Leave()).IsClosed);
        Assert.False(Busy.Advance(Bob, new RoomAction.Leave()).IsClosed);
    }

    [Fact]
    public void Refusal_OnlyOwner_NeitherLeavesNorStepsDownWhileOthersAreThere()
    {
        Assert.NotNull(Busy.Refusal(Alice, new RoomAction.Leave()));
        Assert.NotNull(Busy.Refusal(Alice, new RoomAction.SetRole(Alice, RoomRole.Member)));
        Assert.NotNull(Tea.Refusal(Alice, new RoomAction.SetRole(Alice, RoomRole.Moderator)));
        var two = Busy.Advance(Alice, new RoomAction.SetRole(Bob, RoomRole.Owner));
        Assert.Null(two.Refusal(Alice, new RoomAction.Leave()));
        Assert.Null(two.Refusal(Alice, new RoomAction.SetRole(Alice, RoomRole.Member)));
        Assert.Null(two.Refusal(Alice, new RoomAction.Remove([Bob])));
    }

    public static TheoryData<string, RoomAction> Idle => new()
    {
        { "joins again", new RoomAction.Join() },
        { "adds a member", new RoomAction.Add([Dave, Bob]) },
        { "invites a member", new RoomAction.Invite([Bob]) },
        { "removes a stranger", new RoomAction.Remove([Bob, Dave]) },
        { "removes themselves", new RoomAction.Remove([Alice]) },
        { "gives a stranger a role", new RoomAction.SetRole(Dave, RoomRole.Member) },
        { "gives the role that somebody has", new RoomAction.SetRole(Bob, RoomRole.Moderator) },
        { "changes nothing", new RoomAction.Change(RoomsOfTests.ByInvitation) },
        { "creates it again", new RoomAction.Create(RoomsOfTests.Open, default) },
        { "names nobody", new RoomAction.Add([]) },
        { "gives a bad name", new RoomAction.Change(RoomsOfTests.ByInvitation with { Name = " " }) },
    };

    [Theory]
    [MemberData(nameof(Idle))]
    public void Refusal_OwnerDoesWhatMakesNoSense_IsASentence(string what, RoomAction action)
    {
        Assert.NotEmpty(what);
        Assert.Matches("^[A-Za-z].{10,}[a-z0-9]$", Busy.Refusal(Alice, action));
    }

    [Fact]
    public void Refusal_InvitedTwice_IsRefused() => Assert.NotNull(Tea.Advance(Alice, new RoomAction.Invite([Bob])).Refusal(Alice, new RoomAction.Invite([Carol, Bob])));

    [Fact]
    public void Apply_AnotherRoom_IsWrongRoom()
    {
        var other = RoomsOfTests.Begin(Unsigned.Create(Alice, RoomsOfTests.Open));
        Assert.Equal(LedgerFault.WrongRoom, Tea.Refuse(other.Propose(Alice, new RoomAction.Close())).Fault);
        Assert.Equal(LedgerFault.WrongRoom, Tea.Refuse(Unsigned.Create(Alice, RoomsOfTests.Open)).Fault);
    }

    [Fact]
    public void Apply_OldOrSkippedEpoch_IsWrongEpoch()
    {
        var first = Tea.Propose(Alice, new RoomAction.Add([Bob]));
        var after = Tea.Advance(first);
        var second = after.Propose(Alice, new RoomAction.Add([Carol]));
        Assert.Equal(LedgerFault.WrongEpoch, after.Refuse(first).Fault);
        Assert.Equal(LedgerFault.WrongEpoch, Tea.Refuse(second).Fault);
    }

    [Fact]
    public void Apply_AnotherParent_IsFork()
    {
        var one = Tea.Advance(Alice, new RoomAction.Add([Bob]));
        var other = Tea.Advance(Alice, new RoomAction.Add([Carol]));
        Assert.Equal(LedgerFault.Fork, one.Refuse(other.Propose(Alice, new RoomAction.Add([Dave]))).Fault);
    }

    [Fact]
    public void Apply_DatedBack_IsRefusedBeyondTheToleranceFromTheLatest()
    {
        var add = new RoomAction.Add([Dave]);
        Assert.IsType<LedgerOutcome.Advanced>(Busy.Apply(Busy.Propose(Alice, add, Busy.Time - RoomState.TimeTolerance)));
        Assert.Equal(LedgerFault.WrongTime, Busy.Refuse(Busy.Propose(Alice, add, Busy.Time - RoomState.TimeTolerance - TimeSpan.FromMilliseconds(1))).Fault);

        // Ten minutes at each step would lead back to where an expired certificate was good.
        var back = Busy.Advance(Busy.Propose(Alice, add, Busy.Time.AddMinutes(-9)));
        Assert.Equal(Busy.Time, back.Time);
        Assert.Equal(LedgerFault.WrongTime, back.Refuse(back.Propose(Bob, new RoomAction.Leave(), Busy.Time.AddMinutes(-18))).Fault);
    }

    [Fact]
    public void NextTime_SlowClock_IsTheLatestTime()
    {
        Assert.Equal(Tea.Time, Tea.NextTime(Tea.Time.AddDays(-1)));
        Assert.Equal(Tea.Time.AddDays(1), Tea.NextTime(Tea.Time.AddDays(1)));
    }

    [Fact]
    public void Apply_RoomOfTheGreatestSize_TakesNobodyElse()
    {
        var room = Tea;
        for (var first = 100; room.Members.Count + room.Invited.Count < Limits.RoomMembers; first += Limits.CommitUsers)
        {
            var free = Math.Min(Limits.CommitUsers, Limits.RoomMembers - room.Members.Count - room.Invited.Count);
            var some = Enumerable.Range(first, free).Select(static i => new UserId((UInt128)i)).ToArray();
            room = room.Advance(Alice, room.Invited.IsEmpty ? new RoomAction.Invite(some) : new RoomAction.Add(some));
        }

        Assert.Equal(Limits.CommitUsers, room.Invited.Count);
        Assert.NotNull(room.Refusal(Alice, new RoomAction.Add([Bob])));
        Assert.NotNull(room.Refusal(Alice, new RoomAction.Invite([Bob])));
        Assert.NotNull(room.Advance(Alice, new RoomAction.Change(RoomsOfTests.Open)).Refusal(Bob, new RoomAction.Join()));
        Assert.Null(room.Refusal(room.Invited[0], new RoomAction.Join()));
        Assert.Null(room.Refusal(Alice, new RoomAction.Add([.. room.Invited])));
    }
}
