using System.Net;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;

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
    private readonly IDirectory _directory;
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly Invitations _invitations;
    private readonly PasswordGate _passwords;
    private readonly DeviceGate _devices;
    private readonly Registration _registration;
    private readonly Enrolment _enrolment;

    public AuthorityService(
        AuthorityOptions options, CertificateAuthority authority, IDirectory directory, IStore store, IBroker broker, TimeProvider time, ILoggerFactory logs)
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
        _registration = new Registration(options.Registration, directory, _invitations, _passwords.Throttle, Logger);
        _enrolment = new Enrolment(options, authority, store, broker, _invitations, time, Logger);
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

    public void Dispose() => _registration.Dispose();

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

    /// <summary>Password and certificate of one person together. Null when logged in.</summary>
    internal async Task<Refusal?> LoginAsync(byte[]? certificate, PasswordCredentials credentials, IPAddress source, CancellationToken cancellation)
    {
        var (device, refusal) = await _devices.AuthenticateAsync(certificate, cancellation);
        if (device is null) return refusal;
        var outcome = await _passwords.CheckAsync(credentials, source, cancellation);
        if (outcome is PasswordOutcome.Refused refused) return refused.Refusal;
        if (outcome is not PasswordOutcome.Proved { Account: var account } || account.User != device.Account.User)
            return new Refusal(RefusalKind.NotAuthenticated, "wrong username or password");
        await _store.SetLoginAsync(device.Record.Device, _time.GetUtcNow(), cancellation);
        return null;
    }
}
