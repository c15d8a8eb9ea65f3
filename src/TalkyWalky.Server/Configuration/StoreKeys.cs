using TalkyWalky.Engines.Postgres;

namespace TalkyWalky.Server.Configuration;

/// <summary>The keys of the database that keeps devices, rooms and accounts.</summary>
internal static class StoreKeys
{
    public const int MaxServers = 8;

    public static readonly ConfigurationKey<bool> Type = new(
        "store.type", false, "embedded or postgres", SettingReaders.OneOf(("embedded", false), ("postgres", true)));

    public static readonly ConfigurationKey<IReadOnlyList<PostgresServer>> Servers = new(
        "store.servers", [], $"a list of 1 to {MaxServers} servers like db.example.org or 10.0.0.1:5432, or the folder of a Unix socket like /run/postgresql", ReadServers);

    public static readonly ConfigurationKey<bool> Tls = new("store.tls", true, "true or false", SettingReaders.Truth);

    public static readonly ConfigurationKey<string?> CaFile = new("store.caFile", null, "the path of a PEM file with the database's CA", SettingReaders.Path);

    // PostgreSQL keeps 63 bytes of a name (NAMEDATALEN).
    public static readonly ConfigurationKey<string> Database = new("store.database", "talkywalky", "a name of 1 to 63 characters", SettingReaders.Text(1, 63));

    public static readonly ConfigurationKey<string> Username = new("store.username", "talkywalky", "a name of 1 to 63 characters", SettingReaders.Text(1, 63));

    public static readonly ConfigurationKey<string?> PasswordFile = new("store.passwordFile", null, "the path of a file that holds the password in its first line", SettingReaders.Path);

    public static readonly ConfigurationKey<string?> Password = new("store.password", null, "1 to 1024 characters", SettingReaders.Secret(1, 1024)) { SecretFile = PasswordFile };

    public static readonly ConfigurationKey<long> Connections = new("store.connections", 20, "a whole number from 1 to 1000", SettingReaders.Integer(1, 1000));

    public static readonly ConfigurationKey<TimeSpan> Timeout = new(
        "store.timeout", TimeSpan.FromSeconds(5), "a time from 1s to 60s", SettingReaders.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)));

    public static IReadOnlyList<ConfigurationKey> All { get; } = [Type, Servers, Tls, CaFile, Database, Username, PasswordFile, Password, Connections, Timeout];

    private static bool ReadServers(Setting setting, out IReadOnlyList<PostgresServer> value)
    {
        value = [.. setting.Items.Select(ReadServer).OfType<PostgresServer>()];
        return setting.Shape is SettingShape.Untyped or SettingShape.List && value.Count == setting.Items.Count && value.Count is > 0 and <= MaxServers;
    }

    /// <summary>HOST, HOST:PORT, ADDRESS, [ADDRESS]:PORT, or a path, with :PORT where the socket is another one's. Null: none of these.</summary>
    private static PostgresServer? ReadServer(string text)
    {
        var colon = text.LastIndexOf(':');
        var hasPort = colon > 0 && (text[0] is '/' || (text[0] is '[' ? text[colon - 1] is ']' : text.IndexOf(':', StringComparison.Ordinal) == colon));
        var host = hasPort ? text[..colon] : text;
        var port = PostgresOptions.DefaultPort;
        if (hasPort && (!SettingReaders.IsPort(text.AsSpan(colon + 1), out port))) return null;
        if (host is ['[', .., ']']) host = host[1..^1];
        return host.StartsWith('/') ? host.Length <= 100 && !host.Any(char.IsControl) && !host.Contains(',', StringComparison.Ordinal) ? new(host, port) : null
            : SettingReaders.IsHost(host) ? new(host, port)
            : null;
    }
}
