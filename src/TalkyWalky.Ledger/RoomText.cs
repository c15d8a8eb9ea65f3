using System.Text;

namespace TalkyWalky.Ledger;

/// <summary>
/// Which texts may name a room. All devices must agree for ever on which commits are valid, so the characters are listed here (docs/protocol.md section 4.2) and no
/// Unicode table of the platform, which grows from version to version, is asked.
/// </summary>
internal static class RoomText
{
    // Cc, Cf, Zl, Zp and Co, what shows nothing (Default_Ignorable_Code_Point but the variation selectors, which emoji need), and no characters at all:
    // with them one name could look like another (UTS #39 §5).
    private static readonly (int First, int Last)[] Hidden =
    [
        (0x0000, 0x001F), (0x007F, 0x009F), (0x00AD, 0x00AD), (0x034F, 0x034F), (0x0600, 0x0605), (0x061C, 0x061C), (0x06DD, 0x06DD), (0x070F, 0x070F),
        (0x0890, 0x0891), (0x08E2, 0x08E2), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F),
        (0x3164, 0x3164), (0xE000, 0xF8FF), (0xFDD0, 0xFDEF), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF), (0x110BD, 0x110BD),
        (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0x10FFFF),
    ];

    /// <summary>Why this cannot be the text, as a sentence; null when it can.</summary>
    /// <param name="what">What the text is, to begin the sentence with.</param>
    public static string? Problem(string what, string text, int min, int max)
    {
        if (text.Length < min || text.Length > max) return min == 0 ? $"{what} has at most {max} characters" : $"{what} has {min} to {max} characters";
        if (text.Length > 0 && (IsBlank(text[0]) || IsBlank(text[^1]))) return $"{what} has no blank at its ends";
        return text.EnumerateRunes().Any(IsHidden) || !IsWellFormed(text) ? $"{what} has no control characters or invisible ones" : null;
    }

    // Zs.
    private static bool IsBlank(char character) =>
        character is ' ' or '\u00A0' or '\u1680' or (>= '\u2000' and <= '\u200A') or '\u202F' or '\u205F' or '\u3000';

    private static bool IsHidden(Rune rune) => Hidden.Any(range => rune.Value >= range.First && rune.Value <= range.Last);

    // EnumerateRunes replaces half a surrogate pair; such a text has no UTF-8 form.
    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }
}
