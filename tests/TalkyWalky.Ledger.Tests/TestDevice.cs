using System.Security.Cryptography;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>A device that can sign, honestly or not.</summary>
internal sealed record TestDevice(TestAuthority Authority, RSA Key, VerifiedDevice Identity)
{
    public UserId User => Identity.User;

    public Commit Create(RoomSettings settings) =>
        Sign(new CommitDraft(default, 1, default, new RoomAction.Create(settings, RoomsOfTests.Nonce()), TestAuthority.Now));

    /// <summary>What an honest device signs on top of this state.</summary>
    public Commit Propose(RoomState on, RoomAction action) =>
        Sign(new CommitDraft(on.Room, on.Epoch + 1, on.Head, action, on.NextTime(TestAuthority.Now)));

    public Commit Sign(CommitDraft draft) => Commits.Sign(draft, Identity, Key, [Authority.Issuing]);

    /// <summary>A well-signed token over any text.</summary>
    public byte[] SignText(ReadOnlySpan<byte> body, VerifiedDevice? identity = null) =>
        Jws.Sign(JwsType.Commit, Key, body, [(identity ?? Identity).Der, Authority.Issuing]);
}
