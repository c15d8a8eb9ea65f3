using System.Diagnostics.CodeAnalysis;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki;

/// <summary>
/// The two names of a device in its certificates: <c>tw://DOMAIN/user/UUID</c> and <c>tw://DOMAIN/device/HEX32</c>, in this order. They have an authority part because
/// URI name constraints look at the host (RFC 5280 §4.2.1.10); URN forms fail there.
/// </summary>
public static class DeviceUris
{
    private const string Scheme = "tw://", UserPart = "/user/", DevicePart = "/device/";

    public static string ForUser(string domain, UserId user) => $"{Scheme}{domain}{UserPart}{user}";

    public static string ForDevice(string domain, DeviceId device) => $"{Scheme}{domain}{DevicePart}{device}";

    /// <summary>A DNS name in lower case: labels of letters, digits and inner hyphens, 253 characters at most (RFC 1123 §2.1). Not an address.</summary>
    public static bool IsValidDomain([NotNullWhen(true)] string? domain) =>
        domain is { Length: > 0 and <= 253 }
        && domain.Split('.') is var labels
        && labels.All(static label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-'
            && !label.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-"))
        && labels[^1].AsSpan().ContainsAnyExcept("0123456789");

    internal static bool TryParseUser(string uri, [NotNullWhen(true)] out string? domain, out UserId user)
    {
        user = default;
        return TrySplit(uri, UserPart, out domain, out var id) && UserId.TryParse(id, out user);
    }

    internal static bool TryParseDevice(string uri, [NotNullWhen(true)] out string? domain, out DeviceId device)
    {
        device = default;
        return TrySplit(uri, DevicePart, out domain, out var id) && DeviceId.TryParse(id, out device);
    }

    private static bool TrySplit(string uri, string part, [NotNullWhen(true)] out string? domain, [NotNullWhen(true)] out string? id)
    {
        domain = id = null;
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal)) return false;
        var at = uri.IndexOf(part, Scheme.Length, StringComparison.Ordinal);
        if (at < 0) return false;
        (domain, id) = (uri[Scheme.Length..at], uri[(at + part.Length)..]);
        return IsValidDomain(domain);
    }
}
