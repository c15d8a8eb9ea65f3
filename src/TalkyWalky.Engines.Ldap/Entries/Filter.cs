using System.Buffers;
using System.Globalization;
using System.Text;

namespace TalkyWalky.Engines.Ldap.Entries;

/// <summary>Search filters (RFC 4515).</summary>
internal static class Filter
{
    public const string Anything = "(objectClass=*)";

    // RFC 4515 §3: these must be escaped. NUL would end the filter in libldap.
    private static readonly SearchValues<char> Special = SearchValues.Create("*()\\\0");

    public static string Equal(string attribute, string value) => $"({attribute}={Escape(value)})";

    public static string Equal(string attribute, ReadOnlySpan<byte> value) => $"({attribute}={Escape(value)})";

    public static string And(params IEnumerable<string> filters) => $"(&{string.Concat(filters)})";

    public static string Or(params IEnumerable<string> filters) => $"(|{string.Concat(filters)})";

    public static string Escape(string value)
    {
        if (!value.AsSpan().ContainsAny(Special)) return value;
        var escaped = new StringBuilder(value.Length + 16);
        foreach (var c in value)
        {
            if (Special.Contains(c)) escaped.Append(CultureInfo.InvariantCulture, $"\\{(int)c:x2}");
            else escaped.Append(c);
        }

        return escaped.ToString();
    }

    public static string Escape(ReadOnlySpan<byte> value)
    {
        var escaped = new StringBuilder(value.Length * 3);
        foreach (var octet in value) escaped.Append(CultureInfo.InvariantCulture, $"\\{octet:x2}");
        return escaped.ToString();
    }
}
