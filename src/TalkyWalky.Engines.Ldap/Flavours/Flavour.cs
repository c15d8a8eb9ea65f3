using System.DirectoryServices.Protocols;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Ldap.Flavours;

/// <summary>Where directories differ.</summary>
internal abstract class Flavour(LdapOptions options, TimeProvider time)
{
    protected LdapOptions Options { get; } = options;

    protected DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Attributes of a person's entry that are read, beside those of the map.</summary>
    public abstract IReadOnlyList<string> Attributes { get; }

    /// <summary>The attribute for certificates, with its transfer option (RFC 4523 §4.1).</summary>
    public abstract string Certificates { get; }

    public static Flavour Of(LdapOptions options, TimeProvider time) => options.Kind switch
    {
        LdapKind.OpenLdap => new OpenLdapFlavour(options, time),
        LdapKind.ActiveDirectory => new ActiveDirectoryFlavour(options, time),
        _ => throw new ArgumentOutOfRangeException(nameof(options)),
    };

    public abstract string IdFilter(UserId user);

    public abstract UserId? IdOf(LdapEntry entry);

    public abstract Standing StandingOf(LdapLink link, LdapEntry entry);

    /// <summary>Those who belong, of the people that match the filter at least, to <see cref="LdapOptions.Group"/>.</summary>
    public abstract GroupMembers Members(LdapLink link, string filter, string group);

    public abstract string? ChangeMark(LdapLink link);

    public abstract BindVerdict Judge(BindReply reply);

    public abstract IReadOnlyList<DirectoryAttributeModification> Enabling(LdapEntry entry, bool enabled);

    public abstract IReadOnlyList<DirectoryAttributeModification> Unlocking(LdapEntry entry);

    /// <summary>Null when a new account may have this name, else a sentence.</summary>
    public abstract string? NameFault(string username);

    /// <summary>What a new entry has besides the template's attributes.</summary>
    public abstract IReadOnlyList<DirectoryAttribute> NewEntry { get; }

    public abstract DirectoryResponse SetPassword(LdapLink link, string dn, string password);

    /// <summary>The last step of adding somebody, once the password is set.</summary>
    public abstract DirectoryResponse? Admit(LdapLink link, string dn);

    /// <summary>A sentence for the person whose new password was refused; null when the refusal is about something else.</summary>
    public abstract string? PasswordFault(DirectoryResponse response);

    protected static DirectoryAttributeModification Modification(DirectoryAttributeOperation operation, string attribute, params IReadOnlyList<string> values)
    {
        var modification = new DirectoryAttributeModification { Operation = operation, Name = attribute };
        foreach (var value in values) modification.Add(value);
        return modification;
    }
}
