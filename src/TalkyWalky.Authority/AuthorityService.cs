using System.Net;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

public enum RegistrationPolicy
{
    /// <summary>Anyone who reaches the server makes an account; the first device of any account may enter.</summary>
    Open,

    /// <summary>An account needs an invitation, and so does the first device of an account made elsewhere.</summary>
    Invite,

    /// <summary>Accounts are made by administrators only; a first device needs their voucher or an invitation.</summary>
    Closed,
}

/// <param name="LoginMaxAge">The password is asked again after this.</param>
public sealed record AuthorityOptions(RegistrationPolicy Registration, TimeSpan LoginMaxAge, int MaxDevicesPerUser);

/// <summary>What the endpoints do, without HTTP.</summary>
public sealed class AuthorityService : IDisposable
{
    private const string Administrator = "an administrator";

    private readonly IDirectory _directory;
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly Invitations _invitations;
    private readonly PasswordGate _passwords;
    private readonly DeviceGate _devices;
    private readonly DeviceRegister _register;
    private readonly Registration _registration;
    private readonly Enrolment _enrolment;

    public AuthorityService(
        AuthorityOptions options, CertificateAuthority authority, IDirectory directory, IStore store, IBroker broker, DeviceCallbacks callbacks,
        TimeProvider time, ILoggerFactory logs)
    {
        Logger = logs.CreateLogger("TalkyWalky.Authority");
        Options = options;
        Authority = authority;
        _directory = directory;
        _store = store;
        _time = time;
        _invitations = new Invitations(store, time);
        _passwords = new PasswordGate(directory, time, Logger);
        _devices = new DeviceGate(authority, directory, store, time);
        _register = new DeviceRegister(authority, store, broker, callbacks, time, Logger);
        _registration = new Registration(options.Registration, directory, _invitations, _passwords.Throttle, Logger);
        _enrolment = new Enrolment(options, authority, store, broker, callbacks, _invitations, time, Logger);
    }

    public AuthorityOptions Options { get; }

    internal CertificateAuthority Authority { get; }

    internal ILogger Logger { get; }

    /// <summary>An invitation for one registration or one first device; the token itself is kept nowhere.</summary>
    /// <param name="username">The only name it is good for; null for any.</param>
    public Task<string> InviteAsync(string? username, TimeSpan life, CancellationToken cancellation) => _invitations.CreateAsync(username, life, cancellation);

    /// <summary>An account made by an administrator: whatever the policy, its first device may enter with the password alone for 30 days.</summary>
    public async Task<AddOutcome> AddAccountAsync(NewAccount account, CancellationToken cancellation)
    {
        var outcome = await _directory.AddAsync(account, cancellation);
        if (outcome is AddOutcome.Added added) await _invitations.VouchAsync(added.Account, cancellation);
        return outcome;
    }

    /// <summary>Forgets password failures of an account. False when there is none of this name.</summary>
    public async Task<bool> UnlockAsync(string username, CancellationToken cancellation)
    {
        _passwords.Throttle.Forget(username);
        return await _directory.FindAsync(username, cancellation) is { } account && await _directory.UnlockAsync(account.User, cancellation);
    }

    /// <summary>A person's devices by the time they were added, those waiting included, those revoked in the last 90 days too.</summary>
    public Task<IReadOnlyList<DeviceRecord>> DevicesOfAsync(UserId user, CancellationToken cancellation) => _register.ListAsync(user, cancellation);

    /// <summary>Lets a waiting device in on an administrator's word.</summary>
    public Task<DeviceChange> ApproveDeviceAsync(DeviceId device, CancellationToken cancellation) =>
        ChangeAsync(device, record => _register.ApproveAsync(record, approval: null, Administrator, cancellation), cancellation);

    /// <summary>Turns a waiting device away for good.</summary>
    public Task<DeviceChange> RejectDeviceAsync(DeviceId device, CancellationToken cancellation) =>
        ChangeAsync(device, record => _register.RejectAsync(record, Administrator, cancellation), cancellation);

    /// <summary>Ends a device for good: session, mailbox, certificates.</summary>
    public Task<DeviceChange> RevokeDeviceAsync(DeviceId device, CancellationToken cancellation) =>
        ChangeAsync(device, record => _register.RevokeAsync(record, Administrator, cancellation), cancellation);

    public Task<DeviceChange> NameDeviceAsync(DeviceId device, string name, CancellationToken cancellation) =>
        ChangeAsync(device, record => _register.NameAsync(record, name, cancellation), cancellation);

    public void Dispose() => _registration.Dispose();

    /// <summary>A person's own devices, asked for by one of them.</summary>
    internal async Task<(IReadOnlyList<DeviceRecord>? Devices, Refusal? Refusal)> ListOwnAsync(byte[]? certificate, CancellationToken cancellation) =>
        await _devices.AuthenticateAsync(certificate, cancellation) is var (by, refusal) && by is not null
            ? (await _register.ListAsync(by.Record.User, cancellation), null)
            : (null, refusal);

