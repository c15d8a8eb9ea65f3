using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Server.Hosting;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Tests.Hosting;

/// <summary>A front that passes on what is for the authority, and an authority behind it that trusts its PROXY headers. Each answers with its name and whom it sees.</summary>
public sealed class AuthorityTunnelTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly X509Certificate2 _certificate = Certificate();
    private WebApplication _authority = null!, _front = null!;

    public async Task InitializeAsync()
    {
        _authority = await StartAsync("authority", listen => new ProxyProtocol([IPAddress.Loopback.MapToIPv6()], Patience, TimeProvider.System, NullLogger.Instance).Use(listen));
        _front = await StartAsync("front", listen => new AuthorityTunnel(new DnsEndPoint("127.0.0.1", PortOf(_authority)), Patience, TimeProvider.System, NullLogger.Instance).Use(listen));
    }

    public async Task DisposeAsync()
    {
        await _front.DisposeAsync();
        await _authority.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Connection_ThatOffersTheAuthoritysName_ReachesItWithItsOwnSource()
    {
        using var socket = await ConnectAsync();
        Assert.Equal($"authority sees {socket.LocalEndPoint}", await AskAsync(socket, TlsProtocols.Authority, SslApplicationProtocol.Http11));
    }

    [Fact]
    public async Task Connection_ThatOffersHttpAlone_IsTheFronts()
    {
        using var socket = await ConnectAsync();
        Assert.Equal($"front sees {socket.LocalEndPoint}", await AskAsync(socket, SslApplicationProtocol.Http11));
    }

    [Fact]
    public async Task Connection_WhileTheAuthorityIsAway_Ends()
    {
        await _authority.StopAsync();
        using var socket = await ConnectAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => AskAsync(socket, TlsProtocols.Authority, SslApplicationProtocol.Http11));
        using var other = await ConnectAsync();
        Assert.StartsWith("front", await AskAsync(other, SslApplicationProtocol.Http11), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_FromAProxyWithoutAHeader_IsClosed()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, PortOf(_authority));
        await Assert.ThrowsAnyAsync<IOException>(() => AskAsync(socket, SslApplicationProtocol.Http11));
    }

    [Fact]
    public async Task Connection_WithAHeaderFromElsewhere_IsNotBelieved()
    {
        await using var wary = await StartAsync("wary", static listen => new ProxyProtocol([IPAddress.Parse("::ffff:203.0.113.9")], Patience, TimeProvider.System, NullLogger.Instance).Use(listen));
        using var plain = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await plain.ConnectAsync(IPAddress.Loopback, PortOf(wary));
        Assert.Equal($"wary sees {plain.LocalEndPoint}", await AskAsync(plain, SslApplicationProtocol.Http11));
        using var liar = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await liar.ConnectAsync(IPAddress.Loopback, PortOf(wary));
        await liar.SendAsync(ProxyHeader.Write(IPEndPoint.Parse("203.0.113.5:1"), IPEndPoint.Parse("203.0.113.6:2")));
        await Assert.ThrowsAnyAsync<IOException>(() => AskAsync(liar, SslApplicationProtocol.Http11));
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, PortOf(_front));
        return socket;
    }

    private async Task<string> AskAsync(Socket socket, params SslApplicationProtocol[] protocols)
    {
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls13, ApplicationProtocols = [.. protocols],
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetRawCertData().AsSpan().SequenceEqual(_certificate.RawData),
        });
        Assert.Equal(SslApplicationProtocol.Http11, tls.NegotiatedApplicationProtocol);
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(tls, Encoding.ASCII);
        return (await reader.ReadToEndAsync()).Split("\r\n\r\n", 2)[1];
    }

    private async Task<WebApplication> StartAsync(string name, Action<ListenOptions> use)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            use(listen);
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(_certificate);
        }));
        var app = builder.Build();
        app.MapGet("/", (HttpContext context) =>
        {
            var body = Encoding.ASCII.GetBytes($"{name} sees {context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}");
            context.Response.ContentLength = body.Length;
            return context.Response.Body.WriteAsync(body).AsTask();
        });
        await app.StartAsync();
        return app;
    }

    private static int PortOf(WebApplication app) => new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
