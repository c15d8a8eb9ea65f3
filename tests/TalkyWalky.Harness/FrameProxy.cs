using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Harness;

/// <summary>
/// A gateway's operator: holds the server's TLS key, sits between devices and the real server, and keeps every frame decoded.
/// </summary>
public sealed class FrameProxy : IAsyncDisposable
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
        _application.MapFallback(context => Https(context));
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

    /// <summary>What the operator does with a frame on its way: passes it on, changes it, drops it, answers it itself. Called for one frame of a line at a time.</summary>
    public Func<Line, ClientFrame, Task<IEnumerable<ClientFrame>>> FromDevice { get; set; } = static (_, frame) => Task.FromResult<IEnumerable<ClientFrame>>([frame]);

    public Func<Line, ServerFrame, Task<IEnumerable<ServerFrame>>> ToDevice { get; set; } = static (_, frame) => Task.FromResult<IEnumerable<ServerFrame>>([frame]);

    /// <summary>What the operator answers to who asks the authority over HTTPS.</summary>
    public RequestDelegate Https { get; set; } = static context => Results.NotFound().ExecuteAsync(context);

    /// <summary>The newest connection of this person.</summary>
    public Line LineOf(string user) => _lines.TryGetValue(user, out var line) ? line : throw new InvalidOperationException($"{user} is not connected");

    /// <summary>Breaks this person's connection; the program connects again by itself.</summary>
    public void Cut(string user) => LineOf(user).Cut();

    private readonly ConcurrentDictionary<string, Line> _lines = new(StringComparer.Ordinal);

    private async Task RelayAsync(HttpContext context)
    {
        using var server = new ClientWebSocket();
        server.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && certificate.GetRawCertData().AsSpan().SequenceEqual(_certificate.RawData);
        await server.ConnectAsync(new Uri($"wss://127.0.0.1:{_behind}/v1/session"), context.RequestAborted);
        using var device = await context.WebSockets.AcceptWebSocketAsync();
        using var line = new Line(device, server);
        var up = PumpAsync(device, bytes => UpAsync(line, bytes), context.RequestAborted);
        var down = PumpAsync(server, bytes => DownAsync(line, bytes), context.RequestAborted);
        await Task.WhenAny(up, down);
        line.Cut();
        await Task.WhenAll(up, down);
    }

    private async Task UpAsync(Line line, byte[] bytes)
    {
        var frame = ClientFrame.Parser.ParseFrom(bytes);
        FromDevices.Enqueue(frame);
        if (frame.Hello is { } hello) _lines[line.User = UserOf(hello)] = line;
        foreach (var passed in await FromDevice(line, frame)) await line.ToServerAsync(passed);
    }

    private async Task DownAsync(Line line, byte[] bytes)
    {
        var frame = ServerFrame.Parser.ParseFrom(bytes);
        FromServer.Enqueue(frame);
        foreach (var passed in await ToDevice(line, frame)) await line.ToDeviceAsync(passed);
    }

    private static string UserOf(Hello hello)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(Jws.TryParse(JwsType.Session, hello.Proof.Span)!.X5c[0].Span);
        return certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
    }

    private static async Task PumpAsync(WebSocket from, Func<byte[], Task> pass, CancellationToken cancellation)
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
                await pass(buffer[..length]);
            }
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either end left, or a test cut the line.
        }
    }

    /// <summary>One device's connection through the operator.</summary>
    public sealed class Line(WebSocket device, WebSocket server) : IDisposable
    {
        private readonly SemaphoreSlim _down = new(1, 1), _up = new(1, 1);

        public string User { get; set; } = "";

        public Task ToDeviceAsync(ServerFrame frame) => SendAsync(device, _down, frame.ToByteArray());

        public Task ToServerAsync(ClientFrame frame) => SendAsync(server, _up, frame.ToByteArray());

        public void Cut()
        {
            server.Abort();
            device.Abort();
        }

        public void Dispose()
        {
            _down.Dispose();
            _up.Dispose();
        }

        private static async Task SendAsync(WebSocket to, SemaphoreSlim turn, byte[] bytes)
        {
            await turn.WaitAsync();
            try
            {
                await to.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
            }
            finally
            {
                turn.Release();
            }
        }
    }
}
