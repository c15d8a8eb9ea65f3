using System.Net;

namespace TalkyWalky.Server.Configuration;

/// <summary>What the values of <see cref="RoleKeys"/> may look like.</summary>
internal static class RoleReaders
{
    public const int MaxProxies = 64;

    public static bool Roles(Setting setting, out ServerRoles value)
    {
        value = default;
        foreach (var name in setting.Items)
        {
            var role = name switch { "gateway" => ServerRoles.Gateway, "authority" => ServerRoles.Authority, _ => default };
            if (role == default) return false;
            value |= role;
        }

        return setting.Shape is SettingShape.Untyped or SettingShape.List && value != default;
    }

    public static bool Address(Setting setting, out DnsEndPoint? value)
    {
        value = null;
        var colon = setting.Text.LastIndexOf(':');
        if (!setting.IsText || colon <= 0 || !SettingReaders.IsPort(setting.Text.AsSpan(colon + 1), out var port)) return false;
        var host = setting.Text[..colon];
        var isBracketed = host.Length > 2 && host[0] == '[' && host[^1] == ']';
        if (isBracketed != host.Contains(':', StringComparison.Ordinal)) return false;
        host = isBracketed ? host[1..^1] : host;
        if (!SettingReaders.IsHost(host.ToLowerInvariant())) return false;
        value = new DnsEndPoint(host, port);
        return true;
    }

    public static bool Addresses(Setting setting, out IReadOnlyList<IPAddress> value)
    {
        var read = new List<IPAddress>();
        value = read;
        if (setting.Shape is not (SettingShape.Untyped or SettingShape.List) || setting.Items.Count > MaxProxies) return false;
        foreach (var item in setting.Items)
        {
            if (!IPAddress.TryParse(item, out var address)) return false;
            read.Add(address.MapToIPv6());
        }

        return true;
    }
}
