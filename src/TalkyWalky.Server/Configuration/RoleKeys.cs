using System.Net;

namespace TalkyWalky.Server.Configuration;

/// <summary>The keys of roles that run apart (docs/operations.md).</summary>
internal static class RoleKeys
{
    public static readonly ConfigurationKey<ServerRoles> Roles = new("roles", ServerRoles.Both, "a list of gateway and authority", RoleReaders.Roles);

    public static readonly ConfigurationKey<DnsEndPoint?> AuthorityAddress =
        new("authority.address", null, "HOST:PORT of the process that is the authority, such as 10.0.0.5:7444", RoleReaders.Address);

    public static readonly ConfigurationKey<string?> CertificatesFile =
        new("authority.certificatesFile", null, "the path of a PEM file with what `talkywalkyd ca show --pem` prints", SettingReaders.Path);

    public static readonly ConfigurationKey<string?> CertificateFile = new("tls.certificateFile", null, "the path of a PEM file that `talkywalkyd ca issue` made", SettingReaders.Path);

    public static readonly ConfigurationKey<string?> KeyFile = new("tls.keyFile", null, "the path of a PEM file with its key", SettingReaders.Path);

    public static readonly ConfigurationKey<IReadOnlyList<IPAddress>> Proxies =
        new("proxies", [], $"a list of at most {RoleReaders.MaxProxies} IP addresses", RoleReaders.Addresses);

    public static IReadOnlyList<ConfigurationKey> All { get; } = [Roles, AuthorityAddress, CertificatesFile, CertificateFile, KeyFile, Proxies];
}
