using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

public sealed class GeneralTests
{
    private static readonly UserId Alice = new(1), Bob = new(2);
    private static readonly RoomState General = RoomState.General(Digest.Sha256("anchor"u8));
    private static readonly RoomState Owned = General.Advance(Alice, new RoomAction.Join());

    [Fact]
    public void General_OfAnAnchor_IsTheSameOnEveryDevice()
    {
        using var hash = new FieldHash("general/v1");
        var id = hash.Add(Digest.Sha256("anchor"u8)).Finish();
        Assert.Equal((new ConversationId(id), 1UL, id, true), (General.Room, General.Epoch, General.Head, General.IsGeneral));
        Assert.Equal(new RoomSettings("General", "", RoomAccess.Open), General.Settings);
        Assert.Empty(General.Members);
        Assert.NotEqual(General.Room, RoomState.General(Digest.Sha256("another"u8)).Room);
    }

    [Fact]
    public void Apply_FirstToJoin_OwnsIt()
    {
        Assert.Equal(RoomRole.Owner, Owned.Members[Alice]);
        Assert.Equal(RoomRole.Member, Owned.Advance(Bob, new RoomAction.Join()).Members[Bob]);
    }

    [Fact]
    public void Apply_LastLeaves_TheNextToJoinOwnsIt()
    {
        var empty = Owned.Advance(Alice, new RoomAction.Leave());
        Assert.False(empty.IsClosed);
        Assert.Empty(empty.Members);
        Assert.Equal(RoomRole.Owner, empty.Advance(Bob, new RoomAction.Join()).Members[Bob]);
    }

    [Fact]
    public void Refusal_Owner_NeitherClosesItNorMakesItSecret()
    {
        Assert.NotNull(Owned.Refusal(Alice, new RoomAction.Close()));
        Assert.NotNull(Owned.Refusal(Alice, new RoomAction.Change(General.Settings with { Access = RoomAccess.Invitation })));
        Assert.Null(Owned.Refusal(Alice, new RoomAction.Change(General.Settings with { Topic = "Everybody" })));
    }

    [Fact]
    public void Refusal_NobodyInIt_OnlyJoinIsPossible()
    {
        Assert.Null(General.Refusal(Alice, new RoomAction.Join()));
        Assert.NotNull(General.Refusal(Alice, new RoomAction.Invite([Bob])));
        Assert.NotNull(General.Refusal(Alice, new RoomAction.Change(RoomsOfTests.Open)));
    }

    [Fact]
    public void Apply_Create_IsNoCommitOfIt() => Assert.Equal(LedgerFault.WrongRoom, General.Refuse(Unsigned.Create(Alice, General.Settings)).Fault);
}
