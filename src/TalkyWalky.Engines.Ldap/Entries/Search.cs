using System.DirectoryServices.Protocols;
using TalkyWalky.Engines.Ldap.Connections;

namespace TalkyWalky.Engines.Ldap.Entries;

/// <summary>Searches. References to other servers are never followed.</summary>
internal static class Search
{
    private const int PageSize = 500;

    // RFC 4511 §4.5.1.8: no attributes at all.
    public static readonly string[] DnOnly = ["1.1"];

    /// <summary>All entries below a base that match, page by page (RFC 2696).</summary>
    public static List<LdapEntry> Below(LdapLink link, string under, string filter, params IReadOnlyList<string> attributes)
    {
        List<LdapEntry> entries = [];
        var page = new PageResultRequestControl(PageSize);
        while (true)
        {
            var request = new SearchRequest(under, filter, SearchScope.Subtree, [.. attributes]);
            request.Controls.Add(page);
            var response = link.Send<SearchResponse>(request);
            if (response.ResultCode != ResultCode.Success) throw Failure(under, response);
            entries.AddRange(response.Entries.Cast<SearchResultEntry>().Select(static entry => new LdapEntry(entry)));
            var next = response.Controls.OfType<PageResultResponseControl>().FirstOrDefault();
            if (next is null || next.Cookie.Length == 0) return entries;
            page.Cookie = next.Cookie;
        }
    }

    /// <summary>One entry, or null when it is not there or may not be seen.</summary>
    public static LdapEntry? One(LdapLink link, string dn, params IReadOnlyList<string> attributes)
    {
        var response = link.Send<SearchResponse>(new SearchRequest(dn, Filter.Anything, SearchScope.Base, [.. attributes]));
        return response.ResultCode switch
        {
            ResultCode.Success => response.Entries.Count == 1 ? new LdapEntry(response.Entries[0]) : null,
            ResultCode.NoSuchObject => null,
            _ => throw Failure(dn, response),
        };
    }

    /// <summary>The naming context of the server that holds a DN, which is the DN itself when the server does not say.</summary>
    public static string ContextOf(LdapLink link, string dn) =>
        link.RootDse.Texts("namingContexts").Where(context => DistinguishedName.IsWithin(dn, context)).MaxBy(static context => context.Length) ?? dn;

    private static EngineException Failure(string at, DirectoryResponse response) => new(response.ResultCode switch
    {
        ResultCode.NoSuchObject => $"the directory has no entry {at}, or the service account may not see it; check directory.base and directory.group",
        ResultCode.InsufficientAccessRights or ResultCode.StrongAuthRequired or ResultCode.OperationsError =>
            $"the service account may not search at {at} ({Refusal.Text(response)}); give it the right to read there",
        ResultCode.SizeLimitExceeded or ResultCode.AdminLimitExceeded =>
            $"the directory cuts searches at {at} short; lift the size limit of the service account (OpenLDAP: limits dn.exact=\"...\" size=unlimited)",
        ResultCode.TimeLimitExceeded => $"the directory gives up on searches at {at}; index the attributes that are searched for",
        ResultCode.Referral => $"the directory refers to another server for {at}; check directory.base, or add that server",
        _ => $"a search at {at} failed: {Refusal.Text(response)}",
    });
}
