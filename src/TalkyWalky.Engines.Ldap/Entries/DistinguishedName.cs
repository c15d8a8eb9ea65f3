using System.Buffers;
using System.Globalization;
using System.Text;

namespace TalkyWalky.Engines.Ldap.Entries;

/// <summary>Distinguished names as text (RFC 4514).</summary>
internal static class DistinguishedName
{
    private static readonly SearchValues<char> Special = SearchValues.Create("\"+,;<>=\\");

    /// <summary>An attribute value for a place in a DN (RFC 4514 §2.4).</summary>
    public static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length + 16);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var isEdge = i == 0 || i == value.Length - 1;
            if (c == '\0') escaped.Append("\\00");
            else if (Special.Contains(c) || (c == '#' && i == 0) || (c == ' ' && isEdge)) escaped.Append('\\').Append(c);
            else escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>
    /// A form in which DNs are the same text when they differ only in case, in spaces between their parts, in how characters are escaped, or in the order within a part (RFC 4517
    /// §4.2.15, for attributes that ignore case, as those of people and groups do).
    /// </summary>
    public static string Normalise(string dn) => string.Join(',', Split(dn, ",;").Select(NormaliseRdn));

    /// <summary>The entry above; empty when there is none.</summary>
    public static string ParentOf(string dn) => string.Join(',', Split(dn, ",;").Skip(1));

    /// <summary>Whether <paramref name="dn"/> is <paramref name="ancestor"/> or lies below it.</summary>
    public static bool IsWithin(string dn, string ancestor)
    {
        var (inner, outer) = (Normalise(dn), Normalise(ancestor));
        return outer.Length == 0 || string.Equals(inner, outer, StringComparison.Ordinal) || inner.EndsWith($",{outer}", StringComparison.Ordinal);
    }

    private static string NormaliseRdn(string rdn) =>
        string.Join('+', Split(rdn, "+").Select(NormaliseAssertion).Order(StringComparer.Ordinal));

    private static string NormaliseAssertion(string assertion)
    {
        var equals = assertion.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) return assertion.Trim().ToLowerInvariant();
        return $"{assertion[..equals].Trim().ToLowerInvariant()}={Escape(Unescape(TrimValue(assertion[(equals + 1)..])).ToLowerInvariant())}";
    }

    // A space that is escaped belongs to the value.
    private static string TrimValue(string value)
    {
        var text = value.TrimStart(' ');
        var trimmed = text.TrimEnd(' ');
        return trimmed.Length < text.Length && trimmed.EndsWith('\\') && (trimmed.Length - trimmed.TrimEnd('\\').Length) % 2 == 1 ? trimmed + ' ' : trimmed;
    }

    private static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal)) return value;
        var octets = new List<byte>(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 2 < value.Length && byte.TryParse(value.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                octets.Add(octet);
                i += 2;
                continue;
            }

            if (value[i] == '\\' && i + 1 < value.Length) i++;
            var length = char.IsHighSurrogate(value[i]) && i + 1 < value.Length ? 2 : 1;
            octets.AddRange(Encoding.UTF8.GetBytes(value.Substring(i, length)));
            i += length - 1;
        }

        return Encoding.UTF8.GetString([.. octets]);
    }

    private static IEnumerable<string> Split(string text, string separators)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (separators.Contains(text[i], StringComparison.Ordinal))
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }
}
