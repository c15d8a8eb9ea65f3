using System.Net;

namespace TalkyWalky.Server.Configuration;

[Flags]
internal enum ServerRoles
{
    Gateway = 1,
    Authority = 2,
    Both = Gateway | Authority,
}

/// <param name="Proxies">Mapped to IPv6. Connections from these begin with a PROXY header.</param>
internal sealed record RoleSettings(
    ServerRoles Roles, DnsEndPoint? AuthorityAddress, string? CertificatesFile, string? CertificateFile, string? KeyFile, IReadOnlyList<IPAddress> Proxies)
{
    public bool IsGateway => Roles.HasFlag(ServerRoles.Gateway);

    public bool IsAuthority => Roles.HasFlag(ServerRoles.Authority);

    public static RoleSettings Read(SettingValues values) => new(
        values.Read(RoleKeys.Roles), values.Read(RoleKeys.AuthorityAddress), values.Read(RoleKeys.CertificatesFile), values.Read(RoleKeys.CertificateFile),
        values.Read(RoleKeys.KeyFile), values.Read(RoleKeys.Proxies));

    /// <summary>What does not fit together, as a sentence; null when all does.</summary>
    public string? Contradiction(ServerConfiguration configuration)
    {
        if (Roles != ServerRoles.Both && (configuration.Broker.Rabbit is null || !configuration.Store.IsPostgres))
            return $"gateway and authority in two processes need a broker and a store that both reach; set {BrokerKeys.Type.Name} to rabbitmq and {StoreKeys.Type.Name} to postgres";
        if (Roles == ServerRoles.Authority && configuration.PublicUrl is null)
            return $"an authority that runs apart needs {ConfigurationKeys.PublicUrl.Name}: the address of the gateways, which goes into join links and certificates";
        if (IsAuthority) return null;
        return Missing(AuthorityAddress is null, RoleKeys.AuthorityAddress) ?? Missing(CertificatesFile is null, RoleKeys.CertificatesFile)
            ?? Missing(CertificateFile is null, RoleKeys.CertificateFile) ?? Missing(KeyFile is null, RoleKeys.KeyFile);
    }

    private static string? Missing(bool isMissing, ConfigurationKey key) => isMissing ? $"a gateway that runs apart from the authority needs {key.Name}; give {key.Allowed}" : null;
}
