using System.Net;

namespace TalkyWalky.Engines.Ldap.Connections;

/// <summary>What an address of <see cref="LdapOptions.Servers"/> says.</summary>
internal static class ServerAddress
{
    public static bool IsTls(Uri server) => string.Equals(server.Scheme, "ldaps", StringComparison.OrdinalIgnoreCase);

    public static int PortOf(Uri server) => server.Port > 0 ? server.Port : IsTls(server) ? 636 : 389;

    public static bool IsLoopback(Uri server) =>
        string.Equals(server.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(server.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
