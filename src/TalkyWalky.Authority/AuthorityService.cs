using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>What the endpoints do, without HTTP.</summary>
public sealed class AuthorityService : IDisposable
{
    private readonly IDirectory _directory;
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly Invitations _invitations;
    private readonly PasswordGate _passwords;
    private readonly DeviceGate _devices;
    private readonly RevocationListIssuer _crl;
    private readonly OcspResponder _ocsp;
    private readonly Introducer _introducer;
    private readonly DeviceRegister _register;
    private readonly CertificateRegister _certificates;
    private readonly Registration _registration;
    private readonly AuditTrail _trail;
    private readonly Issuance _issuance;
    private readonly Enrolment _enrolment;

    public AuthorityService(
        AuthorityOptions options, CertificateAuthority authority, TransparencyLog log, AuditTrail trail, IDirectory directory, IStore store, IBroker broker, DeviceCallbacks callbacks,
        TimeProvider time, ILoggerFactory logs)
    {
        Logger = logs.CreateLogger("TalkyWalky.Authority");
        Options = options;
        Authority = authority;
        Log = log;
        log.Callbacks = callbacks;
        _directory = directory;
        _store = store;
        _trail = trail;
        _time = time;
        _issuance = new Issuance(authority, store, log, trail, time);
        _invitations = new Invitations(store, trail, time);
        _passwords = new PasswordGate(directory, time, Logger);
        _devices = new DeviceGate(authority, directory, store, time);
        _crl = new RevocationListIssuer(authority, store, callbacks, time, Logger);
        _ocsp = new OcspResponder(authority, _issuance, store, time);
        _introducer = new Introducer(authority, _issuance, directory, store, time);
        _register = new DeviceRegister(authority, store, broker, log, callbacks, _crl, trail, time, Logger);
        _certificates = new CertificateRegister(store, log, _register, _crl, trail, time, Logger);
        Gateways = new GatewayCertificates(authority, _issuance, store);
        Rollover = new Rollover(authority, store, _crl, trail, time, Logger);
        _registration = new Registration(options.Registration, directory, _invitations, _passwords.Throttle, Logger);
        _enrolment = new Enrolment(options, authority, _issuance, store, broker, callbacks, _invitations, time, Logger);
    }

    public AuthorityOptions Options { get; }

    public GatewayCertificates Gateways { get; }

    /// <summary>The issuing CAs, and the next one.</summary>
    public Rollover Rollover { get; }

    public TransparencyLog Log { get; }

    internal CertificateAuthority Authority { get; }

    internal ILogger Logger { get; }

    /// <summary>An invitation for one registration or one first device; the token itself is kept nowhere.</summary>
    /// <param name="username">The only name it is good for; null for any.</param>
    public Task<string> InviteAsync(string? username, TimeSpan life, Actor by, CancellationToken cancellation) => _invitations.CreateAsync(username, life, by, cancellation);

    /// <summary>An account made by an administrator: whatever the policy, its first device may enter with the password alone for 30 days.</summary>
    public async Task<AddOutcome> AddAccountAsync(NewAccount account, CancellationToken cancellation)
    {
        var outcome = await _directory.AddAsync(account, cancellation);
        if (outcome is AddOutcome.Added added) await _invitations.VouchAsync(added.Account, cancellation);
        return outcome;
    }

    /// <summary>Forgets password failures of an account.</summary>
    public async Task<ChangeOutcome> UnlockAsync(string username, CancellationToken cancellation)
    {
        _passwords.Throttle.Forget(username);
        return await _directory.FindAsync(username, cancellation) is { } account ? await _directory.UnlockAsync(account.User, cancellation) : new ChangeOutcome.Unknown();
    }

    /// <summary>A person's devices by the time they were added, those waiting included, those revoked in the last 90 days too.</summary>
    public Task<IReadOnlyList<DeviceRecord>> DevicesOfAsync(UserId user, CancellationToken cancellation) => _register.ListAsync(user, cancellation);

    /// <summary>Lets a waiting device in on an administrator's word.</summary>
    public Task<DeviceChange> ApproveDeviceAsync(DeviceId device, Actor by, CancellationToken cancellation) =>
        ChangeAsync(device, record => _register.ApproveAsync(record, approval: null, by, cancellation), cancellation);

