using System.Net;
using System.Net.Sockets;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Wire;

namespace TalkyWalky.Server;

/// <summary>Every name this server is known by.</summary>
/// <param name="Certificate">Host names and addresses, without ports, in a fixed order.</param>
/// <param name="Gateway">host[:port] as devices may sign it in their handshake.</param>
internal sealed record ServerNames(string PublicHost, int PublicPort, IReadOnlyList<string> Certificate, IReadOnlySet<string> Gateway)
{
    /// <param name="port">The real one, also where port 0 was asked for.</param>
    public static ServerNames Of(ServerConfiguration configuration, int port)
    {
        var publicHost = configuration.PublicUrl is { } url ? Bare(url) : configuration.Hosts.Count > 0 ? configuration.Hosts[0] : configuration.Listen.Address.ToString();
        var publicPort = configuration.PublicUrl?.Port ?? port;
        List<string> hosts = [publicHost, .. configuration.Hosts];
        var listen = configuration.Listen.Address;
        var everywhere = ConfigurationReader.IsWildcard(listen);
        if (!everywhere) hosts.Add(listen.ToString());
        if (everywhere || IPAddress.IsLoopback(listen)) hosts.AddRange(["localhost", "127.0.0.1"]);
        if (listen.AddressFamily == AddressFamily.InterNetworkV6 && (everywhere || IPAddress.IsLoopback(listen))) hosts.Add("::1");
        var certificate = hosts.Select(static host => host.ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToList();
        var gateway = certificate.SelectMany(host => WithPort(host, port)).Concat(WithPort(publicHost, publicPort)).ToHashSet(StringComparer.Ordinal);
        return new ServerNames(publicHost, publicPort, certificate, gateway);
    }

    public JoinLink Link(Digest root, string? invitation) => new(PublicHost, PublicPort, root, invitation);

    private static string Bare(Uri url) => url.IdnHost.Trim('[', ']').ToLowerInvariant();

    // The port may be left out where it is the scheme's own (RFC 9110 §4.2.2), and an IPv6 address stands in brackets (RFC 3986 §3.2.2).
    private static IEnumerable<string> WithPort(string host, int port)
    {
        var written = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        yield return $"{written}:{port}";
        if (port == 443) yield return written;
    }
}
