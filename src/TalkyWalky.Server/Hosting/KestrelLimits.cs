using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using TalkyWalky.Server.Configuration;

namespace TalkyWalky.Server.Hosting;

/// <summary>Bounds on what a connection may cost before anyone has logged in. Sessions have their own, in the gateway.</summary>
internal static class KestrelLimits
{
    /// <summary>A registration is some hundred bytes, a CSR for RSA-4096 below 4 KiB.</summary>
    private const long RequestBody = 64 * 1024;

    /// <summary>
    /// What arrives is handled on the pool thread that took it from the socket, and what is sent goes to the socket on the thread that has it, without two hand-overs more for each.
    /// The runtime itself still waits for sockets on a thread of its own: nothing that is slow here holds up another connection.
    /// </summary>
    public static void Apply(SocketTransportOptions options) => options.UnsafePreferInlineScheduling = true;

    public static void Apply(KestrelServerOptions options, LimitSettings settings)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = settings.Connections;
        options.Limits.MaxConcurrentUpgradedConnections = settings.Connections;
        options.Limits.KeepAliveTimeout = settings.KeepAliveTimeout;
        options.Limits.RequestHeadersTimeout = settings.HandshakeTimeout;
        options.Limits.MaxRequestBodySize = RequestBody;
        options.Limits.MaxRequestLineSize = 4 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxRequestHeaderCount = 64;
    }
}
