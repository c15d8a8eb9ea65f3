using TalkyWalky.Engines;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Rooms;

/// <summary>
/// Rooms in memory, so that a message does not cost a replay of its room's ledger. Bounded: what was not used for long is read again. What is stored was
/// verified before, so reading checks the chain but no signature.
/// </summary>
internal sealed class RoomLedgers(IStore store, Digest anchor, TimeProvider time, int maxRooms = 4096)
{
    private const int MaxMembers = 400_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<ConversationId, RoomLedger> _rooms = [];
    private long _uses;

    /// <summary>The room that is there from the first start, before anybody joins.</summary>
    public RoomState General { get; } = RoomState.General(anchor);

    /// <summary>Rooms in memory.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _rooms.Count;
        }
    }

    /// <summary>At most <see cref="GatewayTimes.RosterLife"/> old. Null when there is no such room.</summary>
    public ValueTask<RoomState?> GetAsync(ConversationId room, CancellationToken cancellation)
    {
        var oldest = time.GetUtcNow() - GatewayTimes.RosterLife;
        lock (_gate)
        {
            if (_rooms.TryGetValue(room, out var ledger) && ledger.State is { } state && ledger.ReadAt > oldest)
            {
                ledger.LastUse = ++_uses;
                return ValueTask.FromResult<RoomState?>(state);
            }
        }

        return new ValueTask<RoomState?>(RefreshAsync(room, cancellation));
    }

    /// <summary>With every commit that is stored now.</summary>
    public async Task<RoomState?> RefreshAsync(ConversationId room, CancellationToken cancellation)
    {
        using var turn = await TakeTurnAsync(room, cancellation);
        return await turn.Ledger.CatchUpAsync(cancellation);
    }

    /// <summary>One at a time for each room; others of the same room wait until it is disposed.</summary>
    public async Task<RoomTurn> TakeTurnAsync(ConversationId room, CancellationToken cancellation)
    {
        var ledger = Hold(room);
        try
        {
            await ledger.WaitForTurnAsync(cancellation);
            return new RoomTurn(this, ledger);
        }
        catch
        {
            LetGo(ledger);
            throw;
        }
    }

    public void LetGo(RoomLedger ledger)
    {
        lock (_gate)
        {
            if (--ledger.Holders == 0 && ledger.State is null) Remove(ledger); // an id that names no room takes no memory
        }
    }

    private RoomLedger Hold(ConversationId room)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(room, out var ledger))
            {
                if (_rooms.Count >= maxRooms || _rooms.Values.Sum(static known => known.State?.Members.Count ?? 0) > MaxMembers) EvictHalf();
                _rooms.Add(room, ledger = new RoomLedger(room, room == General.Room ? General : null, store, time));
            }

            ledger.Holders++;
            ledger.LastUse = ++_uses;
            return ledger;
        }
    }

    private void EvictHalf()
    {
        foreach (var ledger in _rooms.Values.OrderBy(static ledger => ledger.LastUse).Take(Math.Max(1, _rooms.Count / 2)).ToList())
        {
            if (ledger.Holders == 0) Remove(ledger);
        }
    }

    private void Remove(RoomLedger ledger)
    {
        _rooms.Remove(ledger.Room);
        ledger.Dispose();
    }
}

/// <summary>The right to read on and append in one room until it is disposed.</summary>
internal sealed class RoomTurn(RoomLedgers owner, RoomLedger ledger) : IDisposable
{
    public RoomLedger Ledger { get; } = ledger;

    public void Dispose()
    {
        Ledger.EndTurn();
        owner.LetGo(Ledger);
    }
}
