using System.Globalization;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Engines.Ldap.Flavours;

namespace TalkyWalky.Engines.Ldap.Diagnosis;

/// <summary>Whether people are found below the base, and one of them has what an account needs.</summary>
internal sealed class SampleUser(LdapOptions options, Flavour flavour, string? username)
{
    /// <summary>There are people where they are looked for.</summary>
    public bool AreThere { get; private set; }

    /// <summary>Somebody's entry, when one was found.</summary>
    public LdapEntry? Entry { get; private set; }

    public IEnumerable<Finding> Look(LdapLink link)
    {
        List<LdapEntry> people = [];
        yield return LdapDoctor.Guarded("search", () => People(link, out people));
        yield return LdapDoctor.Guarded("group", () => Group(link));
        AreThere = people.Count > 0;
        if (!AreThere)
        {
            foreach (var skipped in LdapDoctor.Skipped(["sample user"])) yield return skipped;
            yield break;
        }

        yield return LdapDoctor.Guarded("sample user", () => Sample(link, people));
    }

    private Finding People(LdapLink link, out List<LdapEntry> people)
    {
        people = [];
        if (Search.One(link, options.Base, Search.DnOnly) is null)
            return new("search", Verdict.Bad, $"there is no entry {options.Base}, or the service account may not see it", $"Check directory.base{Suggestion(link)}; let the service account read below it.");
        people = Search.Below(link, options.Base, options.Map.UserFilter, options.Map.Username, "adminCount");
        return people.Count > 0
            ? new("search", Verdict.Good, string.Create(CultureInfo.InvariantCulture, $"{people.Count} people below {options.Base}"), null)
            : new("search", Verdict.Bad, $"nobody below {options.Base} matches {options.Map.UserFilter}", "Check directory.base and directory.userFilter; let the service account read people's entries.");
    }

    private Finding Group(LdapLink link)
    {
        if (options.Group is not { } group) return new("group", Verdict.Good, "none: everybody may use the chat", null);
        if (Search.One(link, group, Search.DnOnly) is null)
            return new("group", Verdict.Bad, $"there is no group {group}, or the service account may not see it", "Check directory.group; let the service account read it and the groups in it.");
        var members = flavour.Members(link, options.Map.UserFilter, group);
        return members.Dns.Count + members.Names.Count > 0
            ? new("group", Verdict.Good, group, null)
            : new("group", Verdict.Bad, $"{group} has no members, so that nobody may log in", "Check directory.group, or put people into it.");
    }

    private Finding Sample(LdapLink link, List<LdapEntry> people)
    {
        // Active Directory guards its administrators' entries with rights of their own ([MS-ADTS] 3.1.1.6.1.2).
        var chosen = username is null
            ? people.Find(static person => person.Text("adminCount") is not "1") ?? people[0]
            : people.Find(person => string.Equals(person.Text(options.Map.Username), username, StringComparison.OrdinalIgnoreCase));
        if (chosen is null) return new("sample user", Verdict.Bad, $"nobody below {options.Base} has {options.Map.Username} {username}", "Check the name, directory.usernameAttribute and directory.userFilter.");
        Entry = Search.One(link, chosen.Dn, [options.Map.Id, options.Map.Username, options.Map.Mail, .. options.Map.FullName, .. flavour.Attributes]) ?? chosen;
        if (flavour.IdOf(Entry) is not { } id) return Missing(options.Map.Id, "directory.idAttribute");
        if (Entry.Text(options.Map.Username) is not { } name || Names.Readable(name) is null) return Missing(options.Map.Username, "directory.usernameAttribute");
        var standing = flavour.StandingOf(link, Entry);
        var state = standing.IsDisabled ? ", disabled" : standing.IsExpired ? ", expired" : "";
        return new("sample user", Verdict.Good, $"{name} ({options.Map.FullName.Select(Entry.Text).FirstOrDefault(static text => text is not null) ?? "no full name"}), id {id}{state}", null);
    }

    private Finding Missing(string attribute, string key) =>
        new("sample user", Verdict.Bad, $"{Entry!.Dn} has no readable {attribute}", $"Check {key}, and let the service account read that attribute.");

    private static string Suggestion(LdapLink link)
    {
        var contexts = link.RootDse.Text("defaultNamingContext") is { } only ? only : string.Join(" or ", link.RootDse.Texts("namingContexts"));
        return contexts.Length == 0 ? "" : $" (this directory holds {contexts})";
    }
}
