using System.Text;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

public sealed class ForkEvidenceTests
{
    private static readonly TestAuthority Ours = TestAuthority.Shared;
    private static readonly TestDevice Alice = Ours.Enrol("alice");
    private static readonly TestDevice Bob = Ours.Enrol("bob");
    private static readonly RoomState Tea = RoomsOfTests.Begin(Alice.Create(RoomsOfTests.Open));
    private static readonly Commit One = Alice.Propose(Tea, new RoomAction.Close());
    private static readonly Commit Other = Bob.Propose(Tea, new RoomAction.Join());

    [Fact]
    public void Of_TwoCommitsOnOneParent_IsTheSameFileEitherWayAndVerifies()
    {
        var file = ForkEvidence.Of(One, Other)!.Encode();
        Assert.Equal(file, ForkEvidence.Of(Other, One)!.Encode());
        Assert.InRange(file.Length, 1, ForkEvidence.MaxSize);
        var read = ForkEvidence.TryVerify(file, Ours.Anchor, [])!;
        Assert.Equal(new[] { One.Hash, Other.Hash }.Order(), [read.First.Hash, read.Second.Hash]);
    }

    [Fact]
    public void Of_CommitsThatDoNotPart_IsNull()
    {
        Assert.Null(ForkEvidence.Of(One, One));
        Assert.Null(ForkEvidence.Of(Alice.Create(RoomsOfTests.Open), Alice.Create(RoomsOfTests.Open)));
        Assert.Null(ForkEvidence.Of(One, Alice.Propose(Tea.Advance(Other), new RoomAction.Close())));
        Assert.Null(ForkEvidence.Of(One, Alice.Propose(RoomsOfTests.Begin(Alice.Create(RoomsOfTests.Open)), new RoomAction.Close())));
    }

    [Fact]
    public void TryVerify_AnotherFile_IsNull()
    {
        var text = Encoding.ASCII.GetString(ForkEvidence.Of(One, Other)!.Encode());
        Assert.Null(Verify(""));
        Assert.Null(Verify(text + "\n"));
        Assert.Null(Verify(text.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal)));
        Assert.Null(Verify(text.Replace(Token(One), Token(Other), StringComparison.Ordinal)));
        Assert.Null(Verify(text.Replace(Token(One), "x", StringComparison.Ordinal).Replace(Token(Other), Token(One), StringComparison.Ordinal).Replace("\"x\"", $"\"{Token(Other)}\"", StringComparison.Ordinal)));
        Assert.Null(ForkEvidence.TryVerify(Encoding.ASCII.GetBytes(text), new TestAuthority(rootKey: 2).Anchor, []));
        Assert.Null(ForkEvidence.TryVerify(new byte[ForkEvidence.MaxSize + 1], Ours.Anchor, []));
    }

    private static ForkEvidence? Verify(string text) => ForkEvidence.TryVerify(Encoding.ASCII.GetBytes(text), Ours.Anchor, []);

    private static string Token(Commit commit) => Encoding.ASCII.GetString(commit.Token.Span);
}
