using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

public sealed class CommitTests
{
    private static readonly TestDevice Alice = TestAuthority.Shared.Enrol("alice");
    private static readonly TestDevice Bob = TestAuthority.Shared.Enrol("bob");
    private static readonly UserId[] People = [.. Enumerable.Range(1, 3).Select(static i => new UserId((UInt128)i))];
    private static readonly RoomState Tea = RoomsOfTests.Begin(Alice.Create(RoomsOfTests.Open));

    public static TheoryData<string> Kinds => new(Actions.Keys);

    private static Dictionary<string, RoomAction> Actions { get; } = new(StringComparer.Ordinal)
    {
        ["join"] = new RoomAction.Join(),
        ["invite"] = new RoomAction.Invite(People),
        ["add"] = new RoomAction.Add(People),
        ["remove"] = new RoomAction.Remove([People[1]]),
        ["leave"] = new RoomAction.Leave(),
        ["member"] = new RoomAction.SetRole(People[0], RoomRole.Member),
        ["moderator"] = new RoomAction.SetRole(People[0], RoomRole.Moderator),
        ["owner"] = new RoomAction.SetRole(People[0], RoomRole.Owner),
        ["change"] = new RoomAction.Change(new RoomSettings("Café \"8\" 漢字 👩🏽", "", RoomAccess.Invitation)),
        ["close"] = new RoomAction.Close(),
    };

    [Fact]
    public void Verify_Create_GivesWhatWasSigned()
    {
        var create = Alice.Create(RoomsOfTests.Open);
        var verified = Assert.IsType<CommitVerification.Verified>(Commits.Verify(create.Token, TestAuthority.Shared.Anchor, []));
        Assert.Equal(Alice.Identity.CertificateHash, verified.Signer.CertificateHash);
        var read = verified.Commit;
        Assert.Equal(
            (1UL, default(Digest), Alice.User, Alice.Identity.Device, TestAuthority.Now, create.Hash),
            (read.Epoch, read.Previous, read.Actor, read.Device, read.Time, read.Hash));
        Assert.Equal(create.Action, read.Action);
        Assert.Equal(new ConversationId(read.Hash), read.Room);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Verify_EachAction_GivesWhatWasSigned(string kind)
    {
        var commit = Alice.Propose(Tea, Actions[kind]);
        var read = RoomsOfTests.Verified(commit);
        Assert.Equal((Tea.Room, 2UL, Tea.Head, commit.Hash), (read.Room, read.Epoch, read.Previous, read.Hash));
        Assert.Equivalent(Actions[kind], read.Action, strict: true);
        Assert.Equal(commit.Hash, Commits.Read(commit.Token)!.Hash);
    }

    [Fact]
    public void Verify_IssuingCertificateNotInTheToken_IsFoundAmongTheCandidates()
    {
        var draft = new CommitDraft(Tea.Room, 2, Tea.Head, new RoomAction.Join(), TestAuthority.Now);
        var token = Commits.Sign(draft, Bob.Identity, Bob.Key, []).Token;
        Assert.Equal(LedgerFault.NotAuthentic, RoomsOfTests.FaultOf(token));
        Assert.IsType<CommitVerification.Verified>(Commits.Verify(token, TestAuthority.Shared.Anchor, [TestAuthority.Shared.Issuing]));
    }

    [Fact]
    public void Sign_PeopleInAnyOrderAndTwice_AreWrittenInOrderAndOnce()
    {
        var commit = Alice.Propose(Tea, new RoomAction.Add([People[2], People[0], People[1], People[0]]));
        Assert.Equal(People, Assert.IsType<RoomAction.Add>(commit.Action).Users);
        Assert.Equal(People, Assert.IsType<RoomAction.Add>(RoomsOfTests.Verified(commit).Action).Users);
    }

    [Fact]
    public void Sign_SameDraftTwice_GivesTwoCommits() =>
        Assert.NotEqual(Alice.Propose(Tea, new RoomAction.Close()).Hash, Alice.Propose(Tea, new RoomAction.Close()).Hash);

    [Fact]
    public void Sign_LargestAction_FitsIntoAToken()
    {
        var many = Enumerable.Range(0, Limits.CommitUsers).Select(static _ => UserId.New()).ToArray();
        Assert.Equal(many.Order(), Assert.IsType<RoomAction.Remove>(RoomsOfTests.Verified(Alice.Propose(Tea, new RoomAction.Remove(many))).Action).Users);
    }

    public static TheoryData<string, ulong, RoomAction> OutOfBounds => new()
    {
        { "a create is epoch 1", 2, new RoomAction.Create(RoomsOfTests.Open, default) },
        { "epoch 1 is a create", 1, new RoomAction.Join() },
        { "epoch 0 is a direct conversation", 0, new RoomAction.Join() },
        { "epochs are exact in JSON", 1UL << 53, new RoomAction.Join() },
        { "nobody", 2, new RoomAction.Add([]) },
        { "too many", 2, new RoomAction.Add([.. Enumerable.Range(0, Limits.CommitUsers + 1).Select(static i => new UserId((UInt128)i))]) },
        { "no such role", 2, new RoomAction.SetRole(People[0], (RoomRole)3) },
        { "no such access", 2, new RoomAction.Change(RoomsOfTests.Open with { Access = (RoomAccess)2 }) },
        { "no name", 2, new RoomAction.Change(RoomsOfTests.Open with { Name = "" }) },
    };

    [Theory]
    [MemberData(nameof(OutOfBounds))]
    public void Sign_DraftOutOfBounds_Throws(string why, ulong epoch, RoomAction action)
    {
        Assert.NotEmpty(why);
        Assert.Throws<ArgumentException>(() => Alice.Sign(new CommitDraft(Tea.Room, epoch, Tea.Head, action, TestAuthority.Now)));
    }

    [Fact]
    public void Sign_TimeBefore1970_Throws() =>
        Assert.Throws<ArgumentException>(() => Alice.Sign(new CommitDraft(Tea.Room, 2, Tea.Head, new RoomAction.Join(), DateTimeOffset.UnixEpoch.AddMilliseconds(-1))));

    [Fact]
    public void Read_AnythingElse_IsNull()
    {
        Assert.Null(Commits.Read(default));
        Assert.Null(Commits.Read("a.b.c"u8.ToArray()));
        var profile = new ProfileRecord(Alice.User, "Alice", 1, TestAuthority.Now).Sign(Alice.Identity, Alice.Key, [TestAuthority.Shared.Issuing]);
        Assert.Null(Commits.Read(profile));
        Assert.Equal(LedgerFault.Malformed, RoomsOfTests.FaultOf(profile));
    }

    [Fact]
    public void Read_TokenOfAnyLength_IsBounded() => Assert.Equal(LedgerFault.Malformed, RoomsOfTests.FaultOf(Encoding.ASCII.GetBytes(new string('A', Jws.MaxPs256 + 1))));
}
