using System.Diagnostics.CodeAnalysis;

namespace TalkyWalky.Wire;

/// <summary>
/// The rules for a username made here: 2 to 20 characters, lower-case letters a-z, digits, dot, hyphen and underscore, a letter or digit at
/// both ends. It stands in certificates, LDAP names and command lines, so it needs no escaping anywhere.
/// </summary>
public static class Username
{
    private const string Edge = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A name for a new account here. What a person types is trimmed and lower-cased first.</summary>
    public static bool TryNormalise(string? typed, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? error)
    {
        var lower = typed?.Trim().ToLowerInvariant() ?? "";
        name = null;
        error = null;
        if (lower.Length is < Limits.UsernameMin or > Limits.UsernameMax)
            error = $"a username has {Limits.UsernameMin} to {Limits.UsernameMax} characters";
        else if (lower.AsSpan().ContainsAnyExcept(Edge + ".-_"))
            error = "a username has only the letters a to z, digits, dots, hyphens and underscores";
        else if (!Edge.Contains(lower[0], StringComparison.Ordinal) || !Edge.Contains(lower[^1], StringComparison.Ordinal))
            error = "a username starts and ends with a letter or a digit";
        else
            name = lower;
        return name is not null;
    }
}
