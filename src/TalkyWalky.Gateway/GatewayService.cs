using System.Net.WebSockets;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway;

/// <param name="Host">host[:port] that devices sign in their handshake; any of these is right.</param>
/// <param name="CertificateHash">SHA-256 of the TLS certificate now in use: binds the handshake to this connection's end.</param>
/// <param name="IssuingCertificates">DER, sent in Welcome and used as path candidates.</param>
public sealed record GatewayOptions(
    TrustAnchor Anchor,
    IReadOnlySet<string> Hosts,
    Func<Digest> CertificateHash,
    IReadOnlyList<ReadOnlyMemory<byte>> IssuingCertificates,
    TimeSpan LoginMaxAge,
    int MaxOutstanding = 256,
    int Prefetch = 256);

/// <summary>Runs device sessions: handshake, authorisation, fan-out, delivery, presence. Cannot decrypt anything.</summary>
public sealed class GatewayService(
    GatewayOptions options, IDirectory directory, IStore store, IBroker broker, TimeProvider time, ILoggerFactory logs) : IAsyncDisposable
{
    internal (GatewayOptions, IDirectory, IStore, IBroker, TimeProvider, ILoggerFactory) Parts => (options, directory, store, broker, time, logs);

    /// <summary>One connection, from challenge to goodbye. Returns when it is over; never throws for what a peer does.</summary>
    public Task RunSessionAsync(WebSocket socket, string source, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Ends every session of a person at once (account disabled).</summary>
    public Task DisconnectAsync(UserId user, CloseCode code, string text) => throw new NotSupportedException();

    /// <summary>Says goodbye to all and waits until their mailboxes are released.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}

public static class GatewayEndpoint
{
    /// <summary>GET /v1/session, upgraded to a WebSocket (RFC 6455).</summary>
    public static void MapGateway(this IEndpointRouteBuilder routes, GatewayService gateway) => throw new NotSupportedException();
}
