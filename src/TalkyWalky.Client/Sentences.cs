namespace TalkyWalky.Client;

/// <summary>The server words its reasons for the middle of a line; shown alone they are sentences.</summary>
internal static class Sentences
{
    public static string Of(string text) =>
        text.Length == 0 ? "The server refused it without a reason." : char.ToUpperInvariant(text[0]) + text[1..] + (text.EndsWith('.') ? "" : ".");
}
