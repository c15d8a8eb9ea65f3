using System.Diagnostics.CodeAnalysis;

namespace TalkyWalky.Wire;

/// <summary>
/// <c>talkywalky://HOST:PORT/join#root=HEX64[&amp;invite=T]</c>: where the gateway is and which root to trust. The part behind # is the trust anchor:
/// it never travels to a server.
/// </summary>
public sealed record JoinLink(string Host, int Port, Digest Root, string? Invitation)
{
    public const string Scheme = "talkywalky";

    public Uri Gateway => new UriBuilder(Uri.UriSchemeHttps, Host, Port).Uri;

    public static bool TryParse(string? text, [NotNullWhen(true)] out JoinLink? link, [NotNullWhen(false)] out string? error)
    {
        link = null;
        error = null;
        if (!Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var uri) || !string.Equals(uri.Scheme, Scheme, StringComparison.Ordinal))
            error = $"a join link starts with {Scheme}://; copy the whole link from your administrator";
        else if (uri.Host.Length == 0 || uri.Port is < 1 or > 65535 || uri.AbsolutePath is not "/join" || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
            error = $"a join link reads {Scheme}://HOST:PORT/join#root=...; copy the whole link from your administrator";
        else if (ParseFragment(uri.Fragment) is not var (root, invitation))
            error = "the join link is cut off or changed behind its # sign; copy the whole link from your administrator";
        else
            link = new JoinLink(uri.IdnHost.Trim('[', ']'), uri.Port, root, invitation);
        return link is not null;
    }

    public override string ToString() =>
        $"{Scheme}://{Gateway.Authority}{(Gateway.IsDefaultPort ? ":443" : "")}/join#root={Root}{(Invitation is null ? "" : $"&invite={Invitation}")}";

    private static (Digest Root, string? Invitation)? ParseFragment(string fragment)
    {
        Digest? root = null;
        string? invitation = null;
        foreach (var part in fragment.TrimStart('#').Split('&'))
        {
            if (part.StartsWith("root=", StringComparison.Ordinal) && root is null && Digest.TryParse(part[5..], out var digest)) root = digest;
            else if (part.StartsWith("invite=", StringComparison.Ordinal) && invitation is null && part.Length is > 7 and <= 135) invitation = part[7..];
            else return null;
        }

        return root is { } found ? (found, invitation) : null;
    }
}