    /// <summary>Turns a waiting device away for good.</summary>
    public Task<DeviceChange> RejectDeviceAsync(DeviceId device, Actor by, CancellationToken cancellation) =>
        ChangeAsync(device, record => _register.RejectAsync(record, by, cancellation), cancellation);

    /// <summary>Ends a device for good: session, mailbox, certificates.</summary>
    public Task<DeviceChange> RevokeDeviceAsync(DeviceId device, X509RevocationReason reason, Actor by, CancellationToken cancellation) =>
        ChangeAsync(device, record => _register.RevokeAsync(record, reason, by, cancellation), cancellation);

    /// <summary>Ends all devices of a person; how many there were.</summary>
    public async Task<int> RevokeDevicesOfAsync(UserId user, X509RevocationReason reason, Actor by, CancellationToken cancellation)
    {
        var devices = (await _store.DevicesOfAsync(user, cancellation)).Where(static device => device.State != DeviceState.Revoked).ToList();
        foreach (var device in devices) await _register.RevokeAsync(device, reason, by, cancellation);
        return devices.Count;
    }

    /// <summary>Certificates by serial, those after <paramref name="after"/>; of one person or of everyone.</summary>
    public Task<IReadOnlyList<IssuedCertificate>> CertificatesAsync(UserId? user, string? after, int limit, CancellationToken cancellation) =>
        _store.CertificatesAsync(user, after, limit, cancellation);

    /// <summary>As <see cref="CertificatesAsync"/>, and on the audit trail once, with the first page.</summary>
    public async Task<IReadOnlyList<IssuedCertificate>> ExportAsync(Account? account, string? after, int limit, Actor by, CancellationToken cancellation)
    {
        if (after is null)
        {
            await _trail.WriteAsync(new AuditEntry
            {
                Act = AuditAct.Export,
                By = by.ToString(),
                User = account?.User.ToString(),
                Name = account?.Username,
                Reason = account is null ? "all certificates" : "all certificates of this person",
            });
        }

        return await CertificatesAsync(account?.User, after, limit, cancellation);
    }

    public Task<IssuedCertificate?> FindCertificateAsync(string serial, CancellationToken cancellation) => _store.FindCertificateAsync(serial, cancellation);

    /// <summary>Revokes a certificate, and its device where that cannot be without it.</summary>
    /// <param name="serial">32 lower-case hex digits.</param>
    public Task<CertificateChange> RevokeCertificateAsync(string serial, X509RevocationReason reason, Actor by, CancellationToken cancellation) =>
        _certificates.RevokeAsync(serial, reason, by, cancellation);

    public Task<DeviceChange> NameDeviceAsync(DeviceId device, string name, CancellationToken cancellation) =>
        ChangeAsync(device, record => _register.NameAsync(record, name, cancellation), cancellation);

    /// <summary>A new key signs the transparency log from now on. On the audit trail first. Throws <see cref="AuthorityException"/> with a sentence.</summary>
    /// <param name="reason">1 to 200 characters.</param>
    public async Task<LogKeys> ReplaceLogKeyAsync(string reason, Actor by, CancellationToken cancellation)
    {
        await _trail.WriteAsync(new AuditEntry { Act = AuditAct.LogKey, By = by.ToString(), Reason = $"another key of the log after {Log.Keys.Present.Hash}: {reason}" });
        await Log.ReplaceKeyAsync(cancellation);
        return Log.Keys;
    }

    /// <summary>Null when this CRL of the root is served from now on; else why not, as a sentence.</summary>
    public async Task<string?> ReplaceRootCrlAsync(byte[] crl, Actor by)
    {
        if (Authority.ReplaceRootCrl(crl, _time.GetUtcNow()) is { } fault) return fault;
        var content = Authority.ReadRootCrl()!.Content;
        await _trail.WriteAsync(new AuditEntry
        {
            Act = AuditAct.RootCrl,
            By = by.ToString(),
            Reason = string.Create(CultureInfo.InvariantCulture, $"number {content.Number}, {content.Count} revoked, until {content.NextUpdate:u}"),
        });
        return null;
    }

