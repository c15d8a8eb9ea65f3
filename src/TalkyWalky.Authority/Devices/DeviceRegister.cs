using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>Approval, revocation and names of devices (docs/protocol.md section 2.7), whoever asks: a person's own device or an administrator.</summary>
internal sealed partial class DeviceRegister(
    CertificateAuthority authority, IStore store, IBroker broker, TransparencyLog log, DeviceCallbacks callbacks, RevocationListIssuer crl, AuditTrail trail, TimeProvider time, ILogger logger)
{
    /// <summary>How far the clock of an approving device may be off.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(10);

    /// <summary>How long a person sees devices that were revoked.</summary>
    public static readonly TimeSpan RevokedShown = TimeSpan.FromDays(90);

    /// <summary>By the time they were added; those revoked long ago are left out.</summary>
    public async Task<IReadOnlyList<DeviceRecord>> ListAsync(UserId user, CancellationToken cancellation)
    {
        var oldest = time.GetUtcNow() - RevokedShown;
        return [.. (await store.DevicesOfAsync(user, cancellation)).Where(device => device.State != DeviceState.Revoked || device.RevokedAt >= oldest)];
    }

    /// <summary>The device of this id if it belongs to this person; another's is as unknown as one that does not exist.</summary>
    public async Task<DeviceRecord?> FindAsync(UserId user, DeviceId device, CancellationToken cancellation) =>
        await store.FindDeviceAsync(device, cancellation) is { } record && record.User == user ? record : null;

    /// <summary>Null when this token lets the device in; else why not.</summary>
    public Refusal? Check(byte[] token, DeviceRecord device, KnownDevice by)
    {
        var now = time.GetUtcNow();
        if (DeviceApproval.TryVerify(token, authority.Anchor, authority.IssuingCertificates, now) is not var (approval, signer))
            return new Refusal(RefusalKind.Invalid, "this is no approval signed by a device of the same person (tw-approval)");
        if (signer.Device != by.Record.Device) return new Refusal(RefusalKind.Forbidden, "the approval is signed by another device than the one that shows it");
        if (approval.User != device.User || approval.Device != device.Device || approval.KeyHash != device.IdentityKeyHash)
            return new Refusal(RefusalKind.Invalid, "the approval is for another device or another key");
        return (approval.Time - now).Duration() <= ClockSkew
            ? null
            : new Refusal(RefusalKind.Invalid, "the approving device's clock is more than ten minutes off; set it right");
    }

    /// <param name="approval">The checked token; null for an administrator's approval.</param>
    public async Task<Refusal?> ApproveAsync(DeviceRecord device, byte[]? approval, Actor by, CancellationToken cancellation)
    {
        if (device.State != DeviceState.Pending) return NotPending(device);
        await trail.WriteAsync(Entry(AuditAct.Approve, device, by, approval is null ? "without a signature" : "signed by a device of this person"));
        if (!await store.ApproveDeviceAsync(device.Device, approval, time.GetUtcNow(), cancellation)) return NotPending(device);
        LogApproved(logger, device.Device, device.User, by);
        await log.CatchUpAsync(cancellation);
        callbacks.Changed(device.User);
        return null;
    }

    /// <summary>A pending device is turned away for good; the person's other devices stay as they are.</summary>
    public async Task<Refusal?> RejectAsync(DeviceRecord device, Actor by, CancellationToken cancellation) =>
        device.State == DeviceState.Pending ? await EndAsync(AuditAct.Reject, device, X509RevocationReason.Unspecified, by, cancellation) : NotPending(device);

    public async Task<Refusal?> RevokeAsync(DeviceRecord device, X509RevocationReason reason, Actor by, CancellationToken cancellation)
    {
        if (device.State != DeviceState.Revoked) return await EndAsync(AuditAct.Revoke, device, reason, by, cancellation);
        await ReleaseAsync(device); // whatever cut the first time short
        return new Refusal(RefusalKind.Taken, "this device was revoked before");
    }

    public async Task<Refusal?> NameAsync(DeviceRecord device, string name, CancellationToken cancellation)
    {
        if (DeviceName.Problem(name) is { } problem) return new Refusal(RefusalKind.Invalid, problem);
        await store.NameDeviceAsync(device.Device, name, cancellation);
        callbacks.Changed(device.User);
        return null;
    }

    private async Task<Refusal?> EndAsync(AuditAct act, DeviceRecord device, X509RevocationReason reason, Actor by, CancellationToken cancellation)
    {
        var isNews = await store.RevokeDeviceAsync(device.Device, reason, time.GetUtcNow(), cancellation);
        if (isNews) LogRevoked(logger, device.Device, device.User, by, reason);
        crl.Outdate();
        try
        {
            await log.CatchUpAsync(cancellation); // who is told of the end below finds the list without this device
        }
        finally
        {
            await ReleaseAsync(device);
        }

        // Last: a full disk keeps nobody's stolen device alive.
        if (isNews) await trail.WriteAsync(Entry(act, device, by, RevocationReasons.NameOf(reason)));
        return null;
    }

    private static AuditEntry Entry(AuditAct act, DeviceRecord device, Actor by, string reason) =>
        new() { Act = act, By = by.ToString(), User = device.User.ToString(), Device = device.Device.ToString(), Reason = reason };

    // Not cancelled with the request: what was revoked keeps neither session nor mailbox. Sends are refused first, so that nothing more comes into the mailbox.
    private async Task ReleaseAsync(DeviceRecord device)
    {
        await callbacks.Ended(device.User, device.Device);
        await broker.DeleteMailboxAsync(device.Device, CancellationToken.None);
    }

    private static Refusal NotPending(DeviceRecord device) => new(
        RefusalKind.Taken,
        device.State == DeviceState.Revoked ? "this device was revoked; it must be registered again with new keys" : "this device does not wait for approval; to end it, revoke it");

    [LoggerMessage(40, LogLevel.Information, "Device {Device} of {User} approved by {By}")]
    private static partial void LogApproved(ILogger logger, DeviceId device, UserId user, Actor by);

    [LoggerMessage(41, LogLevel.Information, "Device {Device} of {User} revoked by {By} ({Reason})")]
    private static partial void LogRevoked(ILogger logger, DeviceId device, UserId user, Actor by, X509RevocationReason reason);
}
