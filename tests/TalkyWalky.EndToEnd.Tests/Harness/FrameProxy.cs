using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.EndToEnd.Tests.Harness;

/// <summary>
/// A gateway's operator: holds the server's TLS key, sits between devices and the real server, and keeps every frame decoded.
/// </summary>
internal sealed class FrameProxy : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly X509Certificate2 _certificate;
    private readonly int _behind;

    private FrameProxy(X509Certificate2 certificate, X509Certificate2Collection chain, int port, int behind)
    {
        (_certificate, _behind) = (certificate, behind);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(https =>
        {
            https.SslProtocols = SslProtocols.Tls13;
            https.ServerCertificate = certificate;
            https.ServerCertificateChain = chain;
        })));
        _application = builder.Build();
        _application.UseWebSockets();
        _application.Map("/v1/session", RelayAsync);
    }

    public ConcurrentQueue<ClientFrame> FromDevices { get; } = new();

    public ConcurrentQueue<ServerFrame> FromServer { get; } = new();

    /// <param name="data">The server's data folder, whose tls/ holds key and certificate.</param>
    public static async Task<FrameProxy> StartAsync(string data, int port, int behind)
    {
        var pem = string.Concat(Directory.GetFiles(Path.Combine(data, "tls")).Select(File.ReadAllText));
        using var parsed = X509Certificate2.CreateFromPem(pem, pem);
        var issuing = new X509Certificate2Collection();
        issuing.ImportFromPemFile(Path.Combine(data, "ca", "issuing.pem"));
        var proxy = new FrameProxy(X509CertificateLoader.LoadPkcs12(parsed.Export(X509ContentType.Pkcs12), null), issuing, port, behind);
        await proxy._application.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task RelayAsync(HttpContext context)
    {
        using var server = new ClientWebSocket();
        server.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && certificate.GetRawCertData().AsSpan().SequenceEqual(_certificate.RawData);
        await server.ConnectAsync(new Uri($"wss://127.0.0.1:{_behind}/v1/session"), context.RequestAborted);
        using var device = await context.WebSockets.AcceptWebSocketAsync();
        var up = PumpAsync(device, server, bytes => FromDevices.Enqueue(ClientFrame.Parser.ParseFrom(bytes)), context.RequestAborted);
        var down = PumpAsync(server, device, bytes => FromServer.Enqueue(ServerFrame.Parser.ParseFrom(bytes)), context.RequestAborted);
        await Task.WhenAny(up, down);
        server.Abort();
        device.Abort();
        await Task.WhenAll(up, down);
    }

    private static async Task PumpAsync(WebSocket from, WebSocket to, Action<byte[]> keep, CancellationToken cancellation)
    {
        var buffer = new byte[Limits.Frame];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await from.ReceiveAsync(buffer.AsMemory(length), cancellation);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close) return;
                keep(buffer[..length]);
                await to.SendAsync(buffer.AsMemory(0, length), part.MessageType, endOfMessage: true, cancellation);
            }
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            Assert.NotEqual(WebSocketState.Open, from.State == WebSocketState.Open ? to.State : from.State);
        }
    }
}