    internal Task<(DeviceRecord? Device, Refusal? Refusal)> ApproveOwnAsync(byte[]? certificate, DeviceId device, byte[] token, CancellationToken cancellation) => WithOwnAsync(
        certificate, device,
        async (record, by) => _register.Check(token, record, by) ?? await _register.ApproveAsync(record, token, $"device {by.Record.Device}", cancellation), cancellation);

    internal Task<(DeviceRecord? Device, Refusal? Refusal)> RejectOwnAsync(byte[]? certificate, DeviceId device, CancellationToken cancellation) =>
        WithOwnAsync(certificate, device, (record, by) => _register.RejectAsync(record, $"device {by.Record.Device}", cancellation), cancellation);

    internal Task<(DeviceRecord? Device, Refusal? Refusal)> RevokeOwnAsync(byte[]? certificate, DeviceId device, CancellationToken cancellation) =>
        WithOwnAsync(certificate, device, (record, by) => _register.RevokeAsync(record, $"device {by.Record.Device}", cancellation), cancellation);

    internal Task<(DeviceRecord? Device, Refusal? Refusal)> NameOwnAsync(byte[]? certificate, DeviceId device, string name, CancellationToken cancellation) =>
        WithOwnAsync(certificate, device, (record, _) => _register.NameAsync(record, name, cancellation), cancellation);

    internal Task<RegisterOutcome> RegisterAsync(RegistrationForm form, IPAddress source, CancellationToken cancellation) =>
        _registration.RegisterAsync(form, source, cancellation);

    internal async Task<EnrolOutcome> EnrolIdentityAsync(
        PasswordCredentials credentials, IPAddress source, byte[] csr, string? invitation, CancellationToken cancellation) =>
        await _passwords.CheckAsync(credentials, source, cancellation) switch
        {
            PasswordOutcome.Proved proved => await _enrolment.EnrolIdentityAsync(proved.Account, csr, invitation, cancellation),
            PasswordOutcome.Refused refused => new EnrolOutcome.Refused(refused.Refusal),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    internal async Task<EnrolOutcome> RenewIdentityAsync(byte[]? certificate, byte[] csr, CancellationToken cancellation) =>
        await _devices.AuthenticateAsync(certificate, cancellation) is var (device, refusal) && device is not null
            ? await _enrolment.RenewIdentityAsync(device, csr, cancellation)
            : new EnrolOutcome.Refused(refusal!);

    internal async Task<EnrolOutcome> EnrolEncryptionAsync(byte[]? certificate, byte[] csr, CancellationToken cancellation) =>
        await _devices.AuthenticateAsync(certificate, cancellation) is var (device, refusal) && device is not null
            ? await _enrolment.EnrolEncryptionAsync(device, csr, cancellation)
            : new EnrolOutcome.Refused(refusal!);

    /// <summary>Password and certificate of one person together; the device as it is when logged in.</summary>
    internal async Task<(DeviceRecord? Device, Refusal? Refusal)> LoginAsync(
        byte[]? certificate, PasswordCredentials credentials, IPAddress source, CancellationToken cancellation)
    {
        var (device, refusal) = await _devices.AuthenticateAsync(certificate, cancellation);
        if (device is null) return (null, refusal);
        var outcome = await _passwords.CheckAsync(credentials, source, cancellation);
        if (outcome is PasswordOutcome.Refused refused) return (null, refused.Refusal);
        if (outcome is not PasswordOutcome.Proved { Account: var account } || account.User != device.Account.User)
            return (null, new Refusal(RefusalKind.NotAuthenticated, "wrong username or password"));
        var now = _time.GetUtcNow();
        await _store.SetLoginAsync(device.Record.Device, now, cancellation);
        return (device.Record with { LoginAt = now }, null);
    }

    private async Task<(DeviceRecord? Device, Refusal? Refusal)> WithOwnAsync(
        byte[]? certificate, DeviceId device, Func<DeviceRecord, KnownDevice, Task<Refusal?>> change, CancellationToken cancellation)
    {
        var (by, refusal) = await _devices.AuthenticateAsync(certificate, cancellation);
        if (by is null) return (null, refusal);
        if (await _register.FindAsync(by.Record.User, device, cancellation) is not { } record)
            return (null, new Refusal(RefusalKind.Unknown, "you have no such device; see the list of your devices"));
        if (await change(record, by) is { } refused) return (null, refused);
        return (await _store.FindDeviceAsync(device, cancellation) ?? record, null);
    }

    private async Task<DeviceChange> ChangeAsync(DeviceId device, Func<DeviceRecord, Task<Refusal?>> change, CancellationToken cancellation)
    {
        if (await _store.FindDeviceAsync(device, cancellation) is not { } record)
            return new DeviceChange.Refused($"there is no device {device}; see: talkywalkyd device list");
        if (await change(record) is { } refusal) return new DeviceChange.Refused(refusal.Reason);
        return new DeviceChange.Done(await _store.FindDeviceAsync(device, cancellation) ?? record);
    }
}
