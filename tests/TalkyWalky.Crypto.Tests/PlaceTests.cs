using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

/// <summary>Grants for rooms and for the conversation between a person's own devices.</summary>
public sealed class PlaceTests
{
    private static readonly UserId AliceId = UserId.New();
    private static readonly TestDevice Alice = TestAuthority.Shared.Enrol(AliceId, "alice");
    private static readonly TestDevice Laptop = TestAuthority.Shared.Enrol(AliceId, "alice");
    private static readonly TestDevice Bob = TestAuthority.Shared.Enrol(UserId.New(), "bob");
    private static readonly TestDevice Carol = TestAuthority.Shared.Enrol(UserId.New(), "carol");
    private static readonly GrantPlace.Room Room = new(new ConversationId(Digest.Sha256("room"u8)), 7, Digest.Sha256("seventh commit"u8));
    private static readonly GrantPlace.Direct OwnDevices = new(TestAuthority.Shared.Anchor.Hash, AliceId, AliceId);

    [Fact]
    public void Open_RoomGrant_GivesEveryRecipientRoomEpochAndHead()
    {
        var grant = Grants.Start(Alice.OrderIn(Room, Bob, Carol, Laptop), TestAuthority.Now);
        Assert.Equal((Room.Conversation, 7ul, Room.Head), (grant.Session.Conversation, grant.Session.Epoch, grant.Session.LedgerHead));
        var message = grant.Session.Seal(MessageId.New(), new MessageBody.Text("all"), TestAuthority.Now);
        foreach (var device in (TestDevice[])[Bob, Carol, Laptop])
        {
            var opened = Assert.IsType<GrantOutcome.Opened>(device.Open(grant));
            Assert.Equal(Room, opened.Place);
            Assert.Equal((Room.Conversation, 7ul, Room.Head), (opened.Session.Conversation, opened.Session.Epoch, opened.Session.LedgerHead));
            using var loaded = ReceivingSession.Load(opened.Session.Save());
            Assert.Equal((7ul, Room.Head), (loaded.Epoch, loaded.LedgerHead));
            Assert.Equal("all", Sessions.TextOf(loaded.Open(message.Jwe)));
        }

        using var sender = SendingSession.Load(message.Next.Save());
        Assert.Equal((7ul, Room.Head), (sender.Epoch, sender.LedgerHead));
    }

    [Fact]
    public void Open_RoomGrantForAnotherEpochOrHead_IsAnotherSession()
    {
        // The session id commits to both: a grant cannot be moved on to a later membership.
        foreach (var moved in (Func<GrantBody, GrantBody>[])[static body => body with { Epoch = 8 }, static body => body with { Head = Digest.Sha256("eighth commit"u8) }])
        {
            var forged = Forge.Grant(Alice, Bob.User, [Bob], [Bob], body => moved(InRoom(body)));
            Assert.Equal(RejectReason.NotAuthentic, Assert.IsType<GrantOutcome.Rejected>(Bob.Open(forged)).Reason);
        }

        Assert.IsType<GrantOutcome.Opened>(Bob.Open(Forge.Grant(Alice, Bob.User, [Bob], [Bob], InRoom)));

        static GrantBody InRoom(GrantBody body) => body with
        {
            Conversation = Room.Conversation,
            Epoch = Room.Epoch,
            Head = Room.Head,
            Members = null,
            Session = KeySchedule.IdOf(body.Seed, new SessionContext(Room.Conversation, Room.Epoch, Room.Head, Alice.Identity.CertificateHash)),
        };
    }

    [Fact]
    public void Open_GrantBetweenOwnDevices_OpensThereOnly()
    {
        var grant = Grants.Start(Alice.OrderIn(OwnDevices, Laptop), TestAuthority.Now);
        var opened = Assert.IsType<GrantOutcome.Opened>(Laptop.Open(grant));
        Assert.Equal(OwnDevices, opened.Place);
        Assert.Equal(AliceId, OwnDevices.PeerOf(AliceId));
        Assert.Equal((ConversationId.Direct(TestAuthority.Shared.Anchor.Hash, AliceId, AliceId), 0ul, null), (opened.Session.Conversation, opened.Session.Epoch, opened.Session.LedgerHead));

        var forged = Forge.Grant(Alice, AliceId, [Bob], signedFor: [Bob]);
        Assert.Equal(RejectReason.NotAMember, Assert.IsType<GrantOutcome.Rejected>(Bob.Open(forged)).Reason);
        forged = Forge.Grant(Bob, AliceId, [Laptop], signedFor: [Laptop], one: AliceId);
        Assert.Equal(RejectReason.NotAMember, Assert.IsType<GrantOutcome.Rejected>(Laptop.Open(forged)).Reason);
    }

    [Fact]
    public void Start_OwnDevicesWithAForeignRecipient_Throws() =>
        Assert.Throws<ArgumentException>(() => Grants.Start(Alice.OrderIn(OwnDevices, Laptop, Bob), TestAuthority.Now));

    [Fact]
    public void Room_EpochOutOfRange_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new GrantPlace.Room(Room.Conversation, 0, default));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new GrantPlace.Room(Room.Conversation, 1UL << 53, default));
    }
}
