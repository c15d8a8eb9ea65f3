using System.Globalization;
using System.Net;

namespace TalkyWalky.Pki;

/// <summary>Whether a certificate's names are those of a host (RFC 6125 §6.4). Only alternative names count, never the common name.</summary>
internal static class HostNames
{
    /// <param name="host">A DNS name (compared without case; international names in either form) or an address, with or without brackets.</param>
    /// <param name="wildcards">"*" for the whole first label is honoured; nothing else ever is.</param>
    public static bool Match(IReadOnlyList<string> dns, IReadOnlyList<IPAddress> addresses, string host, bool wildcards)
    {
        if (IPAddress.TryParse(host, out var address)) return addresses.Contains(new IPAddress(address.GetAddressBytes())); // without a scope id
        return ToAscii(host) is { } name && dns.Any(pattern => string.Equals(pattern, name, StringComparison.OrdinalIgnoreCase) || (wildcards && Covers(pattern, name)));
    }

    /// <summary>A DNS name in the preferred form (RFC 5280 §4.2.1.6), perhaps with "*" for its first label, when at least two labels follow.</summary>
    public static bool IsWellFormed(string pattern)
    {
        var isWildcard = pattern.StartsWith("*.", StringComparison.Ordinal);
        var name = isWildcard ? pattern[2..] : pattern;
        return DeviceUris.IsValidDomain(name.ToLowerInvariant()) && (!isWildcard || name.Contains('.', StringComparison.Ordinal));
    }

    private static bool Covers(string pattern, string name)
    {
        var firstDot = name.IndexOf('.', StringComparison.Ordinal);
        return firstDot > 0 && pattern.StartsWith("*.", StringComparison.Ordinal) && string.Equals(pattern[1..], name[firstDot..], StringComparison.OrdinalIgnoreCase);
    }

    private static string? ToAscii(string host)
    {
        try
        {
            return new IdnMapping().GetAscii(host);
        }
        catch (ArgumentException)
        {
            return null; // no DNS name, so no match
        }
    }
}
