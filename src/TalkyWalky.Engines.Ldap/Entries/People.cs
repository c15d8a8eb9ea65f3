using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Flavours;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Ldap.Entries;

/// <summary>Finds people's entries under the base.</summary>
internal sealed partial class People(LdapOptions options, Flavour flavour, ILogger logger)
{
    /// <summary>Ids in one filter; DNs in one log line; entries that are remembered as complained about.</summary>
    private const int Batch = 200, Named = 5, Remembered = 10_000;

    private readonly ConcurrentDictionary<string, byte> _complaints = new(StringComparer.Ordinal);

    private readonly string[] _attributes =
        [.. new[] { options.Map.Id, options.Map.Username, options.Map.Mail, options.Map.DisabledAttribute }.Concat(options.Map.FullName).Concat(flavour.Attributes).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Null as well when several have the name: nobody can tell whose password it would be.</summary>
    public Person? ByName(LdapLink link, string username)
    {
        var found = Find(link, Filter.Equal(options.Map.Username, username));
        if (found.Count > 1 && DnsOf(found) is var dns && IsNews(dns)) LogAmbiguous(logger, found.Count, dns);
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>Throws when several have the id, here and in <see cref="ByIds"/>: none of them is gone, and nobody can tell which one it is.</summary>
    public Person? ById(LdapLink link, UserId user) => ByIds(link, [user]).FirstOrDefault(person => person.Account.User == user);

    public List<Person> ByIds(LdapLink link, IReadOnlyCollection<UserId> users)
    {
        var found = users.Distinct().Chunk(Batch).SelectMany(some => Find(link, Filter.Or(some.Select(flavour.IdFilter)))).ToList();
        return found.GroupBy(static person => person.Account.User).FirstOrDefault(static same => same.Count() > 1) is { } several
            ? throw new EngineException($"these entries have the same {options.Map.Id}: {DnsOf(several)}; give each person their own, or check directory.idAttribute")
            : found;
    }

    public List<Person> All(LdapLink link) => Find(link, "");

    /// <summary>Whether any entry has the name, a person's or another.</summary>
    public bool IsTaken(LdapLink link, string username) => Search.Below(link, options.Base, Filter.Equal(options.Map.Username, username), Search.DnOnly).Count > 0;

    private List<Person> Find(LdapLink link, string condition)
    {
        var filter = condition.Length == 0 ? options.Map.UserFilter : Filter.And(options.Map.UserFilter, condition);
        var entries = Search.Below(link, options.Base, filter, _attributes);
        if (entries.Count == 0) return [];
        var members = options.Group is { } group ? flavour.Members(link, filter, group) : null;
        var people = entries.Select(entry => Read(link, entry, members)).OfType<Person>().ToList();
        if (people.Count < entries.Count) Complain(entries.Select(static entry => entry.Dn).Except(people.Select(static person => person.Entry.Dn), StringComparer.Ordinal));
        return people;
    }

    private Person? Read(LdapLink link, LdapEntry entry, GroupMembers? members)
    {
        if (flavour.IdOf(entry) is not { } user || entry.Text(options.Map.Username) is not { } username || Names.Readable(username) is null) return null;
        var standing = flavour.StandingOf(link, entry);
        // People may often write these themselves.
        var fullName = options.Map.FullName.Select(name => Names.Tame(entry.Text(name) ?? "", Limits.FullName)).FirstOrDefault(static name => name.Length > 0) ?? username;
        // Half of an address would be another one.
        var mail = entry.Text(options.Map.Mail) is { Length: <= Limits.Mail } address && Names.IsText(address) ? address : null;
        var isEnabled = !standing.IsDisabled && !standing.IsExpired && members?.Contains(entry.Dn, username) is not false;
        return new Person(entry, new Account(user, username, fullName, mail, isEnabled, standing.PasswordChangedAt, standing.LockedUntil), standing);
    }

    private void Complain(IEnumerable<string> unusable)
    {
        var news = unusable.Where(IsNews).ToList();
        if (news.Count > 0) LogUnusable(logger, news.Count, options.Map.Id, options.Map.Username, string.Join("; ", news.Take(Named)) + (news.Count > Named ? "; ..." : ""));
    }

    // They are met at every look; once is enough to say it.
    private bool IsNews(string what) => _complaints.Count < Remembered && _complaints.TryAdd(what, 0);

    private static string DnsOf(IEnumerable<Person> people) => string.Join("; ", people.Take(Named).Select(static person => person.Entry.Dn));

    [LoggerMessage(6011, LogLevel.Warning, "{Count} entries share a username, none of them can log in: {Entries}")]
    private static partial void LogAmbiguous(ILogger logger, int count, string entries);

    [LoggerMessage(6012, LogLevel.Warning, "{Count} entries are passed over, they have no usable {Id} or {Username}: {Entries}")]
    private static partial void LogUnusable(ILogger logger, int count, string id, string username, string entries);
}
