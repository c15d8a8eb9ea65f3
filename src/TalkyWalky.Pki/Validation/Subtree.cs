namespace TalkyWalky.Pki.Validation;

/// <summary>Whether a name lies in a subtree, by the rules of its kind (RFC 5280 §4.2.1.10).</summary>
internal static class Subtree
{
    /// <param name="subtree">Of the same kind as <paramref name="name"/>.</param>
    /// <param name="excluding">What is not understood counts as held by an excluded subtree, and as outside of a permitted one: refused either way.</param>
    public static bool Holds(GeneralName subtree, GeneralName name, bool excluding) => name.Kind switch
    {
        GeneralNameKind.DnsName => HoldsDns(subtree.Text, name.Text, excluding),
        GeneralNameKind.Rfc822Name or GeneralNameKind.Uri when subtree.Text.Length == 0 => excluding,
        GeneralNameKind.Rfc822Name => HoldsMail(subtree.Text, name.Text) ?? excluding,
        GeneralNameKind.Uri => HostOf(name.Text) is { } host ? HoldsHost(subtree.Text, host) : excluding,
        GeneralNameKind.IpAddress => HoldsAddress(subtree.Bytes.Span, name.Bytes.Span),
        GeneralNameKind.DirectoryName => DistinguishedName.Read(name.Bytes).IsWithin(DistinguishedName.Read(subtree.Bytes)),
        _ => excluding,
    };

    private static bool HoldsDns(string subtree, string name, bool excluding)
    {
        if (subtree.Length == 0 || Same(name, subtree)) return true;
        var below = subtree.StartsWith('.') ? subtree : "." + subtree;
        if (name.EndsWith(below, StringComparison.OrdinalIgnoreCase)) return true;
        // "*.example.org" may stand for an excluded "a.example.org".
        return excluding && name.StartsWith("*.", StringComparison.Ordinal) && subtree.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase);
    }

    private static bool? HoldsMail(string subtree, string name)
    {
        var at = name.LastIndexOf('@');
        if (at <= 0) return null;
        var (local, host) = (name[..at], name[(at + 1)..]);
        var subtreeAt = subtree.LastIndexOf('@');
        if (subtreeAt < 0) return HoldsHost(subtree, host);
        return string.Equals(subtree[..subtreeAt], local, StringComparison.Ordinal) && Same(subtree[(subtreeAt + 1)..], host);
    }

    // Of hosts in addresses and URIs: ".example.org" is all hosts below, "example.org" the one host.
    private static bool HoldsHost(string subtree, string host) =>
        subtree.StartsWith('.') ? host.Length > subtree.Length && host.EndsWith(subtree, StringComparison.OrdinalIgnoreCase) : Same(subtree, host);

    /// <summary>Null without an authority part or with an address in it: such a URI must be refused where a constraint applies.</summary>
    private static string? HostOf(string uri)
    {
        var start = uri.IndexOf("://", StringComparison.Ordinal);
        if (start < 0) return null;
        var authority = uri[(start + 3)..];
        var end = authority.AsSpan().IndexOfAny('/', '?', '#');
        if (end >= 0) authority = authority[..end];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        if (authority.StartsWith('[')) return null;
        var port = authority.IndexOf(':', StringComparison.Ordinal);
        var host = port >= 0 ? authority[..port] : authority;
        return host.Length > 0 && !System.Net.IPAddress.TryParse(host, out _) ? host : null;
    }

    private static bool HoldsAddress(ReadOnlySpan<byte> subtree, ReadOnlySpan<byte> address)
    {
        if (subtree.Length != 2 * address.Length) return false;
        for (var i = 0; i < address.Length; i++)
            if ((address[i] & subtree[address.Length + i]) != (subtree[i] & subtree[address.Length + i])) return false;
        return true;
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
