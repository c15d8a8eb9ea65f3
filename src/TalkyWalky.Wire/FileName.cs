using System.Buffers;
using System.Text;

namespace TalkyWalky.Wire;

/// <summary>The name of a file that is sent: one part of a path, which looks like what it is.</summary>
public static class FileName
{
    // Controls and line breaks; characters that reorder a line, so that one kind of file passes for another (CVE-2021-42574). The list is fixed and asks no Unicode table.
    private static readonly SearchValues<char> Harmful = SearchValues.Create(
        [.. Range(0x00, 0x1F), '/', '\\', .. Range(0x7F, 0x9F), '\u061C', .. Range(0x200E, 0x200F), .. Range(0x2028, 0x202E), .. Range(0x2066, 0x2069), '\uFEFF']);

    /// <summary>Why this cannot be a file's name, as a sentence; null when it can.</summary>
    public static string? Problem(string name) =>
        name.Length is 0 or > Limits.FileName ? TooLong
        : !UnicodeText.IsWellFormed(name) ? "a file's name has no half of a surrogate pair"
        : Encoding.UTF8.GetByteCount(name) > Limits.FileName ? TooLong
        : name is "." or ".." ? "a file is not called . or .."
        : name.Trim().Length != name.Length ? "a file's name has no blank at its ends"
        : name.AsSpan().ContainsAny(Harmful) ? "a file's name has no slashes, control characters or such that reorder a line"
        : null;

    private static string TooLong => $"a file's name has 1 to {Limits.FileName} bytes of UTF-8";

    private static IEnumerable<char> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(static code => (char)code);
}
