using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Status;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Send;

/// <summary>What the server tells of a person, and what of the devices was verified.</summary>
/// <param name="User">Null when a name was asked for.</param>
internal sealed record ToldDevices(PersonFound Found, UserId? User, string Username, VerifiedDevices Devices);

/// <summary>
/// Holds the devices that the server gives against the person's list in the transparency log (docs/protocol.md 3.3). The server must give all that are listed; one beside the list gets nothing.
/// A list follows a change of devices within moments, so for a while the two may differ.
/// </summary>
internal sealed class ListedDevices(ListBook lists, LogAlarms alarms, StatusBook status, TimeProvider time, ILogger log)
{
    /// <summary>A certificate is in the log before its device has it, so an honest server is done long before this.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private const int MaxBeside = 10_000;

    private readonly ConcurrentDictionary<Digest, long> _beside = [];

    /// <summary>The devices of each of these people with their lists, in this order.</summary>
    public async Task<IReadOnlyList<VerifiedDevices>> JudgeAsync(IReadOnlyList<ToldDevices> told)
    {
        var known = told.Select(one => Statement(one)).ToList();
        var verdicts = await lists.VerifyAsync([.. known.OfType<ToldStatement>().DistinctBy(static one => one.User)]);
        var judged = new VerifiedDevices[told.Count];
        for (var i = 0; i < judged.Length; i++)
            judged[i] = known[i] is { } one ? await JudgeAsync(told[i], verdicts[one.User]) : told[i].Devices;
        return judged;
    }

    /// <summary>Verifies what the log says of these people and remembers it.</summary>
    public Task SeeAsync(IReadOnlyList<ToldStatement> told) => lists.VerifyAsync([.. told.DistinctBy(static one => one.User)]);

    // Nobody has a list before the first device.
    private static ToldStatement? Statement(ToldDevices told)
    {
        var user = told.Devices.Identity is [var first, ..] ? first.User : told.User ?? Named(told.Found);
        return user is { } known && (told.Found.Statement is not null || told.Found.Devices.Count > 0) ? new ToldStatement(known, told.Username, told.Found.Statement, told.Found.Devices) : null;
    }

    // By the server's word alone: the list then says which devices it keeps back.
    private static UserId? Named(PersonFound found) => found.Devices.Count == 0 && UserId.TryRead(found.Person.User.Span, out var user) ? user : null;

    private async Task<VerifiedDevices> JudgeAsync(ToldDevices told, ListVerdict verdict)
    {
        if (verdict is not ListVerdict.Verified { List: var list, Until: var until }) return told.Devices with { Unlisted = ((ListVerdict.Waiting)verdict).Why };
        var given = told.Found.Devices.Select(static device => (Digest.Sha256(device.IdentityCertificate.Span), Digest.Sha256(device.EncryptionCertificate.Span))).ToHashSet();
        var unlisted = list.Devices.Any(device => !given.Contains((device.Identity, device.Encryption)))
            ? $"The server does not give all devices of {told.Username} that the transparency log lists."
            : await BesideAsync(told, list);
        return told.Devices with { List = list, Until = until, Unlisted = unlisted };
    }

    /// <summary>Why a device beside the list keeps others waiting still; null when none does.</summary>
    private async Task<string?> BesideAsync(ToldDevices told, DeviceList list)
    {
        foreach (var (identity, encryption) in told.Devices.Identity.Zip(told.Devices.Encryption))
        {
            if (list.Devices.Any(one => one.Device == identity.Device && one.Identity == identity.CertificateHash && one.Encryption == encryption.CertificateHash)
                || status.Of(identity, encryption, StatusBook.Fresh) is CertificateStatus.Revoked) continue;
            if (_beside.Count >= MaxBeside) _beside.Clear();
            if (time.GetElapsedTime(_beside.GetOrAdd(encryption.CertificateHash, time.GetTimestamp())) < Grace)
                return $"The server names a device of {told.Username} that is not in the transparency log yet.";
            ClientLog.NotListed(log, identity.Device);
            await alarms.RaiseAsync(
                "a device beside the list", null,
                $"The server names a device of {told.Username}, {identity.Device.ToString()[..8]}, that is not in the transparency log: somebody may want to read along. Nothing is sealed for it. ");
        }

        return null;
    }
}
