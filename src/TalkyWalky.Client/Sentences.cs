namespace TalkyWalky.Client;

/// <summary>The server words its reasons for the middle of a line; shown alone they are sentences.</summary>
internal static class Sentences
{
    public static string Of(string text) =>
        text.Length == 0 ? "The server refused it without a reason." : char.ToUpperInvariant(text[0]) + text[1..] + (text.EndsWith('.') ? "" : ".");

    public const string Revoked =
        "This device was revoked: it sends and receives nothing any more. Its history stays readable here. To chat on this computer again, log in into another profile folder.";

    /// <summary>For a device whose identity certificate ran out while it was away.</summary>
    public static string Expired(DateTimeOffset on) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"This device was away for long: its certificate expired on {on.UtcDateTime:yyyy-MM-dd}. Log in with your password; then another device of yours or your administrator lets it in again.");
}
