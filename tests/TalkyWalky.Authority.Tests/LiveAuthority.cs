using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests;

/// <summary>The authority's endpoints over real TLS 1.3 on loopback, with the embedded engines below.</summary>
internal sealed class LiveAuthority : IAsyncDisposable
{
    public const string Password = "correct horse", AuditFile = "audit.log";

    public static readonly Actor Administrator = Actor.Administrator(1000);

    private readonly TempFolder _folder;
    private readonly WebApplication _app;
    private readonly AuditTrail _trail;
    private readonly DateTimeOffset _started;

    private LiveAuthority(
        TempFolder folder, EmbeddedEngines engines, CertificateAuthority authority, AuthorityService service, AuditTrail trail, ManualTime time, WebApplication app, Told told)
    {
        Told = told;
        _folder = folder;
        _app = app;
        _trail = trail;
        Engines = engines;
        Authority = authority;
        Service = service;
        Time = time;
        _started = time.GetUtcNow();
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public EmbeddedEngines Engines { get; }

    public CertificateAuthority Authority { get; }

    public AuthorityService Service { get; }

    public ManualTime Time { get; }

    /// <summary>What the host heard of devices.</summary>
    public Told Told { get; }

    public Uri Address { get; }

    /// <summary>What stands on the audit trail.</summary>
    public IReadOnlyList<AuditLine> Trail => [.. AuditReader.Read(TempFile(AuditFile))];

    public string RootFile => _folder.File("root.pem");

    public string TempFile(string name) => _folder.File(name);

    /// <param name="hurry">How many times faster timers run; the clock moves when it is told to.</param>
    public static async Task<LiveAuthority> StartAsync(
        RegistrationPolicy policy = RegistrationPolicy.Open, int maxDevices = 3, CertificateAuthority? authority = null, string? auditFile = null, double hurry = 1)
    {
        var folder = new TempFolder();
        var time = new ManualTime(DateTimeOffset.UtcNow, hurry);
        authority ??= TestAuthority.SharedNow;
        await File.WriteAllTextAsync(folder.File("root.pem"), authority.Root.Pem);
        var engines = await EmbeddedEngines.OpenAsync(
            folder.File("server.db"), new EmbeddedOptions(MailboxLimits.Default, PasswordIterations: 1000), time, CancellationToken.None);
        var told = new Told();
        var trail = new AuditTrail(auditFile ?? folder.File(AuditFile), time);
        var log = await TransparencyLog.OpenAsync(authority, folder.Path, engines.Store, engines.Log, time, NullLogger.Instance, CancellationToken.None);
        var service = new AuthorityService(
            new AuthorityOptions(policy, TimeSpan.FromDays(30), maxDevices), authority, log, trail, engines.Directory, engines.Store, engines.Broker, told.Callbacks, time,
            NullLoggerFactory.Instance);
        var app = await ServeAsync(authority, service, time);
        return new LiveAuthority(folder, engines, authority, service, trail, time, app, told);
    }

    /// <summary>The log, as the next start finds it.</summary>
    public Task<TransparencyLog> OpenLogAsync() => TransparencyLog.OpenAsync(Authority, _folder.Path, Engines.Store, Engines.Log, Time, NullLogger.Instance, CancellationToken.None);

    /// <summary>A client that trusts this authority's root and nothing else.</summary>
    public HttpClient Client(X509Certificate2? identity = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls13;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => ServerCertificates.Verify(
            certificate!.GetRawCertData(), Authority.IssuingCertificates, Authority.Anchor, "127.0.0.1", _started) is ServerVerification.Verified;
        if (identity is not null) handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(identity, null, offline: true);
        return new HttpClient(handler) { BaseAddress = Address };
    }

    public async Task<HttpResponseMessage> RegisterAsync(string json)
    {
        using var client = Client();
        return await client.PostAsync("/v1/register", new StringContent(json, Encoding.UTF8, "application/json"));
    }

    public async Task<HttpResponseMessage> EnrolIdentityAsync(string user, string password, byte[] csr, string? invitation = null)
    {
        using var client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/.well-known/est/identity/simpleenroll") { Content = Csr(csr) };
        request.Headers.Authorization = Basic(user, password);
        if (invitation is not null) request.Headers.Add("X-TalkyWalky-Invitation", invitation);
        return await client.SendAsync(request);
    }

    public async Task<HttpResponseMessage> WithCertificateAsync(X509Certificate2? identity, string path, byte[] csr)
    {
        using var client = Client(identity);
        return await client.PostAsync(path, Csr(csr));
    }

    public async Task<HttpResponseMessage> AskAsync(X509Certificate2? identity, HttpMethod method, string path, HttpContent? content = null)
    {
        using var client = Client(identity);
        using var request = new HttpRequestMessage(method, path) { Content = content };
        return await client.SendAsync(request);
    }

    public async Task<HttpResponseMessage> LoginAsync(X509Certificate2? identity, string user, string password)
    {
        using var client = Client(identity);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/login");
        request.Headers.Authorization = Basic(user, password);
        return await client.SendAsync(request);
    }

    /// <summary>An account and the identity certificate of its first device, with its key.</summary>
    public async Task<X509Certificate2> JoinAsync(string user)
    {
        Assert.IsType<AddOutcome.Added>(await Service.AddAccountAsync(new NewAccount(user, Password, user, null), CancellationToken.None));
        using var key = KeyPool.Shared.CreateRsa(3072);
        using var answer = await EnrolIdentityAsync(user, Password, Request(key));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var certificate = X509CertificateLoader.LoadCertificate(await CertificateAsync(answer));
        return certificate.CopyWithPrivateKey(key);
    }

    public VerifiedDevice Verify(byte[] der, DeviceKeyUse use) => Assert.IsType<DeviceVerification.Verified>(
        DeviceCertificates.Verify(der, Authority.IssuingCertificates, Authority.Anchor, use, Time.GetUtcNow())).Device;

    public static byte[] Request(RSA key, string subject = "CN=ignored") =>
        new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest();

    /// <summary>The one certificate of an enrolment answer.</summary>
    public static async Task<byte[]> CertificateAsync(HttpResponseMessage answer) =>
        Assert.Single(CertsOnly.TryDecode(Convert.FromBase64String(await answer.Content.ReadAsStringAsync()))!);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Service.Dispose();
        Service.Log.Dispose();
        _trail.Dispose();
        await Engines.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>One more device of an account, which waits for approval, and its key.</summary>
    public async Task<(DeviceRecord Record, RSA Key)> AskToJoinAsync(string user)
    {
        var key = KeyPool.Shared.CreateRsa(3072);
        using var answer = await EnrolIdentityAsync(user, Password, Request(key));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var account = await Engines.Directory.FindAsync(user, CancellationToken.None);
        var devices = await Engines.Store.DevicesOfAsync(account!.User, CancellationToken.None);
        return (devices.Single(device => device.IdentityKeyHash == SigningRequest.HashOf(key)), key);
    }

    /// <summary>One more device of an account, let in by an administrator.</summary>
    public async Task<X509Certificate2> JoinMoreAsync(string user)
    {
        var (pending, key) = await AskToJoinAsync(user);
        Assert.IsType<DeviceChange.Done>(await Service.ApproveDeviceAsync(pending.Device, Administrator, CancellationToken.None));
        using var answer = await EnrolIdentityAsync(user, Password, Request(key));
        using var certificate = X509CertificateLoader.LoadCertificate(await CertificateAsync(answer));
        return certificate.CopyWithPrivateKey(key);
    }

    private static AuthenticationHeaderValue Basic(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static StringContent Csr(byte[] der)
    {
        var content = new StringContent(Convert.ToBase64String(der, Base64FormattingOptions.InsertLineBreaks));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/pkcs10");
        return content;
    }

    private static async Task<WebApplication> ServeAsync(CertificateAuthority authority, AuthorityService service, ManualTime time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issued = authority.Issue(authority.PrepareServer(["127.0.0.1", "localhost"], key, time.GetUtcNow()));
        using var leaf = X509CertificateLoader.LoadCertificate(issued.Der);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = leaf.CopyWithPrivateKey(key);
            https.ServerCertificateChain = [X509CertificateLoader.LoadCertificate(authority.IssuingCertificate.Span)];
            https.SslProtocols = SslProtocols.Tls13;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = static (_, _, _) => true; // the endpoints verify it
        })));
        var app = builder.Build();
        app.MapAuthority(service);
        await app.StartAsync();
        return app;
    }
}

/// <summary>Keeps what the authority tells its host.</summary>
internal sealed class Told
{
    private readonly Lock _gate = new();
    private readonly List<UserId> _changed = [];
    private readonly List<DeviceId> _ended = [];
    private readonly Channel<bool> _status = Channel.CreateUnbounded<bool>();

    public Told() => Callbacks = new DeviceCallbacks(
        user =>
        {
            lock (_gate) _changed.Add(user);
        },
        (_, device) =>
        {
            lock (_gate) _ended.Add(device);
            return Task.CompletedTask;
        },
        () => _status.Writer.TryWrite(true));

    public DeviceCallbacks Callbacks { get; }

    /// <summary>Completes when the next CRL was told of.</summary>
    public async Task StatusAsync() => await _status.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));

    public int Changes
    {
        get
        {
            lock (_gate) return _changed.Count;
        }
    }

    public IReadOnlyList<DeviceId> Ended
    {
        get
        {
            lock (_gate) return [.. _ended];
        }
    }
}
