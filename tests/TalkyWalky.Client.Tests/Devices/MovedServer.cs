using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Gateway;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Tests.Devices;

/// <summary>Gateway and authority in this process, over real TLS, by a clock that a test moves together with that of its clients.</summary>
internal sealed class MovedServer : IAsyncDisposable
{
    private const string Passphrase = "correct horse battery";

    private readonly DirectoryInfo _folder;
    private readonly EmbeddedEngines _engines;
    private readonly CertificateAuthority _authority;
    private readonly AuditTrail _trail;
    private readonly GatewayService _gateway;
    private readonly WebApplication _app;
    private X509Certificate2 _certificate;
    private readonly CancellationTokenSource _stopping = new();
    private Task _keepingStatus = Task.CompletedTask;

    private MovedServer(DirectoryInfo folder, MovedClock clock, EmbeddedEngines engines, CertificateAuthority authority, TransparencyLog log, Func<IReadOnlyList<ReadOnlyMemory<byte>>>? told)
    {
        (_folder, Clock, _engines, _authority) = (folder, clock, engines, authority);
        _certificate = Issue();
        _trail = new AuditTrail(Path.Combine(folder.FullName, "audit.log"), clock);
        var port = Ports.Free();
        Link = new JoinLink("127.0.0.1", port, authority.Anchor.Hash, Invitation: null);
        _gateway = new GatewayService(
            new GatewayOptions(
                authority.Anchor, new HashSet<string>(StringComparer.Ordinal) { $"127.0.0.1:{port}" }, () => Digest.Sha256(_certificate.RawData), told ?? (() => authority.IssuingCertificates),
                TimeSpan.FromDays(30)),
            engines.Directory, engines.Store, engines.Log, engines.Broker, new NoGatewayBus(), clock, NullLoggerFactory.Instance);
        Service = new AuthorityService(
            new AuthorityOptions(RegistrationPolicy.Open, TimeSpan.FromDays(30), 10), authority, log, _trail, engines.Directory, engines.Store, engines.Broker,
            new DeviceCallbacks(_gateway.DevicesChanged, (user, device) => _gateway.DisconnectDeviceAsync(user, device, CloseCode.DeviceRevoked, "this device was revoked"),
                _gateway.StatusReplaced),
            clock, NullLoggerFactory.Instance);
        _app = Build(port);
    }

    public MovedClock Clock { get; }

    public JoinLink Link { get; }

    public AuthorityService Service { get; }

    public IStore Store => _engines.Store;

    public IDirectory Directory => _engines.Directory;

    /// <summary>For clients that live by the same clock.</summary>
    public ClientEnvironment Environment => TestClient.Plain with { Time = Clock };

