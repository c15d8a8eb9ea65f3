using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Text;

namespace TalkyWalky.Engines.Ldap.Entries;

/// <summary>An entry as a search gave it.</summary>
internal sealed class LdapEntry(SearchResultEntry entry)
{
    public string Dn => entry.DistinguishedName;

    public string? Text(string attribute) => Bytes(attribute) is { } value ? Encoding.UTF8.GetString(value) : null;

    public IEnumerable<string> Texts(string attribute) => Values(attribute).Select(Encoding.UTF8.GetString);

    public byte[]? Bytes(string attribute) => Values(attribute).FirstOrDefault();

    public IEnumerable<byte[]> Values(string attribute) => entry.Attributes[attribute] is { } found ? (byte[][])found.GetValues(typeof(byte[])) : [];

    public bool Has(string attribute) => entry.Attributes.Contains(attribute);

    public bool Has(string attribute, string value) => Texts(attribute).Contains(value, StringComparer.OrdinalIgnoreCase);

    public long? Number(string attribute) =>
        long.TryParse(Text(attribute), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A GeneralizedTime (RFC 4517 §3.3.13) as servers write it: in UTC, with or without a fraction.</summary>
    public DateTimeOffset? Time(string attribute) =>
        Text(attribute) is { } text && DateTimeOffset.TryParseExact(
            text, ["yyyyMMddHHmmss'Z'", "yyyyMMddHHmmss.FFFFFFF'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
