using System.Collections.Concurrent;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Pki;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Send;

/// <summary>What the server's list of one person's devices is worth.</summary>
/// <param name="Encryption">Verified encryption certificates, valid now.</param>
/// <param name="Username">As certified; null when no device is.</param>
/// <param name="Invalid">Why devices were left out, a sentence; null when none was, or only such as are asleep.</param>
internal sealed record VerifiedDevices(IReadOnlyList<VerifiedDevice> Encryption, string? Username, string? Invalid);

/// <summary>
/// Believes certificates only, never the answer around them. A certificate once verified on this connection is not verified again until its end: a path takes
/// 1.5 ms, and a large room has thousands.
/// </summary>
internal sealed class DeviceBook(Credentials credentials, IReadOnlyList<ReadOnlyMemory<byte>> issuing, TimeProvider time)
{
    private const int MaxKept = 50_000, ParallelFrom = 8;

    private readonly ConcurrentDictionary<(Digest Certificate, DeviceKeyUse Use), VerifiedDevice> _verified = [];

    /// <summary>The devices that are this person's own: by id, or by the name that was asked for.</summary>
    public VerifiedDevices Verify(IReadOnlyCollection<Device> listed, UserId? user, string username)
    {
        var valid = new List<VerifiedDevice>();
        string? invalid = null;
        foreach (var (encryption, why) in Check([.. listed.Take(Limits.Recipients)], user, username))
        {
            if (encryption is not null && valid.TrueForAll(one => one.User == encryption.User && one.Device != encryption.Device)) valid.Add(encryption);
            else if (why is not Asleep) invalid ??= $"a device of {username} is left out, because {why ?? "its certificate names another person"}.";
        }

        return new VerifiedDevices(valid, valid.Count > 0 ? valid[0].Username : null, invalid);
    }

    private const string Asleep = "asleep";

    private (VerifiedDevice? Encryption, string? Why)[] Check(Device[] listed, UserId? user, string username)
    {
        var checkedOnes = new (VerifiedDevice?, string?)[listed.Length];
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

    private (VerifiedDevice? Encryption, string? Why) Check(Device listed, UserId? user, string username)
    {
        var (identity, why) = Verify(listed.IdentityCertificate.Memory, DeviceKeyUse.Identity);
        if (identity is null) return (null, why);
        (var encryption, why) = Verify(listed.EncryptionCertificate.Memory, DeviceKeyUse.Encryption);
        if (encryption is null) return (null, why);
        // The name or id that was asked for must be what the authority certified: a server that swaps people is caught here.
        var isAsked = user is { } id ? identity.User == id : string.Equals(identity.Username, username, StringComparison.OrdinalIgnoreCase);
        var isOne = identity.User == encryption.User && identity.Device == encryption.Device
            && DeviceId.TryRead(listed.Device_.Span, out var device) && identity.Device == device;
        return isAsked && isOne ? (encryption, null) : (null, "its certificates name another person or device");
    }

    private (VerifiedDevice? Device, string? Why) Verify(ReadOnlyMemory<byte> der, DeviceKeyUse use)
    {
        var now = time.GetUtcNow();
        var hash = Digest.Sha256(der.Span);
        if (_verified.TryGetValue((hash, use), out var known) && now >= known.NotBefore && now < known.NotAfter) return (known, null);
        switch (DeviceCertificates.Verify(der, issuing, credentials.Anchor, use, now))
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
