using TalkyWalky.Authority;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;
using TalkyWalky.Server.Hosting;
using TalkyWalky.Server.Sync;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Server.Administration;

/// <summary>Works on the data of a stopped server, under the engines' lock, with the same code as the running one.</summary>
internal sealed class DataChannel : AdminChannel
{
    private readonly AsyncDisposables _parts = new();
    private AdminService? _service;

    private DataChannel() { }

    public static async Task<DataChannel> OpenAsync(DataFolder folder, ServerConfiguration configuration, HostServices services, CancellationToken cancellation)
    {
        var channel = new DataChannel();
        try
        {
            await channel.BeginAsync(folder, configuration, services, cancellation);
            return channel;
        }
        catch
        {
            await channel.DisposeAsync();
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

    public override Task<AdminAnswer> SendAsync(AdminRequest request, CancellationToken cancellation) => _service!.ExecuteAsync(request, AdminPeer.Self, cancellation);

    public override ValueTask DisposeAsync() => _parts.DisposeAsync();

    private async Task BeginAsync(DataFolder folder, ServerConfiguration configuration, HostServices services, CancellationToken cancellation)
    {
        var engines = await ServerEngines.OpenAsync(folder, configuration, services, cancellation);
        _parts.Add(engines);
        var authority = _parts.Add(AuthorityFolder.Open(folder, configuration));
        var log = _parts.Add(await AuthorityFolder.OpenLogAsync(folder, authority, engines, services, cancellation));
        var trail = _parts.Add(new AuditTrail(folder.AuditTrail, services.Time));
        var publisher = CertificatePublisher.Of(engines, authority, everyone: false, configuration.Directory, services);
        if (publisher is not null) _parts.Add(publisher);
        var callbacks = publisher?.Follow(DeviceCallbacks.None) ?? DeviceCallbacks.None;
        var enrolment = _parts.Add(new AuthorityService(
            configuration.ToAuthorityOptions(), authority, log, trail, engines.Directory, engines.Store, engines.Broker, callbacks, services.Time, services.Logs));
        var sync = DirectorySync.Of(engines, enrolment, NobodyIsConnected, callbacks, configuration.Directory, services);
        if (sync is not null) _parts.Add(sync);
        var root = authority.Anchor.Hash;
        _service = new AdminService(
            engines.Directory, enrolment, sync, NobodyIsConnected, invitation => LinkOf(folder, configuration, root, invitation), configuration.Registration.InvitationLife, services.Time);
    }

    private static Task NobodyIsConnected(UserId user, CloseCode code, string text) => Task.CompletedTask;
}
