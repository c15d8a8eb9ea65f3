using Google.Protobuf;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Cluster;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using Commit = TalkyWalky.Ledger.Commit;
using CommitFrame = TalkyWalky.Wire.Frames.Commit;

namespace TalkyWalky.Gateway.Rooms;

/// <summary>
/// Appends commits to the ledgers of rooms (docs/protocol.md section 4): one for each epoch, only what the room's rules allow. Clients check all of it again;
/// the order is the one thing that they take from here.
/// </summary>
internal sealed class CommitDesk(
    GatewayOptions options, RoomLedgers ledgers, IDirectory directory, IStore store, LocalNews news, GatewayVoice voice, TimeProvider time, ILogger log,
    CancellationToken abandon)
{
    /// <summary>Rooms that one person may have made and not closed.</summary>
    private const int MaxRoomsMade = 200;

    public async Task<ServerFrame> CommitAsync(Session session, CommitFrame request, CancellationToken cancellation)
    {
        if (Read(session, request, out var refusal) is not { } commit) return refusal.ToFrame(request.Request);
        RoomState after;
        using (var turn = await ledgers.TakeTurnAsync(commit.Room, cancellation))
        {
            var before = await turn.Ledger.CatchUpAsync(cancellation);
            if (before is not null && await IsStoredAsync(before, commit, cancellation)) return Accepted(request);
            refusal = Judge(before, commit, out after!);
            if (!refusal.IsSet) refusal = await JudgePeopleAsync(commit, cancellation);
            if (!refusal.IsSet) refusal = await AppendAsync(turn.Ledger, session, commit, after);
            if (refusal.IsSet) return refusal.ToFrame(request.Request);
        }

        Tell(session, commit, after);
        return Accepted(request);
    }

    private Commit? Read(Session session, CommitFrame request, out Refusal refusal)
    {
        refusal = default;
        var verification = Commits.Verify(request.Token.Memory, options.Anchor, options.IssuingCertificates());
        if (verification is not CommitVerification.Verified { Commit: var commit })
        {
            var (fault, reason) = verification is CommitVerification.Refused refused ? (refused.Fault, refused.Reason) : (LedgerFault.Malformed, "it was not verified");
            refusal = fault == LedgerFault.NotAuthentic ? Refusal.NotAllowed(reason) : Refusal.Malformed(reason);
            return null;
        }

        if (commit.Actor != session.User || commit.Device != session.Device) refusal = Refusal.NotAllowed("a device sends its own commits only");
        var isNamed = commit.Action is RoomAction.Create ? request.Room.IsEmpty : request.Room.Span.SequenceEqual(commit.Room.ToArray());
        if (!isNamed) refusal = Refusal.Malformed("the commit is for another room than the request; a create names none");
        return refusal.IsSet ? null : commit;
    }

    // The answer to a commit may be lost, and the room may have moved on before it is sent again.
    private async Task<bool> IsStoredAsync(RoomState state, Commit commit, CancellationToken cancellation)
    {
        if (commit.Epoch >= state.Epoch) return commit.Hash == state.Head;
        return await store.CommitsAsync(commit.Room, commit.Epoch - 1, maxBytes: 1, cancellation) is [var stored, ..] && Commits.HashOf(stored) == commit.Hash;
    }

    private Refusal Judge(RoomState? before, Commit commit, out RoomState? after)
    {
        after = null;
        if ((commit.Time - time.GetUtcNow()).Duration() > GatewayTimes.ClockSkew)
            return Refusal.NotAllowed("the clocks of this device and the server differ by more than 10 minutes; set the wrong one right");
        if (before is null && commit.Action is not RoomAction.Create) return Refusal.NoRoom;
        switch (before?.Apply(commit) ?? RoomState.Begin(commit))
        {
            case LedgerOutcome.Advanced advanced:
                after = advanced.State;
                return default;
            case LedgerOutcome.Refused { Fault: LedgerFault.WrongEpoch or LedgerFault.Fork }:
                return Refusal.EpochChanged;
            case LedgerOutcome.Refused { Fault: LedgerFault.NotAllowed or LedgerFault.WrongTime, Reason: var reason }:
                return Refusal.NotAllowed(reason);
            case LedgerOutcome.Refused refused:
                return Refusal.Malformed(refused.Reason);
            default:
                throw new InvalidOperationException("a commit is applied or refused");
        }
    }

    private async Task<Refusal> JudgePeopleAsync(Commit commit, CancellationToken cancellation)
    {
        if (commit.Action is RoomAction.Create)
        {
            return await store.CountRoomsAsync(commit.Actor, cancellation) < MaxRoomsMade
                ? default
                : Refusal.NotAllowed($"you have made {MaxRoomsMade} rooms that are still open; close one of them first");
        }

        if (commit.Action is not (RoomAction.Add or RoomAction.Invite)) return default;
        var users = NamedBy(commit);
        var known = await directory.FindAsync(users, cancellation);
        return known.Count == users.Count && known.All(static account => account.Enabled)
            ? default
            : Refusal.NotAllowed("one of these people has no account here, or a disabled one; look them up again");
    }

    private async Task<Refusal> AppendAsync(RoomLedger ledger, Session session, Commit commit, RoomState after)
    {
        var named = NamedBy(commit);
        var entered = named.Where(user => after.Members.ContainsKey(user) || after.Invited.Contains(user)).ToList();
        var record = new RoomRecord(
            after.Room, after.Epoch, after.Head, after.Settings.Name, after.Settings.Topic, after.Settings.Access == RoomAccess.Open, after.IsClosed,
            after.Members.Count, commit.Action is RoomAction.Create ? commit.Actor : null);
        ledger.Doubt();
        try
        {
            // Not given up when this session ends: the others are to be told.
            var append = new RoomCommit(record, commit.Token.ToArray(), entered, [.. named.Except(entered)]);
            if (!await store.AppendCommitAsync(append, abandon)) return Refusal.EpochChanged;
        }
        catch (EngineException failed)
        {
            log.RequestFailed(failed, session.Device);
            return Refusal.OutcomeUnknown;
        }

        ledger.Advance(after);
        return default;
    }

    // Its own session knows by the answer.
    private void Tell(Session session, Commit commit, RoomState after)
    {
        List<UserId> named = [.. NamedBy(commit), session.User];
        news.RoomAdvanced(Hint.RoomChanged(after.Room, after.Epoch, after.Head), after.Members.Keys.Concat(named), session);
        var advanced = new RoomAdvanced { Room = GatewayVoice.Wrap(after.Room.ToArray()), Epoch = after.Epoch, Head = GatewayVoice.Wrap(after.Head.ToArray()) };
        advanced.Named.AddRange(named.Select(GatewayVoice.Bytes));
        voice.Say(new GatewayNews { RoomAdvanced = advanced });
    }

    /// <summary>Whose place in the room the commit may change.</summary>
    private static IReadOnlyList<UserId> NamedBy(Commit commit) => commit.Action switch
    {
        RoomAction.Create or RoomAction.Join or RoomAction.Leave => [commit.Actor],
        RoomAction.Invite invite => invite.Users,
        RoomAction.Add add => add.Users,
        RoomAction.Remove remove => remove.Users,
        _ => [],
    };

    private ServerFrame Accepted(CommitFrame request) =>
        new() { Accepted = new Accepted { Request = request.Request, AcceptedAt = time.GetUtcNow().ToUnixTimeMilliseconds() } };
}
