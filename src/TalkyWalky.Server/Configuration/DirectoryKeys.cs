using TalkyWalky.Engines.Ldap;

namespace TalkyWalky.Server.Configuration;

/// <summary>The keys of the organisation's own directory. Where a default is not here, <see cref="LdapPresets"/> has it.</summary>
internal static class DirectoryKeys
{
    private const string ADn = "a DN such as ou=people,dc=example,dc=org", AnAttribute = "the name of an attribute, such as uid";

    /// <summary>Null: the server's own.</summary>
    public static readonly ConfigurationKey<LdapKind?> Type = new(
        "directory.type", null, "embedded, openldap or active-directory",
        SettingReaders.OneOf<LdapKind?>(("embedded", null), ("openldap", LdapKind.OpenLdap), ("active-directory", LdapKind.ActiveDirectory)));

    public static readonly ConfigurationKey<IReadOnlyList<Uri>> Servers = new(
        "directory.servers", [], $"a list of 1 to {DirectoryReaders.MaxServers} addresses like ldaps://ldap.example.org or ldap://10.0.0.1:389", DirectoryReaders.Servers);

    public static readonly ConfigurationKey<bool> StartTls = new("directory.startTls", true, "true or false", SettingReaders.Truth);

    public static readonly ConfigurationKey<string?> CaFile = new("directory.caFile", null, "the path of a PEM file with the directory's CA", SettingReaders.Path);

    public static readonly ConfigurationKey<string?> BindDn = new(
        "directory.bindDn", null, "the DN of a service account such as cn=talkywalky,ou=services,dc=example,dc=org", DirectoryReaders.BindName);

    public static readonly ConfigurationKey<string?> PasswordFile = new(
        "directory.passwordFile", null, "the path of a file that holds the service account's password in its first line", SettingReaders.Path);

    public static readonly ConfigurationKey<string?> Password = new("directory.password", null, "1 to 1024 characters", SettingReaders.Secret(1, 1024)) { SecretFile = PasswordFile };

    public static readonly ConfigurationKey<string?> Base = new("directory.base", null, ADn, DirectoryReaders.Dn);

    public static readonly ConfigurationKey<string?> Group = new("directory.group", null, "the DN of a group such as cn=chat,ou=groups,dc=example,dc=org", DirectoryReaders.Dn);

    public static readonly ConfigurationKey<string?> UserFilter = new("directory.userFilter", null, "an LDAP filter such as (objectClass=inetOrgPerson)", DirectoryReaders.Filter);

    public static readonly ConfigurationKey<string?> IdAttribute = new("directory.idAttribute", null, AnAttribute, DirectoryReaders.Attribute);

    public static readonly ConfigurationKey<string?> UsernameAttribute = new("directory.usernameAttribute", null, AnAttribute, DirectoryReaders.Attribute);

    public static readonly ConfigurationKey<IReadOnlyList<string>?> FullNameAttributes = new(
        "directory.fullNameAttributes", null, "a list of attributes such as displayName, cn", DirectoryReaders.Attributes);

    public static readonly ConfigurationKey<string?> MailAttribute = new("directory.mailAttribute", null, AnAttribute, DirectoryReaders.Attribute);

    public static readonly ConfigurationKey<string?> DisabledAttribute = new("directory.disabledAttribute", null, AnAttribute, DirectoryReaders.Attribute);

    public static readonly ConfigurationKey<string?> DisabledValue = new("directory.disabledValue", null, "1 to 256 characters", SettingReaders.Text(1, 256)!);

    public static readonly ConfigurationKey<string?> NewUserDn = new(
        "directory.newUserDn", null, "a DN with {username} in it, such as uid={username},ou=people,{base}", DirectoryReaders.NewUserDn);

    public static readonly ConfigurationKey<IReadOnlyList<KeyValuePair<string, string>>?> NewUserAttributes = new(
        "directory.newUserAttributes", null, "a list of NAME=TEMPLATE with {username}, {fullName}, {lastName}, {mail}, {base}", DirectoryReaders.NewUserAttributes);

    public static readonly ConfigurationKey<long> Connections = new("directory.connections", 8, "a whole number from 1 to 64", SettingReaders.Integer(1, 64));

    public static readonly ConfigurationKey<TimeSpan> Timeout = new(
        "directory.timeout", TimeSpan.FromSeconds(5), "a time from 1s to 60s", SettingReaders.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)));

    public static readonly ConfigurationKey<TimeSpan> SyncInterval = new(
        "directory.syncInterval", TimeSpan.FromSeconds(2), "a time from 1s to 10m", SettingReaders.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)));

    public static readonly ConfigurationKey<long> BreakerShare = new("directory.breakerShare", 10, "a whole number of percent from 0 to 100", SettingReaders.Integer(0, 100));

    public static readonly ConfigurationKey<long> BreakerCount = new("directory.breakerCount", 5, "a whole number from 1 to 1000000", SettingReaders.Integer(1, 1_000_000));

    public static readonly ConfigurationKey<bool> PublishCertificates = new("directory.publishCertificates", true, "true or false", SettingReaders.Truth);

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        Type, Servers, StartTls, CaFile, BindDn, PasswordFile, Password, Base, Group, UserFilter, IdAttribute, UsernameAttribute, FullNameAttributes, MailAttribute,
        DisabledAttribute, DisabledValue, NewUserDn, NewUserAttributes, Connections, Timeout, SyncInterval, BreakerShare, BreakerCount, PublishCertificates,
    ];
}
