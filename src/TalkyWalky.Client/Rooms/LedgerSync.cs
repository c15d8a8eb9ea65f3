using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Store;
using TalkyWalky.Ledger;
using TalkyWalky.Pki;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using Commit = TalkyWalky.Ledger.Commit;

namespace TalkyWalky.Client.Rooms;

internal abstract record SyncOutcome
{
    private SyncOutcome() { }

    /// <param name="State">The newest that this device has verified and the server gave.</param>
    public sealed record UpToDate(RoomState State) : SyncOutcome;

    /// <summary>The server does not give this ledger to this person, or gives one that does not hold together.</summary>
    /// <param name="IsBusy">It says that it will later.</param>
    public sealed record Refused(string Why, bool IsBusy = false) : SyncOutcome;

    public sealed record Lost : SyncOutcome;
}

/// <summary>
/// Brings ledgers up to date over one connection. Every commit is verified and must follow from what this device knows; a server that forges, forks, rolls back or
/// withholds one is found out here or, by what other members' devices sign, in the inbox.
/// </summary>
internal sealed class LedgerSync(
    Database database, GatewayLink link, Credentials credentials, KnownIssuing issuing, LogProofs proofs, RoomNews news, ILogger log) : IDisposable
{
    private const int MaxAdvanced = 4096;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Channel<ConversationId> _advanced = Channel.CreateBounded<ConversationId>(MaxAdvanced);

    public void Dispose() => _turn.Dispose();

    /// <summary>Rooms whose ledger has moved on: what waited for that can be looked at again.</summary>
    public ChannelReader<ConversationId> Advanced => _advanced.Reader;

    /// <summary>Fetches what is new of a room.</summary>
    public async Task<SyncOutcome> FetchAsync(ConversationId room)
    {
        await _turn.WaitAsync(link.Ended);
        try
        {
            return await FetchInTurnAsync(room);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Fetches unless this epoch is known here. True when it then is.</summary>
    public async Task<bool> ReachAsync(ConversationId room, ulong epoch)
    {
        if (await database.RunAsync(rows => rows.Rooms.At(room, epoch) is not null, link.Ended)) return true;
        return await FetchAsync(room) is SyncOutcome.UpToDate { State: var state } && state.Epoch >= epoch;
    }

    /// <summary>Stores a commit of this device's own that the server accepted.</summary>
    public async Task<SyncOutcome> AddOwnAsync(RoomState? before, Commit commit, RoomState after)
    {
        await _turn.WaitAsync(link.Ended);
        try
        {
            // A hint may have fetched it already.
            var known = await database.RunAsync(rows => rows.Rooms.At(after.Room, after.Epoch), link.Ended);
            return known?.Head == after.Head ? new SyncOutcome.UpToDate(known)
                : await StoreAsync(before, [new VerifiedStep(commit, after, credentials.Identity)]) ?? new SyncOutcome.UpToDate(after);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Compares what the server says of a room with what is known here, and fetches what is new. False when the server is too busy to give it.</summary>
    public async Task<bool> CompareAsync(ConversationId room, ulong epoch, Digest? head)
    {
        var known = await database.RunAsync(rows => rows.Rooms.State(room), link.Ended);
        if (known is null || known.Epoch < epoch) return await FetchAsync(room) is not SyncOutcome.Refused { IsBusy: true };
        if (known.Epoch > epoch) await news.AlarmAsync(room, known, RoomAlarms.RolledBack);
        else if (head is { } named && known.Head != named) await news.AlarmAsync(room, known, RoomAlarms.OtherHead);
        return true;
    }

    /// <summary>The server's list lacks a room that this person is in.</summary>
    public async Task HiddenAsync(ConversationId room)
    {
        var known = await database.RunAsync(rows => rows.Rooms.State(room), link.Ended);
        if (known is { IsClosed: false }) await news.AlarmAsync(room, known, RoomAlarms.Missing);
    }

    private async Task<SyncOutcome> FetchInTurnAsync(ConversationId room)
    {
        var (state, frozen) = await database.RunAsync(rows => (rows.Rooms.State(room), rows.Rooms.Find(room)?.Frozen), link.Ended);
        // Of two histories neither is followed any further.
        if (frozen is not null) return new SyncOutcome.Refused(frozen);
        while (true)
        {
            var fetch = new FetchLedger { Room = ByteString.CopyFrom(room.ToArray()), After = state?.Epoch ?? 0 };
            var answer = await link.AskAsync(new ClientFrame { FetchLedger = fetch });
            if (answer is null) return new SyncOutcome.Lost();
            if (answer is { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: var refused }) return new SyncOutcome.Refused(Sentences.Of(refused.Text), refused.Code == RefusalCode.Busy);
            if (answer is not { BodyCase: ServerFrame.BodyOneofCase.LedgerPage, LedgerPage: var page }) return new SyncOutcome.Refused("The server gave an answer that makes no sense.");
            if (state is not null && page.Epoch < state.Epoch) return await AlarmAsync(room, state, RoomAlarms.RolledBack);
            var (steps, fault) = await Task.Run(() => Verify(room, state, page.Commits), link.Ended);
            var (proof, proven) = await ProveAsync(steps);
            if (proven < steps.Count) (steps, fault) = (steps[..proven], proof == LogProof.NotProven ? RoomAlarms.Unlogged : null);
            if (steps.Count > 0 || (state is not null && !await IsStoredAsync(room)))
            {
                if (await StoreAsync(state, steps) is { } failed) return failed;
                state = steps.Count > 0 ? steps[^1].State : state;
            }

            if (fault is not null) return await AlarmAsync(room, state, fault);
            if (proof == LogProof.Passing) return new SyncOutcome.Refused("The server does not show now who signed the room's changes; it is asked again later.", IsBusy: true);
            if (state is null) return new SyncOutcome.Refused("There is no such room.");
            if (page.More && steps.Count > 0) continue;
            return state.Epoch >= page.Epoch ? new SyncOutcome.UpToDate(state) : await AlarmAsync(room, state, RoomAlarms.Withheld);
        }
    }

    /// <summary>How many of the steps, from the first on, were signed by identities that the log shows; else why not the next.</summary>
    private async Task<(LogProof Proof, int Proven)> ProveAsync(List<VerifiedStep> steps)
    {
        var known = new HashSet<Digest> { credentials.Identity.CertificateHash };
        for (var i = 0; i < steps.Count; i++)
        {
            var signer = steps[i].Signer;
            if (!known.Add(signer.CertificateHash)) continue;
            if (await proofs.IdentityAsync(signer.User, signer.CertificateHash) is not LogProof.Proven and var proof) return (proof, i);
        }

        return (LogProof.Proven, steps.Count);
    }

    private sealed record VerifiedStep(Commit Commit, RoomState State, VerifiedDevice Signer);

    private Task<bool> IsStoredAsync(ConversationId room) => database.RunAsync(rows => rows.Rooms.Find(room) is not null, link.Ended);

    private (List<VerifiedStep> Steps, RoomAlarm? Fault) Verify(ConversationId room, RoomState? state, IEnumerable<ByteString> tokens)
    {
        var steps = new List<VerifiedStep>();
        foreach (var token in tokens)
        {
            if (Commits.Verify(token.ToByteArray(), credentials.Anchor, issuing.All) is not CommitVerification.Verified { Commit: var commit, Signer: var signer })
                return (steps, RoomAlarms.Forged);
            switch (state is null ? RoomState.Begin(commit) : state.Apply(commit))
            {
                case LedgerOutcome.Advanced { State: var next } when next.Room == room:
                    steps.Add(new VerifiedStep(commit, next, signer));
                    state = next;
                    break;
                case LedgerOutcome.Refused { Fault: LedgerFault.Fork }:
                    return (steps, RoomAlarms.Forked);
                default:
                    return (steps, RoomAlarms.NotAllowed);
            }
        }

        return (steps, null);
    }

    /// <summary>Null when stored.</summary>
    private async Task<SyncOutcome?> StoreAsync(RoomState? before, List<VerifiedStep> steps)
    {
        var self = credentials.Identity.User;
        var row = await database.RunAsync(rows => rows.Rooms.Append(before, [.. steps.Select(static step => (step.Commit, step.State))], self), link.Ended);
        if (row is null) return new SyncOutcome.Refused("The room changed meanwhile; try again.");
        var newest = steps.Count > 0 ? steps[^1].State : before!;
        RoomLog.Advanced(log, newest.Room, newest.Epoch);
        await news.TellAsync(row, before, [.. steps.Select(static step => (step.Commit, step.State, step.Signer.Username))]);
        _advanced.Writer.TryWrite(newest.Room);
        return null;
    }

    private async Task<SyncOutcome> AlarmAsync(ConversationId room, RoomState? state, RoomAlarm alarm)
    {
        RoomLog.Alarmed(log, room, alarm.Kind);
        return new SyncOutcome.Refused(await news.AlarmAsync(room, state, alarm));
    }
}
