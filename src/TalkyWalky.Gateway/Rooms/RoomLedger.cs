using TalkyWalky.Engines;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Rooms;

/// <summary>One room: its newest state, and the turn of whoever reads on or appends.</summary>
/// <param name="origin">Where the ledger begins without a commit; null for every room but General.</param>
internal sealed class RoomLedger(ConversationId room, RoomState? origin, IStore store, TimeProvider time) : IDisposable
{
    /// <summary>Read from the store at once.</summary>
    private const int PageBytes = 4 * 1024 * 1024;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Known _known = new(origin, DateTimeOffset.MinValue);

    public ConversationId Room { get; } = room;

    /// <summary>As last read or appended; null when no such room was found.</summary>
    public RoomState? State => _known.State;

    /// <summary>When the store was last asked.</summary>
    public DateTimeOffset ReadAt => _known.At;

    /// <summary>Guarded by <see cref="RoomLedgers"/>.</summary>
    public int Holders { get; set; }

    /// <summary>Guarded by <see cref="RoomLedgers"/>.</summary>
    public long LastUse { get; set; }

    public Task WaitForTurnAsync(CancellationToken cancellation) => _turn.WaitAsync(cancellation);

    public void EndTurn() => _turn.Release();

    /// <summary>Reads on from the newest commit known here. In one's turn only.</summary>
    public async Task<RoomState?> CatchUpAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var state = State;
        while (await store.CommitsAsync(Room, state?.Epoch ?? 0, PageBytes, cancellation) is { Count: > 0 } tokens)
        {
            foreach (var token in tokens) state = After(state, token);
        }

        _known = new Known(state, now);
        return state;
    }

    /// <summary>The commit that leads to this state is stored. In one's turn only.</summary>
    public void Advance(RoomState state) => _known = new Known(state, time.GetUtcNow());

    /// <summary>Whether the last commit was stored is not known: the next one to ask reads anew. In one's turn only.</summary>
    public void Doubt() => _known = new Known(State, DateTimeOffset.MinValue);

    public void Dispose() => _turn.Dispose();

    private RoomState After(RoomState? before, byte[] token)
    {
        if (Commits.Read(token) is { } commit && (before?.Apply(commit) ?? RoomState.Begin(commit)) is LedgerOutcome.Advanced advanced) return advanced.State;
        throw new EngineException($"the stored ledger of room {Room} is damaged after epoch {before?.Epoch ?? 0}; restore the database from a backup");
    }

    private sealed record Known(RoomState? State, DateTimeOffset At);
}
