using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using TalkyWalky.Load.Lines;

namespace TalkyWalky.Load.Peers.Relay;

/// <summary>
/// The limit: Kestrel, WebSocket frames, and nothing else. A message begins with the number of the connection that it goes to, or with <see cref="Everyone"/>; many messages go
/// out with one call. No log-in, no storage, no answers, no bounds.
/// </summary>
internal static class RelayProgram
{
    public const uint Everyone = uint.MaxValue;

    private static readonly ConcurrentDictionary<uint, Outgoing> Connections = new();

    public static async Task RunAsync(bool tls)
    {
        using var certificate = ThrowAwayCertificate.Create("127.0.0.1");
        await using var app = HostedServer.Build(listen =>
        {
            if (tls) listen.UseHttps(certificate, static https => https.SslProtocols = System.Security.Authentication.SslProtocols.Tls13);
        });
        app.MapGet("/relay/{person}", ServeAsync);
        await HostedServer.ServeAsync(app);
    }

    private static async Task ServeAsync(HttpContext context)
    {
        var person = uint.Parse((string)context.Request.RouteValues["person"]!, CultureInfo.InvariantCulture);
        var key = context.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.Upgrade = "websocket";
#pragma warning disable CA5350 // RFC 6455 section 4.2.2 says SHA-1; it protects nothing
        context.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(System.Text.Encoding.ASCII.GetBytes(key)));
#pragma warning restore CA5350
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
        await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        Connections[person] = new Outgoing(stream);
        var touched = new HashSet<Outgoing>();
        try
        {
            await new Incoming(stream).RunAsync(bytes => Pass(bytes, touched), context.RequestAborted);
        }
        catch (Exception lost) when (lost is IOException or OperationCanceledException)
        {
            // The generator is done with it.
        }

        Connections.TryRemove(person, out _);
    }

    private static int Pass(ReadOnlySpan<byte> bytes, HashSet<Outgoing> touched)
    {
        var at = 0;
        Span<byte> message = stackalloc byte[4096];
        for (; WebSocketFrames.TryRead(bytes[at..], out var frame); at += frame.Total)
        {
            if (frame.Opcode == WebSocketFrames.Close) throw new IOException("closed");
            var header = WebSocketFrames.HeaderSize(frame.Length);
            var payload = message.Slice(header, frame.Length);
            WebSocketFrames.WriteHeader(message, WebSocketFrames.Binary, frame.Length);
            bytes.Slice(at + frame.Header, frame.Length).CopyTo(payload);
            WebSocketFrames.Unmask(bytes.Slice(at + frame.Header - 4, 4), payload);
            var to = BinaryPrimitives.ReadUInt32LittleEndian(payload);
            var whole = message[..(header + frame.Length)];
            if (to != Everyone) Append(to, whole, touched);
            else foreach (var person in Connections.Keys) Append(person, whole, touched);
        }

        foreach (var connection in touched) connection.Flush();
        touched.Clear();
        return at;
    }

    private static void Append(uint person, ReadOnlySpan<byte> message, HashSet<Outgoing> touched)
    {
        if (!Connections.TryGetValue(person, out var connection)) return;
        connection.Append(message);
        touched.Add(connection);
    }
}
