using TalkyWalky.Engines.Ldap;

namespace TalkyWalky.Server.Configuration;

/// <param name="Ldap">The organisation's own directory; null for the one that is built in. Its password is the one of the environment, if that is set.</param>
/// <param name="PasswordFile">Holds the password of the service account; read when the directory is opened.</param>
/// <param name="BreakerShare">Percent of the people with devices; see <see cref="Sync.CircuitBreaker"/>.</param>
internal sealed record DirectorySettings(
    LdapOptions? Ldap, string? PasswordFile, TimeSpan SyncInterval, int BreakerShare, int BreakerCount, bool PublishCertificates)
{
    public static DirectorySettings Read(SettingValues values) => new(
        ReadLdap(values), values.Read(DirectoryKeys.PasswordFile), values.Read(DirectoryKeys.SyncInterval),
        (int)values.Read(DirectoryKeys.BreakerShare), (int)values.Read(DirectoryKeys.BreakerCount), values.Read(DirectoryKeys.PublishCertificates));

    /// <summary>What does not fit together, as a sentence; null when all does.</summary>
    public string? Contradiction()
    {
        if (Ldap is null) return null;
        if (Ldap.Servers.Count == 0) return $"{DirectoryKeys.Type.Name} needs {DirectoryKeys.Servers.Name}; give {DirectoryKeys.Servers.Allowed}";
        if (Ldap.Base.Length == 0) return $"{DirectoryKeys.Type.Name} needs {DirectoryKeys.Base.Name}; give {DirectoryKeys.Base.Allowed}";
        if (Ldap.Password is not null && PasswordFile is not null) return $"{DirectoryKeys.Password.EnvironmentName} and {DirectoryKeys.PasswordFile.Name} are both set; keep one of them";
        if (Ldap.BindDn is not null != (Ldap.Password ?? PasswordFile) is not null)
            return $"{DirectoryKeys.BindDn.Name} and {DirectoryKeys.PasswordFile.Name} belong together; give both, or neither to search anonymously";
        if (Ldap.Kind == LdapKind.ActiveDirectory && LdapPresets.MapOf(Ldap.Kind) is var preset && (Ldap.Map.DisabledAttribute, Ldap.Map.DisabledValue) != (preset.DisabledAttribute, preset.DisabledValue))
            return $"{DirectoryKeys.DisabledAttribute.Name} and {DirectoryKeys.DisabledValue.Name} are for OpenLDAP; Active Directory says itself who is disabled, so leave them out";
        return Ldap.Fault();
    }

    private static LdapOptions? ReadLdap(SettingValues values)
    {
        // Read also where it is not used: a mistake in any key is one at once.
        var kind = values.Read(DirectoryKeys.Type);
        var preset = LdapPresets.MapOf(kind ?? LdapKind.OpenLdap);
        var map = new LdapMap(
            values.Read(DirectoryKeys.UserFilter) ?? preset.UserFilter,
            values.Read(DirectoryKeys.IdAttribute) ?? preset.Id,
            values.Read(DirectoryKeys.UsernameAttribute) ?? preset.Username,
            values.Read(DirectoryKeys.FullNameAttributes) ?? preset.FullName,
            values.Read(DirectoryKeys.MailAttribute) ?? preset.Mail,
            values.Read(DirectoryKeys.DisabledAttribute) ?? preset.DisabledAttribute,
            values.Read(DirectoryKeys.DisabledValue) ?? preset.DisabledValue);
        var template = LdapPresets.NewUserOf(kind ?? LdapKind.OpenLdap);
        var options = new LdapOptions(
            kind ?? LdapKind.OpenLdap,
            values.Read(DirectoryKeys.Servers),
            values.Read(DirectoryKeys.StartTls),
            values.Read(DirectoryKeys.CaFile),
            values.Read(DirectoryKeys.BindDn),
            values.Read(DirectoryKeys.Password),
            values.Read(DirectoryKeys.Base) ?? "",
            map,
            new LdapTemplate(values.Read(DirectoryKeys.NewUserDn) ?? template.Dn, values.Read(DirectoryKeys.NewUserAttributes) ?? template.Attributes),
            values.Read(DirectoryKeys.Group),
            (int)values.Read(DirectoryKeys.Connections),
            values.Read(DirectoryKeys.Timeout));
        return kind is null ? null : options;
    }
}
