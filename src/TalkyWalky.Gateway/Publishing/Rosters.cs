using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>
/// Device lists in memory, so that a message does not cost a look-up. Bounded; an entry lives for <see cref="GatewayTimes.RosterLife"/>, less when
/// <see cref="Invalidate"/> names its person.
/// </summary>
internal sealed class Rosters(IDirectory directory, IStore store, TimeProvider time)
{
    private const int Capacity = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, Roster> _people = [];
    private readonly Dictionary<DeviceId, UserId> _owners = [];
    private long _invalidations;

    /// <summary>At most <see cref="GatewayTimes.RosterLife"/> old. Null when there is no such person.</summary>
    public ValueTask<Roster?> GetAsync(UserId user, CancellationToken cancellation)
    {
        var oldest = time.GetUtcNow() - GatewayTimes.RosterLife;
        lock (_gate)
        {
            if (_people.TryGetValue(user, out var roster) && roster.LoadedAt > oldest) return ValueTask.FromResult<Roster?>(roster);
        }

        return new ValueTask<Roster?>(LoadAsync(user, cancellation));
    }

    /// <summary>From the engines, whatever is in memory.</summary>
    public async Task<Roster?> LoadAsync(UserId user, CancellationToken cancellation)
    {
        var stamp = Interlocked.Read(ref _invalidations);
        var now = time.GetUtcNow();
        if (await directory.FindAsync(user, cancellation) is not { } account) return null;
        return Keep(account, await store.StandingsAsync([user], cancellation), now, stamp);
    }

    /// <summary>Whose device this is: never changes once made. Null when there is no such device.</summary>
    public ValueTask<UserId?> OwnerOfAsync(DeviceId device, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_owners.TryGetValue(device, out var owner)) return ValueTask.FromResult<UserId?>(owner);
        }

        return new ValueTask<UserId?>(FindOwnerAsync(device, cancellation));
    }

    public void Invalidate(UserId user)
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _invalidations);
            Remove(user);
        }
    }

    private async Task<UserId?> FindOwnerAsync(DeviceId device, CancellationToken cancellation) =>
        (await store.FindDeviceAsync(device, cancellation))?.User;

    private Roster Keep(Account account, IEnumerable<DeviceStanding> standings, DateTimeOffset now, long stamp)
    {
        var devices = standings.ToDictionary(static one => one.Device, static one => new RosterDevice(one.State, one.ListedUntil));
        var roster = new Roster(account.User, account.Enabled, devices, now);
        lock (_gate)
        {
            // What was read before an invalidation may be what the invalidation was about.
            if (stamp != _invalidations) return roster;
            Remove(account.User);
            if (_people.Count >= Capacity) Evict(now - GatewayTimes.RosterLife);
            _people.Add(account.User, roster);
            foreach (var device in devices.Keys) _owners[device] = account.User;
        }

        return roster;
    }

    private void Evict(DateTimeOffset oldest)
    {
        foreach (var (user, roster) in _people)
        {
            if (roster.LoadedAt <= oldest) Remove(user);
        }

        if (_people.Count < Capacity) return;
        _people.Clear();
        _owners.Clear();
    }

    private void Remove(UserId user)
    {
        if (!_people.Remove(user, out var roster)) return;
        foreach (var device in roster.Devices.Keys) _owners.Remove(device);
    }
}