    /// <param name="at">What the clock says at first; null for the real time.</param>
    /// <param name="gatewayLearns">False: the gateway has the issuing CA of the beginning in a file, and no news of others.</param>
    public static async Task<MovedServer> StartAsync(DateTimeOffset? at = null, bool gatewayLearns = true)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("talkywalky-moved-");
        var clock = new MovedClock();
        if (at is { } wanted) clock.Move(wanted - clock.GetUtcNow());
        var authority = CertificateAuthority.Initialise(
            Path.Combine(folder.FullName, "ca"), "Example", "example.org", Passphrase, KeyPool.Shared, clock.GetUtcNow());
        var engines = await EmbeddedEngines.OpenAsync(
            Path.Combine(folder.FullName, "server.db"), new EmbeddedOptions(MailboxLimits.Default, PasswordIterations: 1000), clock, CancellationToken.None);
        var log = await TransparencyLog.OpenAsync(authority, folder.FullName, engines.Store, engines.Log, clock, NullLogger.Instance, CancellationToken.None);
        var first = authority.IssuingCertificates;
        var server = new MovedServer(folder, clock, engines, authority, log, gatewayLearns ? null : () => first);
        await server._app.StartAsync();
        await server.SignStatusAsync();
        server._keepingStatus = server.Service.KeepStatusCurrentAsync(server._stopping.Token);
        return server;
    }

    /// <summary>Time passes, for the server and its clients.</summary>
    public async Task MoveAsync(TimeSpan by)
    {
        MoveWithoutStatus(by);
        await SignStatusAsync();
    }

    /// <summary>Time passes, and for the next minute nobody notices that the list of revoked certificates is old.</summary>
    public void MoveWithoutStatus(TimeSpan by)
    {
        Clock.Move(by);
        _certificate = Issue();
    }

    /// <summary>A current list of revoked certificates and current heads of the transparency log are on their way to everyone connected.</summary>
    public async Task SignStatusAsync()
    {
        await Service.Log.RefreshAsync(CancellationToken.None);
        foreach (var issuing in _authority.Live) await Service.RevocationListAsync(issuing.Number, CancellationToken.None);
    }

    /// <summary>A new issuing CA, signed with the root's key by who has it.</summary>
    public async Task RollOverAsync()
    {
        var file = Path.Combine(_folder.FullName, "ca", "root.key");
        using var root = RootAuthority.Open(_authority.Anchor, await File.ReadAllTextAsync(file), Passphrase, file);
        var request = await Service.Rollover.RequestAsync(Actor.Administrator(uid: null), CancellationToken.None);
        await Service.Rollover.AdoptAsync(root.SignRequest(request, publicUrl: null, Clock.GetUtcNow()), Actor.Administrator(uid: null), CancellationToken.None);
    }

    /// <summary>Another key of the transparency log.</summary>
    public Task ReplaceLogKeyAsync() => Service.ReplaceLogKeyAsync("a test", Actor.Administrator(uid: null), CancellationToken.None);

    /// <summary>Puts a CRL of this number where gateways find it: these bytes, or one that is as it should be.</summary>
    public async Task PublishStatusAsync(ulong number, byte[]? der = null)
    {
        var now = Clock.GetUtcNow();
        Assert.True(await Store.SaveCrlAsync(
            new PublishedCrl(_authority.IssuingKeyHash, number, der ?? _authority.Newest.SignCrl(number, now, now.AddHours(1), [])), CancellationToken.None));
        _gateway.StatusReplaced();
    }

    /// <summary>People with one device each, whom nobody plays: certified, logged and with a mailbox, so that others write to them.</summary>
    public async Task<IReadOnlyList<string>> AddPeopleAsync(int count)
    {
        var names = new List<string>(count);
        for (var n = 0; n < count; n++)
        {
            names.Add($"extra-{n}");
            var added = (AddOutcome.Added)await _engines.Directory.AddAsync(new NewAccount(names[^1], TestClient.Password, names[^1], Mail: null), CancellationToken.None);
            using var key = KeyPool.Shared.CreateRsa(3072);
            var device = await _engines.Store.AddDeviceAsync(added.Account.User, Digest.Sha256(key.ExportSubjectPublicKeyInfo()), firstMayEnter: true, Clock.GetUtcNow(), CancellationToken.None);
            await _engines.Broker.CreateMailboxAsync(device.Device, CancellationToken.None);
            await CertifyAsync(DeviceKeyUse.Identity, CertificateKind.Identity, added.Account, device.Device, key);
            await CertifyAsync(DeviceKeyUse.Encryption, CertificateKind.Encryption, added.Account, device.Device, key);
        }

        await Service.Log.CatchUpAsync(CancellationToken.None);
        return names;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _keepingStatus;
        await _gateway.DisposeAsync();
        await _app.DisposeAsync();
        Service.Dispose();
        Service.Log.Dispose();
        _trail.Dispose();
        await _engines.DisposeAsync();
        _authority.Dispose();
        _certificate.Dispose();
        _stopping.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task CertifyAsync(DeviceKeyUse use, CertificateKind kind, Account account, DeviceId device, RSA key)
    {
        var now = Clock.GetUtcNow();
        var signed = _authority.Issue(_authority.Prepare(use, account.Username, account.User, device, key, now));
        await _engines.Store.AddCertificateAsync(
            new IssuedCertificate(signed.Serial, kind, account.User, device, signed.Der, signed.NotBefore, signed.NotAfter, now), CancellationToken.None);
    }

    private X509Certificate2 Issue()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issued = _authority.Issue(_authority.PrepareServer(["127.0.0.1"], key, Clock.GetUtcNow()));
        using var leaf = X509CertificateLoader.LoadCertificate(issued.Der);
        return leaf.CopyWithPrivateKey(key);
    }

    private WebApplication Build(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(https =>
        {
            https.ServerCertificateSelector = (_, _) => _certificate;
            https.OnAuthenticate = (_, options) =>
            {
                options.ServerCertificateSelectionCallback = null;
                options.ServerCertificateContext = SslStreamCertificateContext.Create(
                    _certificate, [.. _authority.IssuingCertificates.Select(static der => X509CertificateLoader.LoadCertificate(der.Span))], offline: true);
            };
            https.SslProtocols = SslProtocols.Tls13;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = static (_, _, _) => true; // the endpoints verify it
        })));
        var app = builder.Build();
        app.MapAuthority(Service);
        app.MapGateway(_gateway);
        return app;
    }
}

/// <summary>The real clock, moved ahead when a test says so. Timers run as ever.</summary>
internal sealed class MovedClock : TimeProvider
{
    private long _ticks;

    public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));
}
