using System.DirectoryServices.Protocols;
using System.Text.RegularExpressions;
using TalkyWalky.Engines.Ldap.Entries;

namespace TalkyWalky.Engines.Ldap;

/// <summary>The entry of a new account, by the template.</summary>
internal sealed partial class NewEntry
{
    public NewEntry(LdapOptions options, NewAccount account)
    {
        Username = account.Username.Trim().ToLowerInvariant();
        var fullName = account.FullName.Trim() is { Length: > 0 } given ? given : Username;
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["username"] = Username, ["fullName"] = fullName, ["lastName"] = fullName.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1], ["mail"] = account.Mail?.Trim() ?? "",
        };
        var escaped = values.ToDictionary(static value => value.Key, static value => DistinguishedName.Escape(value.Value), StringComparer.Ordinal);
        values["base"] = escaped["base"] = options.Base;
        Dn = Fill(options.NewUser.Dn, escaped);
        Attributes =
        [
            .. options.NewUser.Attributes.Select(attribute => KeyValuePair.Create(attribute.Key, Fill(attribute.Value, values)))
                .Where(static attribute => attribute.Value.Length > 0)
                .GroupBy(static attribute => attribute.Key, static attribute => attribute.Value, StringComparer.OrdinalIgnoreCase)
                .Select(static attribute => new DirectoryAttribute(attribute.Key, [.. attribute])),
        ];
    }

    public string Username { get; }

    public string Dn { get; }

    public IReadOnlyList<DirectoryAttribute> Attributes { get; }

    private static string Fill(string template, Dictionary<string, string> values) =>
        Placeholder().Replace(template, match => values.GetValueOrDefault(match.Groups["name"].Value, match.Value));

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
