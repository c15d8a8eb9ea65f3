using System.Globalization;
using System.Text;

namespace TalkyWalky.Client.Plain;

/// <summary>
/// What others wrote, made harmless for a terminal: control characters would move the cursor or run sequences, bidirectional overrides would reorder a line
/// (CVE-2021-42574). They are shown as escapes.
/// </summary>
public static class Inert
{
    /// <summary>For names and other single lines.</summary>
    public static string Line(string text) => Escape(text, keepLines: false);

    /// <summary>For message texts: line breaks stay, tabs become spaces.</summary>
    public static string Text(string text) => Escape(text.ReplaceLineEndings("\n"), keepLines: true);

    private static string Escape(string text, bool keepLines)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n' && keepLines) safe.Append('\n');
            else if (rune.Value == '\t' && keepLines) safe.Append("    ");
            else if (IsHarmful(rune)) safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
            else safe.Append(rune.ToString());
        }

        return safe.ToString();
    }

    private static bool IsHarmful(Rune rune) => rune.Value switch
    {
        0x061C or 0x200E or 0x200F => true, // directional marks
        >= 0x202A and <= 0x202E => true, // embeddings and overrides
        >= 0x2066 and <= 0x2069 => true, // isolates
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator,
    };
}
