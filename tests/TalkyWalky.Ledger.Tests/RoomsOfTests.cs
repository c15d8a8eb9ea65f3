using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>Short words for what most tests do to rooms.</summary>
internal static class RoomsOfTests
{
    public static readonly RoomSettings Open = new("Tea", "kettles and cups", RoomAccess.Open);
    public static readonly RoomSettings ByInvitation = Open with { Access = RoomAccess.Invitation };

    public static Digest Nonce() => Digest.Sha256(RandomNumberGenerator.GetBytes(32));

    public static RoomState Begin(Commit create) => Assert.IsType<LedgerOutcome.Advanced>(RoomState.Begin(create)).State;

    public static RoomState Advance(this RoomState room, Commit commit) => Assert.IsType<LedgerOutcome.Advanced>(room.Apply(commit)).State;

    public static RoomState Advance(this RoomState room, TestDevice actor, RoomAction action) => room.Advance(actor.Propose(room, action));

    public static LedgerOutcome.Refused Refuse(this RoomState room, Commit commit) => Assert.IsType<LedgerOutcome.Refused>(room.Apply(commit));

    public static Commit Verified(Commit commit) =>
        Assert.IsType<CommitVerification.Verified>(Commits.Verify(commit.Token, TestAuthority.Shared.Anchor, [])).Commit;

    public static LedgerFault FaultOf(ReadOnlyMemory<byte> token) =>
        Assert.IsType<CommitVerification.Refused>(Commits.Verify(token, TestAuthority.Shared.Anchor, [])).Fault;
}
