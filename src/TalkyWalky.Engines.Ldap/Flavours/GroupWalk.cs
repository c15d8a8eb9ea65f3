using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;

namespace TalkyWalky.Engines.Ldap.Flavours;

/// <summary>Who belongs to a group, groups in groups included, where the directory does not resolve that itself. Kept until the directory changed.</summary>
internal sealed class GroupWalk(LdapOptions options, TimeProvider time)
{
    /// <summary>Groups within groups within ... and groups altogether; a circle ends because each is read once.</summary>
    private const int MaxDepth = 16, MaxGroups = 1000;

    private const string IsGroup = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))";

    /// <summary>Where the directory does not show whether it changed.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(1);

    // Held throughout a walk: only threads of LdapPool come here, which block anyway.
    private readonly Lock _walking = new();
    private Known? _known;

    /// <summary>One walks at a time; who waited takes what was read in the meantime, if that began after they came.</summary>
    /// <param name="mark">The change mark, read just now.</param>
    public GroupMembers Members(LdapLink link, string group, string? mark)
    {
        var came = time.GetTimestamp();
        if (!_walking.TryEnter(options.Timeout)) throw new EngineException($"the groups in {group} take too long to read; look at the load of the directory, or raise directory.timeout");
        try
        {
            if (_known is { } known && (known.Began > came || IsCurrent(known, mark))) return known.Members;
            var began = time.GetTimestamp();
            _known = new Known(mark, began, Walk(link, group));
            return _known.Members;
        }
        finally
        {
            _walking.Exit();
        }
    }

    private bool IsCurrent(Known known, string? mark) =>
        mark is null ? time.GetElapsedTime(known.Began) < Life : string.Equals(known.Mark, mark, StringComparison.Ordinal);

    private static GroupMembers Walk(LdapLink link, string group)
    {
        var groups = Search.Below(link, Search.ContextOf(link, group), IsGroup, Search.DnOnly)
            .ToDictionary(static entry => DistinguishedName.Normalise(entry.Dn), static entry => entry.Dn, StringComparer.Ordinal);
        HashSet<string> dns = new(StringComparer.Ordinal), names = new(StringComparer.OrdinalIgnoreCase), seen = new(StringComparer.Ordinal) { DistinguishedName.Normalise(group) };
        IReadOnlyList<string> level = [group];
        for (var depth = 0; level.Count > 0; depth++)
        {
            // Who is beyond a bound would look like somebody who left.
            if (depth == MaxDepth) throw new EngineException($"{group} holds groups in groups, more than {MaxDepth} deep; make that flatter, or name another group in directory.group");
            if (seen.Count > MaxGroups) throw new EngineException($"{group} holds more than {MaxGroups} groups; name another group in directory.group");
            List<string> next = [];
            foreach (var dn in level)
            {
                if (Search.One(link, dn, "member", "uniqueMember", "memberUid") is not { } entry)
                    throw new EngineException($"the directory has no group {dn}, or the service account may not see it; check directory.group");
                names.UnionWith(entry.Texts("memberUid"));
                foreach (var member in entry.Texts("member").Concat(entry.Texts("uniqueMember")).Select(DistinguishedName.Normalise))
                {
                    dns.Add(member);
                    if (groups.TryGetValue(member, out var inner) && seen.Add(member)) next.Add(inner);
                }
            }

            level = next;
        }

        return new GroupMembers(dns, names);
    }

    private sealed record Known(string? Mark, long Began, GroupMembers Members);
}

/// <param name="Dns">Normalised.</param>
/// <param name="Names">Usernames, where a group lists these (posixGroup, RFC 2307).</param>
internal sealed record GroupMembers(IReadOnlySet<string> Dns, IReadOnlySet<string> Names)
{
    public bool Contains(string dn, string username) => Dns.Contains(DistinguishedName.Normalise(dn)) || Names.Contains(username);
}
