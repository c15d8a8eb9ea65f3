using TalkyWalky.Engines;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>The devices of all members of a room whose accounts are enabled, as authorisation needs them. Those that are not listed are left out.</summary>
internal sealed record RoomRoster(Dictionary<DeviceId, RosterDevice> Devices);

/// <summary>
/// Device maps of rooms in memory, so that a message to a thousand people does not cost a thousand look-ups. Bounded; a map lives for
/// <see cref="GatewayTimes.RosterLife"/>, less after a commit or when <see cref="Invalidate"/> names a member.
/// </summary>
internal sealed class RoomRosters(IDirectory directory, IStore store, TimeProvider time, CancellationToken abandon)
{
    private const int MaxMembers = 200_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<ConversationId, Entry> _rooms = [];

    /// <param name="age">The map may be so old at most.</param>
    public async ValueTask<RoomRoster> GetAsync(RoomState room, TimeSpan age, CancellationToken cancellation)
    {
        var entry = EntryOf(room, time.GetUtcNow(), age);
        try
        {
            // Shared by all who wait for it: one that goes away does not take it along.
            return await entry.Roster.Value.WaitAsync(cancellation);
        }
        catch when (entry.Roster.Value is { IsCompleted: true, IsCompletedSuccessfully: false })
        {
            Remove(entry);
            throw;
        }
    }

    public void Invalidate(UserId user)
    {
        lock (_gate)
        {
            foreach (var entry in _rooms.Values.Where(entry => entry.Room.Members.ContainsKey(user)).ToList()) _rooms.Remove(entry.Room.Room);
        }
    }

    private Entry EntryOf(RoomState room, DateTimeOffset now, TimeSpan age)
    {
        lock (_gate)
        {
            if (_rooms.TryGetValue(room.Room, out var known) && known.Room.Epoch == room.Epoch && known.At > now - age) return known;
            if (known is null && _rooms.Values.Sum(static entry => entry.Room.Members.Count) > MaxMembers) Evict(now - GatewayTimes.RosterLife);

            // Not begun before the lock is left.
            return _rooms[room.Room] = new Entry(room, now, new Lazy<Task<RoomRoster>>(() => Task.Run(() => LoadAsync(room), abandon)));
        }
    }

    private async Task<RoomRoster> LoadAsync(RoomState room)
    {
        UserId[] members = [.. room.Members.Keys];
        var enabled = (await directory.FindAsync(members, abandon)).Where(static account => account.Enabled).Select(static account => account.User).ToHashSet();
        var devices = new Dictionary<DeviceId, RosterDevice>(2 * members.Length);
        foreach (var one in await store.StandingsAsync(members, abandon))
        {
            if (one.ListedUntil is not null && enabled.Contains(one.User)) devices[one.Device] = new RosterDevice(one.State, one.ListedUntil);
        }

        return new RoomRoster(devices);
    }

    private void Evict(DateTimeOffset oldest)
    {
        foreach (var entry in _rooms.Values.Where(entry => entry.At <= oldest).ToList()) _rooms.Remove(entry.Room.Room);
        if (_rooms.Values.Sum(static entry => entry.Room.Members.Count) > MaxMembers) _rooms.Clear();
    }

    private void Remove(Entry entry)
    {
        lock (_gate)
        {
            if (_rooms.GetValueOrDefault(entry.Room.Room) == entry) _rooms.Remove(entry.Room.Room);
        }
    }

    private sealed record Entry(RoomState Room, DateTimeOffset At, Lazy<Task<RoomRoster>> Roster);
}
