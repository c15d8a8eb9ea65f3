using System.Net;
using Microsoft.Extensions.Logging;
using TalkyWalky.Authority;
using TalkyWalky.Engines;

namespace TalkyWalky.Server.Configuration;

/// <summary>The one list of what can be set. docs/configuration.md describes the same keys; a test compares the two.</summary>
internal static class ConfigurationKeys
{
    public static readonly ConfigurationKey<Uri?> PublicUrl =
        new("publicUrl", null, "an address like https://chat.example.org:7443, without a path", SettingReaders.PublicUrl);

    public static readonly ConfigurationKey<IPEndPoint> Listen =
        new("listen", new IPEndPoint(IPAddress.Loopback, 7443), "ADDRESS:PORT with an IP address or localhost, such as 127.0.0.1:7443 or [::]:7443; port 0 takes any free one", SettingReaders.Listen);

    public static readonly ConfigurationKey<IReadOnlyList<string>> Hosts =
        new("hosts", [], $"at most {SettingReaders.MaxHosts} host names or IP addresses without ports", SettingReaders.Hosts);

    public static readonly ConfigurationKey<string> OrganisationName =
        new("organisation.name", "TalkyWalky", "a name of 1 to 64 characters", SettingReaders.Text(1, 64));

    public static readonly ConfigurationKey<string> OrganisationDomain =
        new("organisation.domain", "talkywalky.internal", "a DNS name in lower case, such as example.org", SettingReaders.Domain);

    public static readonly ConfigurationKey<RegistrationPolicy> RegistrationPolicy =
        new("registration.policy", Authority.RegistrationPolicy.Open, "open, invite or closed", SettingReaders.Choice<RegistrationPolicy>());

    public static readonly ConfigurationKey<TimeSpan> InvitationLife =
        new("registration.invitationLife", TimeSpan.FromDays(7), "a time from 1h to 365d", SettingReaders.Duration(TimeSpan.FromHours(1), TimeSpan.FromDays(365)));

    public static readonly ConfigurationKey<long> MaxDevicesPerUser =
        new("registration.maxDevicesPerUser", 10, "a whole number from 1 to 100", SettingReaders.Integer(1, 100));

    public static readonly ConfigurationKey<TimeSpan> LoginMaxAge =
        new("login.maxAge", TimeSpan.FromDays(30), "a time from 1h to 365d", SettingReaders.Duration(TimeSpan.FromHours(1), TimeSpan.FromDays(365)));

    public static readonly ConfigurationKey<long> MailboxMaxCount =
        new("mailbox.maxCount", MailboxLimits.Default.Count, "a whole number from 100 to 10000000", SettingReaders.Integer(100, 10_000_000));

    public static readonly ConfigurationKey<long> MailboxMaxBytes =
        new("mailbox.maxBytes", MailboxLimits.Default.Bytes, "a whole number of bytes from 1048576 to 1099511627776", SettingReaders.Integer(1L << 20, 1L << 40));

    public static readonly ConfigurationKey<string?> PassphraseFile =
        new("authority.passphraseFile", null, "the path of a file that holds the passphrase in its first line", SettingReaders.Path);

    public static readonly ConfigurationKey<string?> Passphrase =
        new("authority.passphrase", null, "8 to 1024 characters", SettingReaders.Secret(8, 1024)) { SecretFile = PassphraseFile };

    public static readonly ConfigurationKey<long> Connections =
        new("limits.connections", 20_000, "a whole number from 1 to 1000000", SettingReaders.Integer(1, 1_000_000));

    public static readonly ConfigurationKey<TimeSpan> HandshakeTimeout =
        new("limits.handshakeTimeout", TimeSpan.FromSeconds(10), "a time from 1s to 60s", SettingReaders.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)));

    public static readonly ConfigurationKey<TimeSpan> KeepAliveTimeout =
        new("limits.keepAliveTimeout", TimeSpan.FromSeconds(60), "a time from 5s to 10m", SettingReaders.Duration(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)));

    public static readonly ConfigurationKey<LogLevel> LogLevel =
        new("log.level", Microsoft.Extensions.Logging.LogLevel.Information, "trace, debug, information, warning or error", SettingReaders.LogLevel);

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        PublicUrl, Listen, Hosts, OrganisationName, OrganisationDomain, RegistrationPolicy, InvitationLife, MaxDevicesPerUser, LoginMaxAge,
        MailboxMaxCount, MailboxMaxBytes, PassphraseFile, Passphrase, Connections, HandshakeTimeout, KeepAliveTimeout, LogLevel,
        .. DirectoryKeys.All,
        .. StoreKeys.All,
        .. BrokerKeys.All,
        .. RoleKeys.All,
    ];

    /// <summary>Everything that may be the name of a member in the file.</summary>
    public static IReadOnlyList<string> NamesAndSections { get; } =
        [.. All.Select(static key => key.Name), .. All.Select(static key => key.Section).Where(static section => section.Length > 0).Distinct(StringComparer.Ordinal)];
}
