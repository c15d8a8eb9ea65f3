using System.Buffers;
using System.Globalization;
using System.Text;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Ldap;

/// <summary>What names and passwords may hold before a directory is asked.</summary>
internal static class Names
{
    /// <summary>The name to look up, or null when none like it can exist.</summary>
    public static string? Readable(string username) => username.Trim() is { Length: > 0 and <= Limits.DirectoryUsernameMax } name && IsText(name) ? name : null;

    public static string? PasswordFault(string password) =>
        password.Length is 0 or > Limits.Password ? $"a password has 1 to {Limits.Password} characters"
        : !IsWellFormed(password) || password.Contains('\0', StringComparison.Ordinal) ? "a password holds no NUL and no half characters"
        : null;

    /// <summary>RFC 8265 §4.2.2: NFC, so that an é typed on another keyboard is the same é.</summary>
    public static string Prepare(string password) => password.Normalize(NormalizationForm.FormC);

    /// <summary>The passwords that this one may stand for: other software stores what is typed as it is.</summary>
    public static IEnumerable<string> Candidates(string password) => new[] { Prepare(password), password }.Distinct(StringComparer.Ordinal);

    /// <summary>What others wrote, as text of one line and a bounded length.</summary>
    public static string Tame(string text, int longest)
    {
        var tamed = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (tamed.Length + rune.Utf16SequenceLength > longest) break;
            if (!Hides(rune)) tamed.Append(rune);
        }

        return tamed.ToString().Trim();
    }

    /// <summary>Well-formed, without control and format characters: NUL would end the text in C, others hide.</summary>
    public static bool IsText(string text) => IsWellFormed(text) && !text.EnumerateRunes().Any(Hides);

    private static bool Hides(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // Half a surrogate pair becomes the same one character on its way, whichever half it is.
    private static bool IsWellFormed(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var used) != OperationStatus.Done) return false;
            rest = rest[used..];
        }

        return true;
    }
}
