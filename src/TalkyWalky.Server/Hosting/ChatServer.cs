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
using TalkyWalky.Engines;
using TalkyWalky.Engines.Ldap.Diagnosis;
using TalkyWalky.Gateway;
using TalkyWalky.Gateway.Cluster;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Server.Hosting;

/// <summary>The running server: gateway, authority or both on one TLS port over the engines that are configured.</summary>
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

        if (configuration.Roles.IsAuthority && AuthorityFolder.Exists(folder)) AuthorityFolder.ReadAnchor(folder); // one that cannot be gone on with is found before anything is changed

        // The engines' lock comes before everything that writes: one process at a time owns the folder.
        var engines = await ServerEngines.OpenAsync(folder, configuration, services, cancellation);
        _parts.Add(engines);
        var ca = configuration.Roles.IsAuthority ? _parts.Add(await AuthorityFolder.OpenOrMakeAsync(folder, configuration, services)) : null;
        var trail = ca is null ? null : _parts.Add(new AuditTrail(folder.AuditTrail, services.Time));
        trail?.Open(); // an authority that cannot say what it does is found now
        var log = ca is null ? null : _parts.Add(await AuthorityFolder.OpenLogAsync(folder, ca, engines, services, cancellation)); // one whose log was brought back from an old copy is found now
        var certificates = ca is null ? AuthorityCertificates.Read(configuration.Roles.CertificatesFile!) : AuthorityCertificates.Of(ca);
        ITlsSource tls = ca is null
            ? _parts.Add(TlsFiles.Open(configuration.Roles, certificates, names.PublicHost, services))
            : _parts.Add(await TlsIdentityKeeper.OpenAsync(folder, ca, new Issuance(ca, engines.Store, log!, trail!, services.Time), names.Certificate, services, cancellation));
        _gateway = configuration.Roles.IsGateway ? GatewayOf(certificates, tls, names, engines, configuration, services) : null;
        var authority = ca is null ? null : _parts.Add(new AuthorityRole(ca, log!, trail!, engines, configuration, CallbacksOf(engines), EnderOf(engines), services));

        if (authority is not null)
        {
            await authority.Service.RevocationListAsync(number: null, cancellation); // an authority that cannot sign is found now
            await authority.Service.Log.RefreshAsync(cancellation);
        }

        var readiness = _parts.Add(new Readiness(engines, authority?.Sync, services.Time, services.Log));
        _app = Build(configuration, services, socket, listen => Configure(listen, tls, certificates, configuration, services));
        _parts.Add(_app);
        if (authority is not null) _app.MapAuthority(authority.Service);
        if (_gateway is not null) _app.MapGateway(_gateway);
        readiness.Map(_app);
        await ListenAsync(_app, listening, cancellation);

        var link = names.Link(certificates.Anchor.Hash, null);
        authority?.Begin(folder, link);
        HostLog.Listening(services.Log, listening.ToString(), folder.Path);
        ReadyLine = $"ready https://{WithPort(link.Gateway)} join={(authority is null ? link : await authority.InviteFirstAsync(link, cancellation))}";
    }

    private static GatewayService GatewayOf(
        AuthorityCertificates certificates, ITlsSource tls, ServerNames names, ServerEngines engines, ServerConfiguration configuration, HostServices services) => new(
        new GatewayOptions(
            certificates.Anchor, names.Gateway, () => tls.Current.Hash, certificates.Issuing, configuration.Login.MaxAge,
            DirectoryClock: engines.Shared is null ? TimeSpan.Zero : LdapDoctor.ClockTolerance),
        engines.Directory, engines.Store, engines.Log, engines.Broker, engines.Bus, services.Time, services.Logs);

    // Without a gateway here, those of other processes hear it.
    private DeviceCallbacks CallbacksOf(ServerEngines engines)
    {
        const string Revoked = "this device was revoked";
        if (_gateway is { } gateway)
            return new DeviceCallbacks(gateway.DevicesChanged, (user, device) => gateway.DisconnectDeviceAsync(user, device, CloseCode.DeviceRevoked, Revoked), gateway.StatusReplaced);
        var voice = new GatewayVoice(engines.Bus);
        return new DeviceCallbacks(
            voice.DevicesChanged,
            (user, device) =>
            {
                voice.DisconnectDevice(user, device, CloseCode.DeviceRevoked, Revoked);
                return Task.CompletedTask;
            },
            voice.StatusReplaced);
    }

    private SessionEnder EnderOf(ServerEngines engines)
    {
        if (_gateway is { } gateway) return gateway.DisconnectAsync;
        var voice = new GatewayVoice(engines.Bus);
        return (user, code, text) =>
        {
            voice.Disconnect(user, code, text);
            return Task.CompletedTask;
        };
    }

    private static void Configure(ListenOptions listen, ITlsSource tls, AuthorityCertificates certificates, ServerConfiguration configuration, HostServices services)
    {
        var patience = configuration.Limits.HandshakeTimeout;
        if (configuration.Roles.Proxies is { Count: > 0 } proxies) new ProxyProtocol(proxies, patience, services.Time, services.Log).Use(listen);
        if (!configuration.Roles.IsAuthority) new AuthorityTunnel(configuration.Roles.AuthorityAddress!, patience, services.Time, services.Log).Use(listen);
        TlsEndpoint.Configure(listen, tls, certificates.Anchor, patience, services.Time);
    }

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
        builder.Services.Configure<SocketTransportOptions>(options =>
        {
            options.CreateBoundListenSocket = _ => socket;
            KestrelLimits.Apply(options);
        });
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
