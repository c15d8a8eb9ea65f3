using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
        return Keep(account, await store.DevicesOfAsync(user, cancellation), now, stamp);
    }

    /// <summary>Reads a person's devices for a caller who needs their certificates, and remembers the list on the way.</summary>
    public async Task<IReadOnlyList<DeviceRecord>> ReadDevicesAsync(Account account, CancellationToken cancellation)
    {
        var stamp = Interlocked.Read(ref _invalidations);
        var now = time.GetUtcNow();
        var devices = await store.DevicesOfAsync(account.User, cancellation);
        Keep(account, devices, now, stamp);
        return devices;
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

    private Roster Keep(Account account, IReadOnlyList<DeviceRecord> records, DateTimeOffset now, long stamp)
    {
        var devices = records.ToDictionary(static record => record.Device, static record => new RosterDevice(record.State, ListedUntil(record)));
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

    private static DateTimeOffset? ListedUntil(DeviceRecord record)
    {
        if (!record.IsListed) return null;
        var identity = NotAfter(record.IdentityCertificate!);
        var encryption = NotAfter(record.EncryptionCertificate!);
        return identity < encryption ? identity : encryption;
    }

    private static DateTimeOffset NotAfter(byte[] der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return new DateTimeOffset(certificate.NotAfter).ToUniversalTime();
        }
        catch (CryptographicException)
        {
            return DateTimeOffset.MinValue; // no sender can use it either: as good as expired
        }
    }
}
