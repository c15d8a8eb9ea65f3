using System.Collections.Concurrent;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Send;

/// <summary>What the server's list of one person's devices is worth.</summary>
/// <param name="Identity">Verified identity certificates, valid now; one for each device.</param>
/// <param name="Encryption">Verified encryption certificates, valid now; of the same devices in the same order.</param>
/// <param name="Username">As certified last: an older device may still carry the name before a change. Null when no device is certified.</param>
/// <param name="Invalid">Why devices were left out, a sentence; null when none was, or only such as are asleep.</param>
internal sealed record VerifiedDevices(IReadOnlyList<VerifiedDevice> Identity, IReadOnlyList<VerifiedDevice> Encryption, string? Username, string? Invalid)
{
    /// <summary>The newest list of this person in the transparency log; null when it is not known now.</summary>
    public DeviceList? List { get; init; }

    /// <summary>Until when <see cref="List"/> counts as the newest.</summary>
    public DateTimeOffset Until { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Why nothing may be sealed for this person now by what the log says, a sentence; null when it may.</summary>
    public string? Unlisted { get; init; }
}

/// <summary>
/// Believes certificates only, never the answer around them. A certificate once verified on this connection is not verified again until its end: a path takes
/// 2.0 to 2.7 ms, and a large room has thousands. Whether it was revoked is asked anew each time, of the CRLs (<see cref="Status.StatusBook"/>).
/// </summary>
internal sealed class DeviceBook(Credentials credentials, KnownIssuing issuing, TimeProvider time)
{
    private const int MaxKept = 50_000, ParallelFrom = 8;

    private readonly ConcurrentDictionary<(Digest Certificate, DeviceKeyUse Use), VerifiedDevice> _verified = [];

    /// <summary>The devices that are this person's own: by id, or by the name that was asked for.</summary>
    public VerifiedDevices Verify(IReadOnlyCollection<Device> listed, UserId? user, string username)
    {
        var (identities, valid) = (new List<VerifiedDevice>(), new List<VerifiedDevice>());
        string? invalid = null;
        foreach (var (pair, why) in Check([.. listed.Take(Limits.Recipients)], user, username))
        {
            if (pair is var (identity, encryption) && valid.TrueForAll(one => one.User == encryption.User && one.Device != encryption.Device))
            {
                identities.Add(identity);
                valid.Add(encryption);
            }
            else if (why is not Asleep)
            {
                invalid ??= $"a device of {username} is left out, because {why ?? "its certificate names another person"}.";
            }
        }

        return new VerifiedDevices(identities, valid, identities.MaxBy(static one => one.NotBefore)?.Username, invalid);
    }

    private const string Asleep = "asleep";

    private sealed record DevicePair(VerifiedDevice Identity, VerifiedDevice Encryption);

    private (DevicePair? Pair, string? Why)[] Check(Device[] listed, UserId? user, string username)
    {
        var checkedOnes = new (DevicePair?, string?)[listed.Length];
        if (listed.Length < ParallelFrom)
        {
            for (var i = 0; i < listed.Length; i++) checkedOnes[i] = Check(listed[i], user, username);
        }
        else
        {
            Parallel.For(0, listed.Length, i => checkedOnes[i] = Check(listed[i], user, username));
        }

        return checkedOnes;
    }

    private (DevicePair? Pair, string? Why) Check(Device listed, UserId? user, string username)
    {
        var (identity, why) = Verify(listed.IdentityCertificate.Memory, DeviceKeyUse.Identity);
        if (identity is null) return (null, why);
        (var encryption, why) = Verify(listed.EncryptionCertificate.Memory, DeviceKeyUse.Encryption);
        if (encryption is null) return (null, why);
        // The name or id that was asked for must be what the authority certified: a server that swaps people is caught here.
        var isAsked = user is { } id ? identity.User == id : string.Equals(identity.Username, username, StringComparison.OrdinalIgnoreCase);
        var isOne = identity.User == encryption.User && identity.Device == encryption.Device
            && DeviceId.TryRead(listed.Device_.Span, out var device) && identity.Device == device;
        return isAsked && isOne ? (new DevicePair(identity, encryption), null) : (null, "its certificates name another person or device");
    }

    private (VerifiedDevice? Device, string? Why) Verify(ReadOnlyMemory<byte> der, DeviceKeyUse use)
    {
        var now = time.GetUtcNow();
        var hash = Digest.Sha256(der.Span);
        if (_verified.TryGetValue((hash, use), out var known) && now >= known.NotBefore && now < known.NotAfter) return (known, null);
        switch (DeviceCertificates.Verify(der, issuing.All, credentials.Anchor, use, now))
        {
            case DeviceVerification.Verified verified:
                if (_verified.Count >= MaxKept) _verified.Clear();
                _verified[(hash, use)] = verified.Device;
                return (verified.Device, null);
            case DeviceVerification.Refused { Failure: PathFailure.Expired }:
                return (null, Asleep);
            case DeviceVerification.Refused refused:
                return (null, $"its certificate is not valid: {refused.Reason.TrimEnd('.')}");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