    /// <summary>The CRL of an issuing CA as of now, DER: at most 20 minutes old, with everything that was revoked before the call. It is in the store as well. Null where none of this number lives.</summary>
    /// <param name="number">Null: of the newest.</param>
    public async Task<byte[]?> RevocationListAsync(int? number, CancellationToken cancellation) =>
        Authority.Live.FirstOrDefault(one => number is null || one.Number == number) is { } issuer ? (await _crl.GetAsync(issuer, cancellation)).ToArray() : null;

    /// <summary>Until cancelled: keeps a current CRL of each issuing CA and current heads of the transparency log in the store, and tells the gateways of each.</summary>
    public Task KeepStatusCurrentAsync(CancellationToken stop) => Task.WhenAll(_crl.KeepCurrentAsync(stop), Log.KeepCurrentAsync(stop), Rollover.WatchAsync(stop));

    /// <summary>The response to an OCSP request, whatever its bytes are; both DER.</summary>
    public Task<byte[]> AnswerOcspAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation) => _ocsp.AnswerAsync(request, cancellation);

    public void Dispose()
    {
        _registration.Dispose();
        _crl.Dispose();
        _ocsp.Dispose();
        _introducer.Dispose();
        Rollover.Dispose();
    }

    /// <summary>Null for the identity certificate of somebody who may be here; else why not.</summary>
    internal async Task<Refusal?> MemberAsync(byte[]? certificate, CancellationToken cancellation) => (await _devices.AuthenticateAsync(certificate, cancellation)).Refusal;

    /// <summary>A person's own devices, asked for by one of them.</summary>
    internal async Task<(IReadOnlyList<DeviceRecord>? Devices, Refusal? Refusal)> ListOwnAsync(byte[]? certificate, CancellationToken cancellation) =>
        await _devices.AuthenticateAsync(certificate, cancellation) is var (by, refusal) && by is not null
            ? (await _register.ListAsync(by.Record.User, cancellation), null)
            : (null, refusal);

    internal Task<(DeviceRecord? Device, Refusal? Refusal)> ApproveOwnAsync(byte[]? certificate, DeviceId device, byte[] token, CancellationToken cancellation) => WithOwnAsync(
        certificate, device,
        async (record, by) => _register.Check(token, record, by) ?? await _register.ApproveAsync(record, token, Actor.Device(by.Record.Device), cancellation), cancellation);

    internal Task<(DeviceRecord? Device, Refusal? Refusal)> RejectOwnAsync(byte[]? certificate, DeviceId device, CancellationToken cancellation) =>
        WithOwnAsync(certificate, device, (record, by) => _register.RejectAsync(record, Actor.Device(by.Record.Device), cancellation), cancellation);

    internal Task<(DeviceRecord? Device, Refusal? Refusal)> RevokeOwnAsync(byte[]? certificate, DeviceId device, CancellationToken cancellation) =>
        WithOwnAsync(certificate, device, (record, by) => _register.RevokeAsync(record, X509RevocationReason.Unspecified, Actor.Device(by.Record.Device), cancellation), cancellation);

    internal Task<(DeviceRecord? Device, Refusal? Refusal)> NameOwnAsync(byte[]? certificate, DeviceId device, string name, CancellationToken cancellation) =>
        WithOwnAsync(certificate, device, (record, _) => _register.NameAsync(record, name, cancellation), cancellation);

    /// <summary>A compact JWS of type tw-introduction.</summary>
    internal async Task<(byte[]? Token, Refusal? Refusal)> IntroduceAsync(byte[]? certificate, IntroductionForm form, CancellationToken cancellation) =>
        await _devices.AuthenticateAsync(certificate, cancellation) is var (to, refusal) && to is not null
            ? await _introducer.IntroduceAsync(to, form, cancellation)
            : (null, refusal);

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
        // A device goes by the name of its certificate until that is renewed.
        var isCertified = string.Equals(credentials.Username, device.CertifiedUsername, StringComparison.OrdinalIgnoreCase);
        var outcome = await _passwords.CheckAsync(isCertified ? credentials with { Username = device.Account.Username } : credentials, source, cancellation);
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
