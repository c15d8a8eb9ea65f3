using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace TalkyWalky.Server.Configuration;

/// <summary>What the values of the keys may look like. Each answers false for anything else and changes nothing.</summary>
internal static class SettingReaders
{
    public const int MaxHosts = 32;

    private const string HostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";

    public static SettingReader<string> Text(int min, int max) => (Setting setting, out string value) =>
    {
        value = setting.Text;
        return setting.IsText && value.Length >= min && value.Length <= max && !value.Any(char.IsControl);
    };

    public static SettingReader<string?> Secret(int min, int max) => (Setting setting, out string? value) =>
    {
        value = setting.Text;
        return setting.IsText && value.Length >= min && value.Length <= max;
    };

    public static SettingReader<long> Integer(long min, long max) => (Setting setting, out long value) =>
        setting.TryReadInteger(out value) && value >= min && value <= max;

    public static SettingReader<T> Choice<T>() where T : struct, Enum => (Setting setting, out T value) =>
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            value = candidate;
            if (setting.IsText && string.Equals(candidate.ToString().ToLowerInvariant(), setting.Text, StringComparison.Ordinal)) return true;
        }

        value = default;
        return false;
    };

    /// <summary>Names that are not those of an enumeration.</summary>
    public static SettingReader<T> OneOf<T>(params (string Name, T Value)[] choices) => (Setting setting, out T value) =>
    {
        var index = setting.IsText ? Array.FindIndex(choices, choice => string.Equals(choice.Name, setting.Text, StringComparison.Ordinal)) : -1;
        value = choices[Math.Max(index, 0)].Value;
        return index >= 0;
    };

    public static bool Truth(Setting setting, out bool value)
    {
        value = setting.Text is "true";
        return setting.Shape is SettingShape.Untyped or SettingShape.Truth && setting.Text is "true" or "false";
    }

    public static bool LogLevel(Setting setting, out LogLevel value) => Choice<LogLevel>()(setting, out value) && value < Microsoft.Extensions.Logging.LogLevel.Critical;

    /// <summary>A whole number and its unit: 30s, 15m, 12h, 30d.</summary>
    public static SettingReader<TimeSpan> Duration(TimeSpan min, TimeSpan max) => (Setting setting, out TimeSpan value) =>
    {
        value = default;
        var text = setting.Text;
        if (!setting.IsText || text.Length is < 2 or > 9 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return false;
        TimeSpan? unit = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        if (unit is null) return false;
        value = count * unit.Value;
        return value >= min && value <= max;
    };

    public static bool PublicUrl(Setting setting, out Uri? value)
    {
        return Uri.TryCreate(setting.Text, UriKind.Absolute, out value)
            && setting.IsText
            && string.Equals(value.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal)
            && value.PathAndQuery is "/"
            && value.Fragment.Length == 0
            && value.UserInfo.Length == 0
            && value.Port > 0
            && IsHost(value.IdnHost.Trim('[', ']'));
    }

    public static bool Listen(Setting setting, out IPEndPoint value)
    {
        const string Local = "localhost:";
        var text = setting.Text.StartsWith(Local, StringComparison.Ordinal) ? $"{IPAddress.Loopback}:{setting.Text[Local.Length..]}" : setting.Text;
        // IPEndPoint also takes an address alone; the port is demanded here.
        var hasPort = text.LastIndexOf(':') is var colon and > 0 && (text[0] == '[' ? text[colon - 1] == ']' : text.IndexOf(':', StringComparison.Ordinal) == colon);
        value = new IPEndPoint(IPAddress.Loopback, 0);
        if (!setting.IsText || !hasPort || !IPEndPoint.TryParse(text, out var endpoint)) return false;
        value = endpoint;
        return true;
    }

    public static bool Hosts(Setting setting, out IReadOnlyList<string> value)
    {
        value = [.. setting.Items.Select(static host => host.ToLowerInvariant()).Distinct(StringComparer.Ordinal)];
        return setting.Shape is SettingShape.Untyped or SettingShape.List && value.Count <= MaxHosts && value.All(IsHost);
    }

    public static bool Domain(Setting setting, out string value)
    {
        value = setting.Text;
        return setting.IsText && IsDnsName(value) && value.Contains('.', StringComparison.Ordinal);
    }

    public static bool Path(Setting setting, out string? value)
    {
        value = null;
        if (!setting.IsText || setting.Text.Length is 0 or > 4096 || setting.Text.Contains('\0', StringComparison.Ordinal)) return false;
        value = System.IO.Path.GetFullPath(setting.Text, setting.Folder);
        return true;
    }

    public static bool IsPort(ReadOnlySpan<char> text, out int port) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;

    public static bool IsHost(string host) => IPAddress.TryParse(host, out _) || IsDnsName(host);

    // RFC 1123 §2.1: labels of letters, digits and hyphens, 63 at most, 253 in all.
    private static bool IsDnsName(string name) =>
        name.Length is > 0 and <= 253
        && name.Split('.').All(static label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && !label.AsSpan().ContainsAnyExcept(HostCharacters));
}
