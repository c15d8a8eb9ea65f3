using TalkyWalky.Authority;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Administration;

/// <summary>Works on the data of a stopped server, under the engines' lock, with the same code as the running one.</summary>
internal sealed class DataChannel : AdminChannel
{
    private readonly EmbeddedEngines _engines;
    private readonly CertificateAuthority _authority;
    private readonly AuthorityService _enrolment;
    private readonly AdminService _service;

    private DataChannel(EmbeddedEngines engines, CertificateAuthority authority, AuthorityService enrolment, AdminService service) =>
        (_engines, _authority, _enrolment, _service) = (engines, authority, enrolment, service);

    public static async Task<DataChannel> OpenAsync(DataFolder folder, ServerConfiguration configuration, HostServices services, CancellationToken cancellation)
    {
        var engines = await EmbeddedEngines.OpenAsync(folder.Database, new EmbeddedOptions(configuration.Mailbox.ToLimits()), services.Time, cancellation);
        CertificateAuthority? authority = null;
        try
        {
            authority = AuthorityFolder.Open(folder, configuration);
            var enrolment = new AuthorityService(
                configuration.ToAuthorityOptions(), authority, engines.Directory, engines.Store, engines.Broker, DeviceCallbacks.None, services.Time, services.Logs);
            var root = authority.Anchor.Hash;
            return new DataChannel(engines, authority, enrolment, new AdminService(
                engines.Directory,
                enrolment,
                static (_, _, _) => Task.CompletedTask, // nobody is connected to a stopped server
                invitation => LinkOf(folder, configuration, root, invitation),
                configuration.Registration.InvitationLife,
                services.Time));
        }
        catch
        {
            authority?.Dispose();
            await engines.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where devices will find the server: as configured, or where it was served last.</summary>
    public static JoinLink LinkOf(DataFolder folder, ServerConfiguration configuration, Digest root, string? invitation)
    {
        if (configuration.PublicUrl is null && JoinLink.TryParse(OwnerFile.TryRead(folder.Address), out var served, out _)) return served with { Root = root, Invitation = invitation };
        if (configuration is { PublicUrl: null, Listen.Port: 0 })
            throw new ServerException($"the address of this server is not known yet; start it once, or set {ConfigurationKeys.PublicUrl.Name}");
        return ServerNames.Of(configuration, configuration.Listen.Port).Link(root, invitation);
    }

    public override Task<AdminAnswer> SendAsync(AdminRequest request, CancellationToken cancellation) => _service.ExecuteAsync(request, cancellation);

    public override async ValueTask DisposeAsync()
    {
        _enrolment.Dispose();
        _authority.Dispose();
        await _engines.DisposeAsync();
    }
}
