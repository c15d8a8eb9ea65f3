using TalkyWalky.Authority;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;
using TalkyWalky.Server.Sync;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Hosting;

/// <summary>The authority of a running server: enrolment, the look at the directory, commands on admin.sock.</summary>
internal sealed class AuthorityRole : IAsyncDisposable
{
    private readonly AsyncDisposables _parts = new();
    private readonly ServerEngines _engines;
    private readonly ServerConfiguration _configuration;
    private readonly HostServices _services;
    private readonly SessionEnder _endSessions;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _keepingStatus;

    public AuthorityRole(
        CertificateAuthority authority, TransparencyLog log, AuditTrail trail, ServerEngines engines, ServerConfiguration configuration, DeviceCallbacks gateways, SessionEnder endSessions, HostServices services)
    {
        (_engines, _configuration, _services, _endSessions) = (engines, configuration, services, endSessions);
        var publisher = CertificatePublisher.Of(engines, authority, everyone: true, configuration.Directory, services);
        if (publisher is not null) _parts.Add(publisher);
        var callbacks = publisher?.Follow(gateways) ?? gateways;
        Service = _parts.Add(new AuthorityService(
            configuration.ToAuthorityOptions(), authority, log, trail, engines.Directory, engines.Store, engines.Broker, callbacks, services.Time, services.Logs));
        Sync = DirectorySync.Of(engines, Service, endSessions, callbacks, configuration.Directory, services);
        if (Sync is not null) _parts.Add(Sync);
        _keepingStatus = Task.Run(() => Service.KeepStatusCurrentAsync(_stopping.Token), CancellationToken.None);
    }

    public AuthorityService Service { get; }

    /// <summary>Null where the directory is built in.</summary>
    public DirectorySync? Sync { get; }

    /// <summary>Takes commands and watches the directory from now on.</summary>
    public void Begin(DataFolder folder, JoinLink link)
    {
        OwnerFile.Write(folder.Address, link.ToString());
        var admin = new AdminService(
            _engines.Directory, Service, Sync, _endSessions, invitation => link with { Invitation = invitation }, _configuration.Registration.InvitationLife, _services.Time);
        _parts.Add(AdminSocketServer.Start(folder.AdminSocket, admin, _services.Time, _services.Log));
        if (_engines.Shared is { } shared) _parts.Add(new DirectoryWatch(shared, Sync!, _configuration.Directory.SyncInterval, _services.Time, _services.Log));
    }

    /// <summary>Nobody could register otherwise: the first person gets the first invitation with the link. An organisation's own directory has people.</summary>
    public async Task<JoinLink> InviteFirstAsync(JoinLink link, CancellationToken cancellation)
    {
        var isFirst = _engines.Shared is null && _configuration.Registration.Policy == RegistrationPolicy.Invite && (await _engines.Directory.ListAsync(null, 1, cancellation)).Count == 0;
        return isFirst ? link with { Invitation = await Service.InviteAsync(null, _configuration.Registration.InvitationLife, Actor.Authority, cancellation) } : link;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _keepingStatus;
        await _parts.DisposeAsync();
        _stopping.Dispose();
    }
}
