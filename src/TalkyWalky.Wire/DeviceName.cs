using System.Globalization;
using System.Text;

namespace TalkyWalky.Wire;

/// <summary>What its owner calls a device, to tell it from the others.</summary>
public static class DeviceName
{
    /// <summary>Why this cannot be a device's name, as a sentence; null when it can.</summary>
    public static string? Problem(string name) =>
        name.Length is 0 or > Limits.DeviceName ? $"a device's name has 1 to {Limits.DeviceName} characters"
        : name.Trim().Length != name.Length ? "a device's name has no blank at its ends"
        : name.EnumerateRunes().Any(IsHidden) ? "a device's name has no control characters or invisible ones"
        : null;

    private static bool IsHidden(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
