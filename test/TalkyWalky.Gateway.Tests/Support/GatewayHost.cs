using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>A gateway on Kestrel and loopback. Plain HTTP: the gateway itself knows nothing of TLS but the certificate's hash.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public const string Name = "chat.example.org:8443";

    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, MemoryEngines engines, GatewayOptions options, GatewayService gateway, HurriedTime time)
    {
        (_app, Engines, Options, Gateway, Time) = (app, engines, options, gateway, time);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Address = new Uri(address);
    }

    public MemoryEngines Engines { get; }

    public GatewayOptions Options { get; }

    public GatewayService Gateway { get; }

    public HurriedTime Time { get; }

    public Uri Address { get; }

    /// <param name="hurry">How many times faster the gateway's timers run.</param>
    public static async Task<GatewayHost> StartAsync(double hurry = 1, int prefetch = 256, int maxOutstanding = 256, IBroker? broker = null)
    {
        var time = new HurriedTime(hurry);
        var engines = new MemoryEngines();
        var tls = Digest.Sha256("certificate"u8);
        var options = new GatewayOptions(
            TrustAnchor.FromRoot(TestAuthority.Shared.Root), new HashSet<string>(StringComparer.Ordinal) { Name }, () => tls, [TestAuthority.Shared.Issuing],
            TimeSpan.FromDays(30), maxOutstanding, prefetch);
        var gateway = new GatewayService(options, engines, engines, broker ?? engines, time, NullLoggerFactory.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapGateway(gateway);
        await app.StartAsync();
        return new GatewayHost(app, engines, options, gateway, time);
    }

    /// <summary>A person with one device, ready to connect.</summary>
    public async Task<TestDevice> EnrolAsync(string username, TimeSpan? certificateLife = null)
    {
        var added = (AddOutcome.Added)await Engines.AddAsync(new NewAccount(username, "password", $"{username} in full", null), CancellationToken.None);
        return await EnrolAsync(added.Account, certificateLife);
    }

    public async Task<TestDevice> EnrolAsync(Account account, TimeSpan? certificateLife = null)
    {
        var key = KeyPool.Shared.CreateRsa(3072);
        var now = Time.GetUtcNow();
        var record = await Engines.AddDeviceAsync(account.User, Digest.Sha256(key.ExportSubjectPublicKeyInfo()), firstMayEnter: true, now, CancellationToken.None);
        var notAfter = now + (certificateLife ?? TimeSpan.FromDays(20));
        var identity = TestAuthority.Shared.Identity(account.Username, account.User, record.Device, key, notAfter);
        await KeepAsync(record, CertificateKind.Identity, identity, notAfter);
        await KeepAsync(record, CertificateKind.Encryption, TestAuthority.Shared.Encryption(account.Username, account.User, record.Device, key, notAfter), notAfter);
        await Engines.CreateMailboxAsync(record.Device, CancellationToken.None);
        await Engines.SetLoginAsync(record.Device, Time.GetUtcNow(), CancellationToken.None);
        return new TestDevice(account, record.Device, key, identity, this);
    }

    /// <summary>A WebSocket to the gateway, before any frame.</summary>
    public async Task<TestClient> OpenAsync()
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(Address) { Scheme = "ws", Path = GatewayEndpoint.Path }.Uri, CancellationToken.None);
        return new TestClient(socket);
    }

    public ConversationId Conversation(TestDevice one, TestDevice other) => ConversationId.Direct(Options.Anchor.Hash, one.User, other.User);

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _app.DisposeAsync();
    }

    private Task KeepAsync(DeviceRecord record, CertificateKind kind, byte[] der, DateTimeOffset notAfter)
    {
        var serial = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return Engines.AddCertificateAsync(
            new IssuedCertificate(serial, kind, record.User, record.Device, der, notAfter.AddDays(-30), notAfter, Time.GetUtcNow()), CancellationToken.None);
    }
}
