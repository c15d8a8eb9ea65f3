namespace TalkyWalky.Client;

/// <summary>The server words its reasons for the middle of a line; shown alone they are sentences.</summary>
internal static class Sentences
{
    public static string Of(string text) =>
        text.Length == 0 ? "The server refused it without a reason." : char.ToUpperInvariant(text[0]) + text[1..] + (text.EndsWith('.') ? "" : ".");

    /// <summary>3 May 2026, where this person is.</summary>
    public static string Day(DateTimeOffset time, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(time, zone).ToString("d MMMM yyyy", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>3 May 2026 at 14:30, where this person is.</summary>
    public static string Moment(DateTimeOffset time, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(time, zone).ToString("d MMMM yyyy 'at' HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>For a message that waits for status, or for what the transparency log says.</summary>
    public static string Kept(string why) => $"{why} The message is kept and goes out by itself when this is settled.";

    public static string NotSent(string username, DateTimeOffset revokedAt, TimeZoneInfo zone) => Of($"{username}'s certificate was revoked on {Day(revokedAt, zone)}; your message was not sent.");

    public const string Revoked =
        "This device was revoked: it sends and receives nothing any more. Its history stays readable here. To chat on this computer again, log in into another profile folder.";

    /// <summary>For a device whose identity certificate ran out while it was away.</summary>
    public static string Expired(DateTimeOffset on) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"This device was away for long: its certificate expired on {on.UtcDateTime:yyyy-MM-dd}. Log in with your password; then another device of yours or your administrator lets it in again.");
}
