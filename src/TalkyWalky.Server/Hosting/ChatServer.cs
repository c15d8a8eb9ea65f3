using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TalkyWalky.Authority;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Gateway;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Server.Hosting;

/// <summary>The running server: gateway and authority on one TLS port over the embedded engines, commands on admin.sock.</summary>
internal sealed class ChatServer : IAsyncDisposable
{
    /// <summary>What was begun is disposed in the reverse order, also when a later step fails.</summary>
    private readonly AsyncDisposables _parts = new();
    private WebApplication? _app;
    private GatewayService? _gateway;

    private ChatServer() { }

    /// <summary>stdout's one line.</summary>
    public string ReadyLine { get; private set; } = "";

    public static async Task<ChatServer> StartAsync(DataFolder folder, ServerConfiguration configuration, HostServices services, CancellationToken cancellation)
    {
        var server = new ChatServer();
        try
        {
            await server.BeginAsync(folder, configuration, services, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes no more connections, says goodbye to the devices, then closes the engines.</summary>
    public async ValueTask DisposeAsync()
    {
        // Stopping closes the port at once and then waits for the sessions, which the gateway's goodbyes end.
        var stopping = _app?.StopAsync(CancellationToken.None) ?? Task.CompletedTask;
        if (_gateway is not null) await _gateway.DisposeAsync();
        await stopping;
        await _parts.DisposeAsync();
    }

    private async Task BeginAsync(DataFolder folder, ServerConfiguration configuration, HostServices services, CancellationToken cancellation)
    {
        var socket = _parts.Add(ListenSocket.Bind(configuration.Listen));
        var listening = (IPEndPoint)socket.LocalEndPoint!;
        var names = ServerNames.Of(configuration, listening.Port);

        // The engines' lock comes before everything that writes: one process at a time owns the folder.
        var engines = await EmbeddedEngines.OpenAsync(folder.Database, new EmbeddedOptions(configuration.Mailbox.ToLimits()), services.Time, cancellation);
        _parts.Add(engines);
        var authority = _parts.Add(AuthorityFolder.OpenOrMake(folder, configuration, services));
        var keeper = await TlsIdentityKeeper.OpenAsync(folder, authority, engines.Store, names.Certificate, services, cancellation);
        _parts.Add(keeper);

        _gateway = new GatewayService(
            new GatewayOptions(authority.Anchor, names.Gateway, () => keeper.Current.Hash, [authority.IssuingCertificate], configuration.Login.MaxAge),
            engines.Directory, engines.Store, engines.Broker, services.Time, services.Logs);
        var enrolment = _parts.Add(new AuthorityService(
            configuration.ToAuthorityOptions(), authority, engines.Directory, engines.Store, engines.Broker, CallbacksOf(_gateway), services.Time, services.Logs));

        var readiness = _parts.Add(new Readiness(engines, services.Time, services.Log));
        _app = Build(configuration, services, socket, listen => TlsEndpoint.Configure(listen, keeper, authority.Anchor, configuration.Limits.HandshakeTimeout));
        _parts.Add(_app);
        _app.MapAuthority(enrolment);
        _app.MapGateway(_gateway);
        readiness.Map(_app);
        await ListenAsync(_app, listening, cancellation);

        var link = names.Link(authority.Anchor.Hash, null);
        OwnerFile.Write(folder.Address, link.ToString());
        var admin = new AdminService(
            engines.Directory, enrolment, _gateway.DisconnectAsync, invitation => link with { Invitation = invitation }, configuration.Registration.InvitationLife, services.Time);
        _parts.Add(AdminSocketServer.Start(folder.AdminSocket, admin, services.Time, services.Log));
        HostLog.Listening(services.Log, listening.ToString(), folder.Path);

        // Nobody could register otherwise: the first person gets the first invitation with the link.
        var isFirst = configuration.Registration.Policy == RegistrationPolicy.Invite && (await engines.Directory.ListAsync(null, 1, cancellation)).Count == 0;
        var invited = isFirst ? link with { Invitation = await enrolment.InviteAsync(null, configuration.Registration.InvitationLife, cancellation) } : link;
        ReadyLine = $"ready https://{WithPort(link.Gateway)} join={invited}";
    }

    private static DeviceCallbacks CallbacksOf(GatewayService gateway) => new(
        gateway.DevicesChanged, (user, device) => gateway.DisconnectDeviceAsync(user, device, CloseCode.DeviceRevoked, "this device was revoked"));

    private static async Task ListenAsync(WebApplication app, IPEndPoint listening, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception exception) when (exception is SocketException || exception.InnerException is SocketException || exception.InnerException?.InnerException is SocketException)
        {
            throw ListenSocket.Explain(listening, (exception as SocketException ?? exception.InnerException as SocketException ?? exception.InnerException?.InnerException as SocketException)!);
        }
    }

    private static WebApplication Build(ServerConfiguration configuration, HostServices services, Socket socket, Action<ListenOptions> configureTls)
    {
        // Empty: no configuration file, environment variable or command line of the framework's own changes what this server does.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRouting();
        builder.Services.AddSingleton(services.Logs);
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = _ => socket);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            KestrelLimits.Apply(options, configuration.Limits);
            options.Listen((IPEndPoint)socket.LocalEndPoint!, configureTls);
        });
        return builder.Build();
    }

    private static string WithPort(Uri gateway) => gateway.IsDefaultPort ? $"{gateway.Authority}:{gateway.Port}" : gateway.Authority;

    /// <summary>Signals are the command's business; the framework's own lifetime would print to stdout.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
