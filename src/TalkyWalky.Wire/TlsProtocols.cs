using System.Net.Security;

namespace TalkyWalky.Wire;

/// <summary>What connections say in the open before TLS begins (ALPN, RFC 7301), so that a gateway can pass on, unopened, those that are for the authority.</summary>
public static class TlsProtocols
{
    /// <summary>Offered beside HTTP/1.1, never chosen.</summary>
    public static readonly SslApplicationProtocol Authority = new("tw-authority");
}
