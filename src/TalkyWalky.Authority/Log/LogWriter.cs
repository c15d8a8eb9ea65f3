using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>Turns what the store noted into the leaves that tell of it. Appends nothing itself.</summary>
internal sealed class LogWriter(IStore store, ILogStore log)
{
    /// <summary>Changes that one batch tells of.</summary>
    public const int MaxChanges = 512;

    private readonly DeviceLists _lists = new(store, log);

    /// <summary>The next batch behind <paramref name="size"/> leaves; null when nothing waits.</summary>
    public async Task<LogBatch?> NextAsync(ulong size, DateTimeOffset time, CancellationToken cancellation)
    {
        var changes = await log.ChangesAsync(MaxChanges, cancellation);
        if (changes.Count == 0) return null;
        var entries = new List<LogEntry>();
        foreach (var change in changes)
        {
            if (await EntryAsync(change, time, cancellation) is { } entry) entries.Add(entry);
        }

        // Behind the certificates that they name.
        List<UserId> users = [.. changes.Where(static change => change.Kind == LogChangeKind.Devices).Select(static change => UserOf(change.Key)).Distinct()];
        var through = changes[^1].Id;
        entries.AddRange(await _lists.NextAsync(users, through, time, cancellation));

        List<LogLeaf> leaves = [.. entries.Select(static entry => LeafOf(entry.Encode()))];
        List<ListedLeaf> lists = [.. entries.Select((entry, i) => entry is DeviceList list ? Listed(list, size + (ulong)i) : null).OfType<ListedLeaf>()];
        return new LogBatch(leaves, await LogGrowth.CompletedAsync(log, size, [.. leaves.Select(static leaf => leaf.Hash)], cancellation), lists, through);
    }

    private static LogLeaf LeafOf(byte[] data) => new(data, MerkleProof.HashLeaf(data));

    private static ListedLeaf Listed(DeviceList list, ulong index) => new(list.User, list.Seq, index, [.. list.Devices.Select(static device => device.Identity)]);

    // Null where the store no longer has what the change was: a device that was suspended after it had been let in.
    private async Task<LogEntry?> EntryAsync(LogChange change, DateTimeOffset time, CancellationToken cancellation) => change.Kind switch
    {
        LogChangeKind.Certificate => await store.FindCertificateAsync(change.Key, cancellation) is { } issued ? new LoggedCertificate(time, issued.Der) : null,
        LogChangeKind.Revocation => await store.FindCertificateAsync(change.Key, cancellation) is { } revoked
            ? new LoggedRevocation(time, revoked.Issuer, revoked.Serial, revoked.RevocationReason ?? X509RevocationReason.Unspecified)
            : null,
        LogChangeKind.Commit => await CommitAsync(change.Key, time, cancellation),
        LogChangeKind.Approval => DeviceId.TryParse(change.Key, out var device) && await store.FindDeviceAsync(device, cancellation) is { Approval: { } token } ? new LoggedApproval(time, token) : null,
        LogChangeKind.Devices => null,
        _ => throw new EngineException($"the store noted a change of an unknown kind ({(int)change.Kind}); a newer version of the server wrote it"),
    };

    private async Task<LoggedCommit?> CommitAsync(string key, DateTimeOffset time, CancellationToken cancellation)
    {
        if (key.Split('/') is not [var hex, var number] || !Digest.TryParse(hex, out var room) || !ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
            throw Damaged(key);
        if (await store.CommitsAsync(new ConversationId(room), epoch - 1, maxBytes: 1, cancellation) is not [var token, ..]) return null;
        using var hash = new FieldHash("commit/v1");
        return new LoggedCommit(time, new ConversationId(room), epoch, hash.Add(token).Finish());
    }

    private static UserId UserOf(string key) => UserId.TryParse(key, out var user) ? user : throw Damaged(key);

    private static EngineException Damaged(string key) => new($"the store noted a change that cannot be read ({key}); restore it from a backup");
}
