using TalkyWalky.Engines.Ldap.Connections;

namespace TalkyWalky.Engines.Ldap;

public enum LdapKind
{
    /// <summary>RFC 4510-4519 with inetOrgPerson (RFC 2798), passwords by RFC 3062, lock-out by the ppolicy overlay.</summary>
    OpenLdap,

    /// <summary>Active Directory, and Samba as a domain controller.</summary>
    ActiveDirectory,
}

/// <summary>How to reach a directory and what its entries look like.</summary>
/// <param name="Servers">ldap://HOST[:PORT] or ldaps://HOST[:PORT]; the first that answers is used, the others when it fails.</param>
/// <param name="StartTls">For ldap:// addresses. Without it they must be on loopback.</param>
/// <param name="CaFile">PEM: the certificates that the servers' chains may end in; null takes the system's.</param>
/// <param name="BindDn">The service account; null searches anonymously.</param>
/// <param name="Base">Under which people are found, as a DN.</param>
/// <param name="Group">DN of a group whose members alone, nested ones too, may use the chat; null for everyone.</param>
/// <param name="Connections">Kept open at most, 1 to 64.</param>
/// <param name="Timeout">For one request.</param>
public sealed record LdapOptions(
    LdapKind Kind,
    IReadOnlyList<Uri> Servers,
    bool StartTls,
    string? CaFile,
    string? BindDn,
    string? Password,
    string Base,
    LdapMap Map,
    LdapTemplate NewUser,
    string? Group,
    int Connections,
    TimeSpan Timeout)
{
    /// <summary>What must not be, as a sentence: an address that passwords would go to in the clear beyond this machine.</summary>
    public string? Fault() => Plain.FirstOrDefault(static server => !ServerAddress.IsLoopback(server)) is { } server
        ? $"{server.GetLeftPart(UriPartial.Authority)} would carry passwords unprotected; set directory.startTls to true, or use ldaps://"
        : null;

    /// <summary>Addresses without any TLS.</summary>
    internal IEnumerable<Uri> Plain => StartTls ? [] : Servers.Where(static server => !ServerAddress.IsTls(server));

    public override string ToString() => $"{nameof(LdapOptions)} {{ {Kind}, {string.Join(' ', Servers)}, {Base} }}"; // never the password
}

/// <summary>Which attribute is what. <see cref="LdapPresets"/> has those of each kind.</summary>
/// <param name="UserFilter">RFC 4515: which entries under the base are people.</param>
/// <param name="Id">Never changes and is never given again: 16 bytes, or a UUID as text (RFC 4530).</param>
/// <param name="FullName">The first of these attributes that an entry has.</param>
/// <param name="DisabledAttribute">An entry with <paramref name="DisabledValue"/> here is disabled; Active Directory: bit 2 of userAccountControl, whatever stands here.</param>
public sealed record LdapMap(
    string UserFilter, string Id, string Username, IReadOnlyList<string> FullName, string Mail, string DisabledAttribute, string DisabledValue);

/// <summary>What a new entry is made of. {username} {fullName} {lastName} {mail} {base} are filled in; an attribute whose value comes out empty is left out.</summary>
/// <param name="Dn">Values are escaped by RFC 4514.</param>
public sealed record LdapTemplate(string Dn, IReadOnlyList<KeyValuePair<string, string>> Attributes);

public static class LdapPresets
{
    public static LdapMap MapOf(LdapKind kind) => kind switch
    {
        LdapKind.OpenLdap => new("(objectClass=inetOrgPerson)", "entryUUID", "uid", ["displayName", "cn"], "mail", "pwdAccountLockedTime", "000001010000Z"),
        LdapKind.ActiveDirectory => new("(&(objectCategory=person)(objectClass=user))", "objectGUID", "sAMAccountName", ["displayName", "cn"], "mail", "userAccountControl", "2"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static LdapTemplate NewUserOf(LdapKind kind) => kind switch
    {
        LdapKind.OpenLdap => new("uid={username},ou=people,{base}",
        [
            new("objectClass", "inetOrgPerson"), new("uid", "{username}"), new("cn", "{fullName}"), new("sn", "{lastName}"), new("displayName", "{fullName}"), new("mail", "{mail}"),
        ]),
        LdapKind.ActiveDirectory => new("CN={username},OU=People,{base}",
        [
            new("objectClass", "user"), new("sAMAccountName", "{username}"), new("displayName", "{fullName}"), new("sn", "{lastName}"), new("mail", "{mail}"),
        ]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
