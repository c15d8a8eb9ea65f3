using System.Security.Cryptography;
using TalkyWalky.Engines;
using TalkyWalky.Ledger;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Load.Peers.Ours;

/// <summary>A room whose first member made it and added the others, with the commits that a client would send.</summary>
internal sealed record Room(RoomState State, IReadOnlyList<Member> Members)
{
    public static async Task<Room> MakeAsync(Organisation organisation, IReadOnlyList<Member> members, IStore store, CancellationToken cancellation)
    {
        var (owner, now) = (members[0], TimeProvider.System.GetUtcNow());
        var identity = organisation.Verify(owner.Identity, DeviceKeyUse.Identity);
        var create = new RoomAction.Create(new RoomSettings("Bench", "", RoomAccess.Invitation), Digest.Sha256(RandomNumberGenerator.GetBytes(32)));
        var first = Sign(new CommitDraft(default, 1, default, create, now));
        var state = Advanced(RoomState.Begin(first));
        await StoreAsync(first, [owner.User]);
        foreach (var some in members.Skip(1).Select(static member => member.User).Chunk(Limits.CommitUsers))
        {
            var add = Sign(new CommitDraft(state.Room, state.Epoch + 1, state.Head, new RoomAction.Add(some), now));
            state = Advanced(state.Apply(add));
            await StoreAsync(add, some);
        }

        return new Room(state, members);

        Commit Sign(CommitDraft draft) => Commits.Sign(draft, identity, owner.Key, [organisation.Issuing]);

        async Task StoreAsync(Commit commit, UserId[] entered)
        {
            var record = new RoomRecord(
                state.Room, state.Epoch, state.Head, state.Settings.Name, state.Settings.Topic, IsOpen: false, IsClosed: false, state.Members.Count, state.Epoch == 1 ? owner.User : null);
            if (!await store.AppendCommitAsync(new RoomCommit(record, commit.Token.ToArray(), entered, []), cancellation)) throw new InvalidOperationException("the room was not made");
        }
    }

    private static RoomState Advanced(LedgerOutcome outcome) => outcome is LedgerOutcome.Advanced advanced
        ? advanced.State
        : throw new InvalidOperationException($"the ledger refuses a commit: {outcome}");
}
