using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

public sealed class CommitTests
{
    private static readonly TestDevice Alice = TestAuthority.Shared.Enrol("alice");
    private static readonly TestDevice Bob = TestAuthority.Shared.Enrol("bob");
    private static readonly Commit Create = Alice.Create(RoomsOfTests.Open);

    [Fact]
    public void Verify_SignedCommit_GivesWhatWasSigned()
    {
        var verified = Assert.IsType<CommitVerification.Verified>(Commits.Verify(Create.Token, TestAuthority.Shared.Anchor, []));
        Assert.Equal(Alice.Identity.CertificateHash, verified.Signer.CertificateHash);
        var read = verified.Commit;
        Assert.Equal((Create.Room, 1UL, default(Digest), Alice.User, Alice.Identity.Device, Create.Time, Create.Hash), (read.Room, read.Epoch, read.Previous, read.Actor, read.Device, read.Time, read.Hash));
        Assert.Equal(Create.Action, read.Action);
        Assert.Equal(new ConversationId(Create.Hash), read.Room);
    }
}
