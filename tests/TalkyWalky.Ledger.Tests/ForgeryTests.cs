using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Testing;

namespace TalkyWalky.Ledger.Tests;

/// <summary>Nobody makes a commit in somebody else's name.</summary>
public sealed class ForgeryTests
{
    private static readonly TestAuthority Ours = TestAuthority.Shared;
    private static readonly TestDevice Alice = Ours.Enrol("alice");
    private static readonly TestDevice Mallory = Ours.Enrol("mallory");
    private static readonly RoomState Tea = RoomsOfTests.Begin(Alice.Create(RoomsOfTests.Open));
    private static readonly Commit Close = Alice.Propose(Tea, new RoomAction.Close());

    private static ReadOnlyMemory<byte> BodyOfClose => Jws.TryParse(JwsType.Commit, Close.Token.Span)!.Payload;

    [Fact]
    public void Verify_AnotherPersonsKeyAndCertificate_IsNotAuthentic() => Refused(Mallory.SignText(BodyOfClose.Span));

    [Fact]
    public void Verify_AnotherPersonsKeyUnderTheActorsCertificate_IsNotAuthentic() => Refused(Mallory.SignText(BodyOfClose.Span, Alice.Identity));

    [Fact]
    public void Verify_AnotherDeviceOfTheSamePerson_IsNotAuthentic() => Refused(Ours.Enrol("alice", Alice.User).SignText(BodyOfClose.Span));

    [Fact]
    public void Verify_SameDeviceIdOfAnotherPerson_IsNotAuthentic()
    {
        var text = Encoding.UTF8.GetString(BodyOfClose.Span).Replace(Alice.Identity.Device.ToString(), Mallory.Identity.Device.ToString(), StringComparison.Ordinal);
        Refused(Mallory.SignText(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Verify_DeviceOfAnotherRoot_IsNotAuthentic()
    {
        var theirs = new TestAuthority(rootKey: 2);
        var twin = theirs.Enrol("alice", Alice.User);
        var commit = twin.Propose(Tea, new RoomAction.Close());
        Assert.IsType<CommitVerification.Verified>(Commits.Verify(commit.Token, theirs.Anchor, []));
        Refused(commit.Token);
    }

    [Fact]
    public void Verify_EncryptionCertificate_IsNotAuthentic()
    {
        var unwraps = Ours.Enrol("alice", use: DeviceKeyUse.Encryption);
        Refused(unwraps.Propose(Tea, new RoomAction.Close()).Token);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(1, false)]
    public void Verify_TimeAtTheEndOfTheCertificate_IsJudgedAtTheCommitsTime(int seconds, bool good) =>
        Judged(Alice.Identity.NotAfter.AddSeconds(seconds), good);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    public void Verify_TimeAtTheBeginningOfTheCertificate_IsJudgedAtTheCommitsTime(int seconds, bool good) =>
        Judged(Alice.Identity.NotBefore.AddSeconds(seconds), good);

    [Fact]
    public void Verify_SignatureOfAnotherCommit_IsNotAuthentic()
    {
        var other = Encoding.ASCII.GetString(Alice.Propose(Tea, new RoomAction.Leave()).Token.Span);
        var mine = Encoding.ASCII.GetString(Close.Token.Span);
        Refused(Encoding.ASCII.GetBytes(mine[..mine.LastIndexOf('.')] + other[other.LastIndexOf('.')..]));
    }

    [Fact]
    public void Verify_AnyBitChanged_IsRefused() => Prop.ForAll(
        Gen.Choose(0, (Close.Token.Length * 8) - 1).ToArbitrary(),
        static bit =>
        {
            var token = Close.Token.ToArray();
            token[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.IsType<CommitVerification.Refused>(Commits.Verify(token, Ours.Anchor, [Ours.Issuing]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Effort.Count(usual: 300, full: 20_000)));

    [Fact]
    public void Verify_AnyPartCut_IsRefused() => Prop.ForAll(
        Gen.Choose(0, Close.Token.Length - 1).ToArbitrary(),
        static length => Assert.IsType<CommitVerification.Refused>(Commits.Verify(Close.Token[..length], Ours.Anchor, [Ours.Issuing])))
        .Check(Config.QuickThrowOnFailure);

    private static void Judged(DateTimeOffset time, bool good)
    {
        var commit = Alice.Sign(new CommitDraft(Tea.Room, 2, Tea.Head, new RoomAction.Close(), time));
        if (good) Assert.IsType<CommitVerification.Verified>(Commits.Verify(commit.Token, Ours.Anchor, []));
        else Refused(commit.Token);
    }

    private static void Refused(ReadOnlyMemory<byte> token) => Assert.Equal(LedgerFault.NotAuthentic, RoomsOfTests.FaultOf(token));
}
