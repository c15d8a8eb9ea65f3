using System.Net;

namespace TalkyWalky.Server.Configuration;

/// <summary>Settings given on the command line; they win over the environment, which wins over the file.</summary>
internal sealed record CommandLineSettings(string? Listen, IReadOnlyList<string> Hosts, string? Roles)
{
    public static CommandLineSettings None { get; } = new(null, [], null);
}

/// <summary>Makes the one configuration from file, environment and command line.</summary>
internal static class ConfigurationReader
{
    /// <param name="file">Null: no file.</param>
    /// <param name="environment">All variables of the process; those with the prefix must be known.</param>
    public static ConfigurationOutcome Read(string? file, IReadOnlyDictionary<string, string> environment, CommandLineSettings commandLine)
    {
        var settings = new Dictionary<string, Setting>(StringComparer.Ordinal);
        if (file is not null)
        {
            if (ConfigurationFile.TryRead(file, out var fileError) is not { } read) return new ConfigurationOutcome.Invalid(fileError);
            settings = read;
        }

        if (AddEnvironment(environment, settings) is { } unknown) return new ConfigurationOutcome.Invalid(unknown);
        AddCommandLine(commandLine, settings);
        return Build(settings);
    }

    private static string? AddEnvironment(IReadOnlyDictionary<string, string> environment, Dictionary<string, Setting> settings)
    {
        foreach (var (name, value) in environment.Where(static pair => pair.Key.StartsWith(ConfigurationKey.EnvironmentPrefix, StringComparison.Ordinal)).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            var key = ConfigurationKeys.All.FirstOrDefault(key => string.Equals(key.EnvironmentName, name, StringComparison.Ordinal));
            if (key is null)
                return $"{name} in the environment is no setting; did you mean {NearestName.Of(name, ConfigurationKeys.All.Select(static known => known.EnvironmentName))}?";
            settings[key.Name] = Setting.Untyped(name, "in the environment", value);
        }

        return null;
    }

    private static void AddCommandLine(CommandLineSettings commandLine, Dictionary<string, Setting> settings)
    {
        if (commandLine.Listen is { } listen) settings[ConfigurationKeys.Listen.Name] = Setting.Untyped("--listen", "on the command line", listen);
        if (commandLine.Roles is { } roles) settings[RoleKeys.Roles.Name] = Setting.Untyped("--roles", "on the command line", roles);
        if (commandLine.Hosts is not { Count: > 0 } hosts) return;
        var configured = settings.GetValueOrDefault(ConfigurationKeys.Hosts.Name);
        // --host adds to the configured names, and the first one goes into the join link.
        settings[ConfigurationKeys.Hosts.Name] = new Setting("--host", "on the command line", SettingShape.List, string.Join(',', hosts), [.. hosts, .. configured?.Items ?? []], "");
    }

    private static ConfigurationOutcome Build(Dictionary<string, Setting> settings)
    {
        var values = new SettingValues(settings);
        var mailbox = new MailboxSettings(values.Read(ConfigurationKeys.MailboxMaxCount), values.Read(ConfigurationKeys.MailboxMaxBytes));
        var configuration = new ServerConfiguration(
            values.Read(ConfigurationKeys.PublicUrl),
            values.Read(ConfigurationKeys.Listen),
            values.Read(ConfigurationKeys.Hosts),
            new OrganisationSettings(values.Read(ConfigurationKeys.OrganisationName), values.Read(ConfigurationKeys.OrganisationDomain)),
            new RegistrationSettings(values.Read(ConfigurationKeys.RegistrationPolicy), values.Read(ConfigurationKeys.InvitationLife), (int)values.Read(ConfigurationKeys.MaxDevicesPerUser)),
            new LoginSettings(values.Read(ConfigurationKeys.LoginMaxAge)),
            mailbox,
            new PassphraseSettings(values.Read(ConfigurationKeys.PassphraseFile), values.Read(ConfigurationKeys.Passphrase)),
            new LimitSettings((int)values.Read(ConfigurationKeys.Connections), values.Read(ConfigurationKeys.HandshakeTimeout), values.Read(ConfigurationKeys.KeepAliveTimeout)),
            new LogSettings(values.Read(ConfigurationKeys.LogLevel)),
            DirectorySettings.Read(values),
            StoreSettings.Read(values),
            BrokerSettings.Read(values, mailbox),
            RoleSettings.Read(values));
        return (values.Error ?? Contradiction(configuration)) is { } error ? new ConfigurationOutcome.Invalid(error) : new ConfigurationOutcome.Valid(configuration);
    }

    private static string? Contradiction(ServerConfiguration configuration)
    {
        if (configuration.PublicUrl is null && configuration.Hosts.Count == 0 && IsWildcard(configuration.Listen.Address))
            return $"listening on every address ({configuration.Listen}) leaves open what others call this server; give --host NAME, or set \"hosts\" or \"publicUrl\"";
        return configuration.Authority is { Passphrase: not null, PassphraseFile: not null }
            ? $"{ConfigurationKeys.Passphrase.EnvironmentName} and {ConfigurationKeys.PassphraseFile.Name} are both set; keep one of them"
            : configuration.Directory.Contradiction() ?? configuration.Store.Contradiction() ?? configuration.Broker.Contradiction() ?? configuration.Roles.Contradiction(configuration);
    }

    internal static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
