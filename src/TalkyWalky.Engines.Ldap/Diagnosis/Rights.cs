using System.DirectoryServices.Protocols;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Engines.Ldap.Flavours;

namespace TalkyWalky.Engines.Ldap.Diagnosis;

/// <summary>Which of the things that the server does the service account may do. Nothing is changed to find out.</summary>
internal sealed class Rights(LdapOptions options, LdapNeeds needs, Flavour flavour)
{
    private const string Check = "rights";

    public IEnumerable<Finding> Look(LdapLink link, LdapEntry person)
    {
        IRightsProbe probe = options.Kind == LdapKind.ActiveDirectory ? new ActiveDirectoryRights(options, person) : new OpenLdapRights(options, person, flavour);
        yield return Ask("add people", needs.AddsPeople, "or set registration.policy to closed", () => probe.MayAdd(link));
        yield return Ask("publish certificates", needs.PublishesCertificates, "or set directory.publishCertificates to false", () => probe.MayWrite(link, flavour.Certificates));
        yield return Ask("disable and unlock people", isNeeded: false, "or do it in the directory", () => probe.MayWrite(link, options.Map.DisabledAttribute));
        yield return Ask("set passwords", isNeeded: needs.AddsPeople, "or set registration.policy to closed", () => probe.MaySetPassword(link));
    }

    private static Finding Ask(string what, bool isNeeded, string otherwise, Func<bool?> may) => LdapDoctor.Guarded(Check, () => may() switch
    {
        true => new(Check, Verdict.Good, $"may {what}", null),
        false => new(Check, isNeeded ? Verdict.Bad : Verdict.Warning, $"may not {what}", $"Give the service account the right (docs/guide/ldap.md has the lines), {otherwise}."),
        null => new(Check, Verdict.Skipped, $"the directory does not say whether it may {what}", null),
    });
}

/// <summary>How one kind of directory is asked. Null: it does not say.</summary>
internal interface IRightsProbe
{
    bool? MayAdd(LdapLink link);

    bool? MayWrite(LdapLink link, string attribute);

    bool? MaySetPassword(LdapLink link);
}

/// <summary>
/// OpenLDAP takes a change with the No-Op control (draft-zeilenga-ldap-noop-12), checks all rights, and answers what would have become of it. The control is critical: a
/// server that does not know it refuses the request instead of doing it (RFC 4511 §4.1.11).
/// </summary>
internal sealed class OpenLdapRights(LdapOptions options, LdapEntry person, Flavour flavour) : IRightsProbe
{
    private const string NoOp = "1.3.6.1.4.1.4203.666.5.2";
    private const ResultCode NoOperation = (ResultCode)0x410e; // LDAP_X_NO_OPERATION of ldap.h

    public bool? MayAdd(LdapLink link)
    {
        var entry = new NewEntry(options, new NewAccount($"doctor-{Guid.NewGuid():N}"[..20], "", "", null));
        return Ask(link, new AddRequest(entry.Dn, [.. entry.Attributes, .. flavour.NewEntry]));
    }

    public bool? MayWrite(LdapLink link, string attribute)
    {
        var modification = new DirectoryAttributeModification { Operation = DirectoryAttributeOperation.Replace, Name = attribute };
        return Ask(link, new ModifyRequest(person.Dn, modification));
    }

    public bool? MaySetPassword(LdapLink link) => MayWrite(link, "userPassword");

    private static bool? Ask(LdapLink link, DirectoryRequest request)
    {
        request.Controls.Add(new DirectoryControl(NoOp, null, isCritical: true, serverSide: true));
        return link.Send<DirectoryResponse>(request).ResultCode switch
        {
            NoOperation => true,
            ResultCode.InsufficientAccessRights => false,
            ResultCode.UnavailableCriticalExtension => null,
            var other => throw new EngineException($"asked what it may do, the directory answers {other}"),
        };
    }
}

/// <summary>[MS-ADTS] 3.1.1.4.5.20 and 22: what the asking account may create below an entry, and write in it. The right to set passwords is not among them.</summary>
internal sealed class ActiveDirectoryRights(LdapOptions options, LdapEntry person) : IRightsProbe
{
    private const string Children = "allowedChildClassesEffective", Attributes = "allowedAttributesEffective";

    public bool? MayAdd(LdapLink link)
    {
        var parent = DistinguishedName.ParentOf(new NewEntry(options, new NewAccount("doctor", "", "", null)).Dn);
        return Search.One(link, parent, Children) is { } entry
            ? entry.Has(Children, "user")
            : throw new EngineException($"there is no entry {parent}, where new people go; make it, or check directory.newUserDn");
    }

    public bool? MayWrite(LdapLink link, string attribute) => Search.One(link, person.Dn, Attributes)?.Has(Attributes, attribute);

    public bool? MaySetPassword(LdapLink link) => null;
}
