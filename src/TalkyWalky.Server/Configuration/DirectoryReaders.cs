using TalkyWalky.Engines.Ldap;

namespace TalkyWalky.Server.Configuration;

/// <summary>What values of the directory's keys may look like.</summary>
internal static class DirectoryReaders
{
    public const int MaxServers = 8, MaxAttributes = 32, MaxName = 1024, MaxFilter = 4096;

    private static readonly string[] Placeholders = ["{username}", "{fullName}", "{lastName}", "{mail}", "{base}"];

    public static bool Servers(Setting setting, out IReadOnlyList<Uri> value)
    {
        value = [.. setting.Items.Select(static item => Uri.TryCreate(item, UriKind.Absolute, out var address) ? address : null).OfType<Uri>()];
        return setting.Shape is SettingShape.Untyped or SettingShape.List && value.Count == setting.Items.Count && value.Count is > 0 and <= MaxServers && value.All(IsServer);
    }

    /// <summary>RFC 4514 has an = in every name; the directory itself says the rest.</summary>
    public static bool Dn(Setting setting, out string? value)
    {
        value = setting.Text;
        return IsName(setting) && value.IndexOf('=', StringComparison.Ordinal) > 0;
    }

    /// <summary>A DN, or what Active Directory takes for one: user@domain, DOMAIN\user.</summary>
    public static bool BindName(Setting setting, out string? value)
    {
        value = setting.Text;
        return IsName(setting) && value.AsSpan().IndexOfAny('=', '@', '\\') > 0;
    }

    /// <summary>RFC 4515: in parentheses that close each other. Values have theirs escaped.</summary>
    public static bool Filter(Setting setting, out string? value)
    {
        value = setting.Text;
        if (!setting.IsText || value.Length > MaxFilter || value.Any(char.IsControl) || value is not ['(', .., ')']) return false;
        var depth = 0;
        for (var i = 0; i < value.Length; i++)
        {
            depth += value[i] == '(' ? 1 : value[i] == ')' ? -1 : 0;
            if (depth == 0 && i < value.Length - 1) return false;
        }

        return depth == 0;
    }

    public static bool Attribute(Setting setting, out string? value)
    {
        value = setting.Text;
        return setting.IsText && IsAttribute(value);
    }

    public static bool Attributes(Setting setting, out IReadOnlyList<string>? value)
    {
        value = setting.Items;
        return setting.Shape is SettingShape.Untyped or SettingShape.List && value.Count is > 0 and <= MaxAttributes && value.All(IsAttribute);
    }

    public static bool NewUserDn(Setting setting, out string? value) =>
        Dn(setting, out value) && value!.Contains("{username}", StringComparison.Ordinal) && HasKnownPlaceholders(value);

    /// <summary>NAME=TEMPLATE each. One attribute may stand there several times, with one value each.</summary>
    public static bool NewUserAttributes(Setting setting, out IReadOnlyList<KeyValuePair<string, string>>? value)
    {
        value = [.. setting.Items.Select(static item => item.Split('=', 2)).Where(static parts => parts.Length == 2).Select(static parts => KeyValuePair.Create(parts[0], parts[1]))];
        return setting.Shape is SettingShape.Untyped or SettingShape.List
            && value.Count == setting.Items.Count && value.Count is > 0 and <= MaxAttributes
            && value.All(static pair => IsAttribute(pair.Key) && pair.Value.Length is > 0 and <= MaxName && !pair.Value.Any(char.IsControl) && HasKnownPlaceholders(pair.Value));
    }

    private static bool IsServer(Uri address) =>
        address.Scheme is "ldap" or "ldaps" && address.Host.Length > 0 && address.PathAndQuery is "" or "/" && address.UserInfo.Length == 0 && address.Fragment.Length == 0;

    private static bool IsName(Setting setting) => setting.IsText && setting.Text.Length is > 0 and <= MaxName && !setting.Text.Any(char.IsControl);

    // RFC 4512 §1.4 descr.
    private static bool IsAttribute(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetter(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static bool HasKnownPlaceholders(string template)
    {
        var rest = Placeholders.Aggregate(template, static (text, known) => text.Replace(known, "", StringComparison.Ordinal));
        return rest.AsSpan().IndexOfAny('{', '}') < 0;
    }
}
