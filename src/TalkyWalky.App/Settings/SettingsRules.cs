using System.Globalization;
using System.Text.Json;
using TalkyWalky.App.Api;

namespace TalkyWalky.App.Settings;

/// <summary>The bounds of the settings, and how a change is applied: what is left out stays, null goes back to the default.</summary>
internal static class SettingsRules
{
    public const int MinWidth = 360, MaxWidth = 3840, MinHeight = 200, MaxHeight = 2160, DefaultWidth = 1180, DefaultHeight = 760;
    public const int MinFont = 11, MaxFont = 24, MinSidebar = 200, MaxSidebar = 480, MaxRecent = 48, MaxEmoji = 32, MaxFamily = 100, MaxTone = 5;

    /// <summary>A sentence, or null when all is within its bounds.</summary>
    public static string? Problem(SettingsBody settings)
    {
        if (!Enum.IsDefined(settings.Theme) || !Enum.IsDefined(settings.Language)) return "There is no such theme or language.";
        if (settings.FontFamily is { } family && !IsName(family, MaxFamily)) return $"A font's name has 1 to {MaxFamily} visible characters.";
        if (settings.FontSize is < MinFont or > MaxFont) return Bounds("The font size", MinFont, MaxFont);
        if (settings.WindowSize is { } size && (size.Width is < MinWidth or > MaxWidth || size.Height is < MinHeight or > MaxHeight))
            return $"A window has {MinWidth} to {MaxWidth} by {MinHeight} to {MaxHeight} pixels.";
        if (settings.SidebarWidth is < MinSidebar or > MaxSidebar) return Bounds("The width of the side bar", MinSidebar, MaxSidebar);
        if (settings.LastConversation is { } key && !Names.IsKey(key)) return "A conversation is person/USERNAME or room/ID.";
        if (settings.RecentEmoji.Count > MaxRecent || settings.RecentEmoji.Any(static one => !IsName(one, MaxEmoji))) return $"At most {MaxRecent} recent emoji are kept.";
        return settings.SkinTone is < 0 or > MaxTone ? Bounds("The skin tone", 0, MaxTone) : null;
    }

    /// <summary>The settings with the change, or a sentence that says why it cannot be.</summary>
    public static (SettingsBody? Settings, string? Why) Apply(SettingsBody settings, JsonElement change)
    {
        if (change.ValueKind != JsonValueKind.Object) return (null, "A change of settings is an object.");
        try
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var member in change.EnumerateObject())
            {
                if (!seen.Add(member.Name)) return (null, "A setting is named twice.");
                if (Apply(settings, member) is not { } changed) return (null, "There is no such setting; see /api/v1/openapi.json.");
                settings = changed;
            }
        }
        catch (JsonException)
        {
            return (null, "A setting has a value of the wrong kind; see /api/v1/openapi.json.");
        }

        return Problem(settings) is { } why ? (null, why) : (settings, null);
    }

    private static SettingsBody? Apply(SettingsBody settings, JsonProperty member)
    {
        var (value, usual) = (member.Value, SettingsBody.Default);
        var isNull = value.ValueKind == JsonValueKind.Null;
        return member.Name switch
        {
            "theme" => settings with { Theme = isNull ? usual.Theme : value.Deserialize(ApiJson.Types.Theme) },
            "fontFamily" => settings with { FontFamily = isNull ? usual.FontFamily : Text(value) },
            "fontSize" => settings with { FontSize = isNull ? usual.FontSize : Number(value) },
            "language" => settings with { Language = isNull ? usual.Language : value.Deserialize(ApiJson.Types.Language) },
            "windowSize" => settings with { WindowSize = isNull ? usual.WindowSize : value.Deserialize(ApiJson.Types.SizeBody) },
            "sidebarWidth" => settings with { SidebarWidth = isNull ? usual.SidebarWidth : Number(value) },
            "detailsOpen" => settings with { DetailsOpen = isNull ? usual.DetailsOpen : Flag(value) },
            "notifications" => settings with { Notifications = isNull ? usual.Notifications : Flag(value) },
            "background" => settings with { Background = isNull ? usual.Background : Flag(value) },
            "lastConversation" => settings with { LastConversation = isNull ? usual.LastConversation : Text(value) },
            "recentEmoji" => settings with { RecentEmoji = isNull ? usual.RecentEmoji : value.Deserialize(ApiJson.Types.StringArray) ?? [] },
            "skinTone" => settings with { SkinTone = isNull ? usual.SkinTone : Number(value) },
            _ => null,
        };
    }

    /// <summary>Font, theme and panes as they were at first.</summary>
    public static SettingsBody WithoutLayout(SettingsBody settings)
    {
        var usual = SettingsBody.Default;
        return settings with
        {
            Theme = usual.Theme, FontFamily = usual.FontFamily, FontSize = usual.FontSize, SidebarWidth = usual.SidebarWidth, DetailsOpen = usual.DetailsOpen,
        };
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new JsonException();

    private static int Number(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw new JsonException();

    private static bool Flag(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new JsonException();

    private static bool IsName(string? text, int max) => text is { Length: > 0 } && text.Length <= max && !text.Any(char.IsControl);

    private static string Bounds(string what, int min, int max) => string.Create(CultureInfo.InvariantCulture, $"{what} goes from {min} to {max}.");
}
