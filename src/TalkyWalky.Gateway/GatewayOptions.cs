using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway;

/// <param name="Hosts">host[:port] that devices sign in their handshake; any of these is right.</param>
/// <param name="CertificateHash">SHA-256 of the TLS certificate now in use: binds the handshake to this connection's end.</param>
/// <param name="IssuingCertificates">Of the issuing CAs that live now, DER; sent in Welcome and used as path candidates.</param>
/// <param name="LoginMaxAge">The password must have been given on the device within this time.</param>
/// <param name="MaxOutstanding">Publishes of one connection that may be unanswered; further frames wait in the network.</param>
/// <param name="Prefetch">Deliveries of one connection that may be unacknowledged.</param>
/// <param name="DirectoryClock">How far the clock by which the directory dates passwords may be from this one's.</param>
public sealed record GatewayOptions(
    TrustAnchor Anchor,
    IReadOnlySet<string> Hosts,
    Func<Digest> CertificateHash,
    Func<IReadOnlyList<ReadOnlyMemory<byte>>> IssuingCertificates,
    TimeSpan LoginMaxAge,
    int MaxOutstanding = 256,
    int Prefetch = 256,
    TimeSpan DirectoryClock = default);
