using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>The next device lists of people whose devices changed (docs/protocol.md section 3.1), from the store as it is.</summary>
internal sealed class DeviceLists(IStore store, ILogStore log)
{
    /// <summary>Of these people those whose devices are not as their last list has them.</summary>
    /// <param name="through">The last change whose certificates are logged with these lists. Who has a younger certificate is left out: the change that noted it brings this person again.</param>
    public async Task<IReadOnlyList<DeviceList>> NextAsync(IReadOnlyList<UserId> users, long through, DateTimeOffset time, CancellationToken cancellation)
    {
        if (users.Count == 0) return [];
        var before = await log.UserStatementsAsync(users, cancellation);
        var found = new List<(UserId User, IReadOnlyList<DeviceRecord> Devices)>();
        foreach (var user in users)
            found.Add((user, [.. (await store.DevicesOfAsync(user, cancellation)).Where(static device => device.IsListed).OrderBy(static device => device.Device).Take(DeviceList.MaxDevices)]));
        var later = await LaterCertificatesAsync(through, cancellation); // read after the devices: whatever these have is noted by now
        return
        [
            .. found.Where(one => later.Count == 0 || !one.Devices.Any(device => IsAmong(later, device.IdentityCertificate!) || IsAmong(later, device.EncryptionCertificate!)))
                .Select(one => Next(one.User, one.Devices, before.GetValueOrDefault(one.User)?.List, time)).OfType<DeviceList>(),
        ];
    }

    private static DeviceList? Next(UserId user, IReadOnlyList<DeviceRecord> records, LoggedList? last, DateTimeOffset time)
    {
        var previous = last is null ? null
            : LogEntry.TryRead(last.Data) as DeviceList ?? throw new EngineException("the log's store holds a damaged device list; restore it from a backup");
        var first = previous is null ? records.Where(static one => one.Approval is null).OrderBy(static one => one.AddedAt).FirstOrDefault()?.Device : null;
        var known = previous?.Devices.ToDictionary(static one => one.Device, static one => one.LetIn) ?? [];
        List<ListedDevice> devices = [.. records.Select(one => new ListedDevice(one.Device, Digest.Sha256(one.IdentityCertificate!), Digest.Sha256(one.EncryptionCertificate!), LetIn(one)))];
        if (previous is null ? devices.Count == 0 : previous.Devices.SequenceEqual(devices)) return null;
        return new DeviceList(time, user, (previous?.Seq ?? 0) + 1, last is null ? null : MerkleProof.HashLeaf(last.Data), devices);

        Admission LetIn(DeviceRecord device) =>
            device.Approval is { } approval ? Admission.ByDevice(approval)
            : known.TryGetValue(device.Device, out var admission) ? admission
            : device.Device == first ? Admission.First : Admission.Administrator;
    }

    private async Task<HashSet<string>> LaterCertificatesAsync(long through, CancellationToken cancellation)
    {
        for (var limit = 4 * LogWriter.MaxChanges; ; limit *= 2)
        {
            var changes = await log.ChangesAsync(limit, cancellation);
            if (changes.Count < limit)
                return [.. changes.Where(change => change.Id > through && change.Kind == LogChangeKind.Certificate).Select(static change => change.Key)];
        }
    }

    private static bool IsAmong(HashSet<string> serials, byte[] der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        return serials.Contains(LogSerial.Of(certificate));
    }
}
