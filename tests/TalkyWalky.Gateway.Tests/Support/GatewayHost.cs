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
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>A gateway on Kestrel and loopback. Plain HTTP: the gateway itself knows nothing of TLS but the certificate's hash.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public const string Name = "chat.example.org:8443";

    private readonly WebApplication _app;
    private readonly EmbeddedEngines _engines;
    private readonly DirectoryInfo? _folder;

    private GatewayHost(
        WebApplication app, EmbeddedEngines engines, FaultyBroker broker, GatewayOptions options, GatewayService gateway, HurriedTime time, DirectoryInfo? folder)
    {
        (_app, _engines, Broker, Options, Gateway, Time, _folder) = (app, engines, broker, options, gateway, time, folder);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public IDirectory Directory => _engines.Directory;

    public IStore Store => _engines.Store;

    public ILogStore Log => _engines.Log;

    public FaultyBroker Broker { get; }

    public GatewayOptions Options { get; }

    public GatewayService Gateway { get; }

    public HurriedTime Time { get; }

    public Uri Address { get; }

    /// <summary>Transactions of the engines.</summary>
    public long Commits => _engines.Commits;

    /// <param name="hurry">How many times faster the gateway's timers run.</param>
    /// <param name="mailbox">Entries that fit into one mailbox.</param>
    /// <param name="before">What the gateway has before the engines' broker in place of <see cref="Broker"/>.</param>
    /// <param name="under">What the gateway writes to in place of a connection's stream.</param>
    public static async Task<GatewayHost> StartAsync(
        double hurry = 1, int prefetch = 256, int maxOutstanding = 256, int mailbox = 100_000, TimeSpan directoryClock = default, IGatewayBus? bus = null,
        TimeProvider? engineTime = null, Func<Stream, Stream>? under = null, Func<IBroker, IBroker>? before = null)
    {
        var time = new HurriedTime(hurry);
        var folder = System.IO.Directory.CreateTempSubdirectory("talkywalky-gateway-");
        var engines = await EmbeddedEngines.OpenAsync(
            Path.Combine(folder.FullName, "data.db"), new EmbeddedOptions(MailboxLimits.Default with { Count = mailbox }, PasswordIterations: 1000), engineTime ?? TimeProvider.System,
            CancellationToken.None);
        var broker = new FaultyBroker(engines.Broker);
        var tls = Digest.Sha256("certificate"u8);
        var options = new GatewayOptions(
            TrustAnchor.FromRoot(TestAuthority.Shared.Root), new HashSet<string>(StringComparer.Ordinal) { Name }, () => tls, static () => [TestAuthority.Shared.Issuing],
            TimeSpan.FromDays(30), maxOutstanding, prefetch, directoryClock);
        return await StartAsync(engines, broker, options, bus ?? new NoGatewayBus(), time, folder, under, before);
    }

    /// <summary>Another gateway on the same engines. Dispose of it first.</summary>
    public Task<GatewayHost> StartAnotherAsync(IGatewayBus bus) => StartAsync(_engines, Broker, Options, bus, Time, folder: null);

    private static async Task<GatewayHost> StartAsync(
        EmbeddedEngines engines, FaultyBroker broker, GatewayOptions options, IGatewayBus bus, HurriedTime time, DirectoryInfo? folder, Func<Stream, Stream>? under = null, Func<IBroker, IBroker>? before = null)
    {
        var gateway = new GatewayService(options, engines.Directory, engines.Store, engines.Log, before?.Invoke(engines.Broker) ?? broker, bus, time, NullLoggerFactory.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        if (under is not null) app.Use((context, next) => StreamUnder.Replace(context, next, under));
        app.MapGateway(gateway);
        await app.StartAsync();
        return new GatewayHost(app, engines, broker, options, gateway, time, folder);
    }

    /// <summary>A person with one device, ready to connect.</summary>
    public async Task<TestDevice> EnrolAsync(string username, TimeSpan? certificateLife = null)
    {
        var added = (AddOutcome.Added)await Directory.AddAsync(new NewAccount(username, "password", $"{username} in full", null), CancellationToken.None);
        return await EnrolAsync(added.Account, certificateLife);
    }

    public async Task<TestDevice> EnrolAsync(Account account, TimeSpan? certificateLife = null)
    {
        var key = KeyPool.Shared.CreateRsa(3072);
        var now = Time.GetUtcNow();
        var record = await Store.AddDeviceAsync(account.User, Digest.Sha256(key.ExportSubjectPublicKeyInfo()), firstMayEnter: true, now, CancellationToken.None);
        await Store.ApproveDeviceAsync(record.Device, approval: null, now, CancellationToken.None);
        var notAfter = now + (certificateLife ?? TimeSpan.FromDays(20));
        var identity = TestAuthority.Shared.Identity(account.Username, account.User, record.Device, key, notAfter);
        await KeepAsync(record, CertificateKind.Identity, identity, notAfter);
        await KeepAsync(record, CertificateKind.Encryption, TestAuthority.Shared.Encryption(account.Username, account.User, record.Device, key, notAfter), notAfter);
        await Broker.CreateMailboxAsync(record.Device, CancellationToken.None);
        await Store.SetLoginAsync(record.Device, Time.GetUtcNow(), CancellationToken.None);
        return new TestDevice(account, record.Device, key, identity, this);
    }

    /// <summary>People whose devices share one certificate's bytes: they are looked up and sent to, and never connect.</summary>
    public async Task<List<(UserId User, DeviceId[] Devices)>> AddManyAsync(int people, int devices)
    {
        var added = new List<(UserId User, DeviceId[] Devices)>();
        foreach (var batch in Enumerable.Range(0, people).Chunk(25)) added.AddRange(await Task.WhenAll(batch.Select(i => AddAsync($"person{i}", devices))));
        return added;
    }

    private async Task<(UserId User, DeviceId[] Devices)> AddAsync(string username, int devices)
    {
        var added = (AddOutcome.Added)await Directory.AddAsync(new NewAccount(username, "password", $"{username} in full", null), CancellationToken.None);
        var (now, ids) = (Time.GetUtcNow(), new DeviceId[devices]);
        for (var i = 0; i < devices; i++)
        {
            var record = await Store.AddDeviceAsync(added.Account.User, Digest.Sha256([.. added.Account.User.ToArray(), (byte)i]), firstMayEnter: true, now, CancellationToken.None);
            await Store.ApproveDeviceAsync(record.Device, approval: null, now, CancellationToken.None);
            await KeepAsync(record, CertificateKind.Identity, TestAuthority.Shared.Issuing, now.AddDays(20));
            await KeepAsync(record, CertificateKind.Encryption, TestAuthority.Shared.Issuing, now.AddDays(20));
            await Broker.CreateMailboxAsync(record.Device, CancellationToken.None);
            ids[i] = record.Device;
        }

        return (added.Account.User, ids);
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
        if (_folder is null) return;
        await _engines.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private Task KeepAsync(DeviceRecord record, CertificateKind kind, byte[] der, DateTimeOffset notAfter)
    {
        var serial = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return Store.AddCertificateAsync(
            new IssuedCertificate(serial, kind, record.User, record.Device, der, notAfter.AddDays(-30), notAfter, Time.GetUtcNow()), CancellationToken.None);
    }
}
