using System.Buffers;

namespace TalkyWalky.Wire;

/// <summary>What kind of file one is, as its sender says (RFC 6838 §4.2): type/subtype in lower case, without parameters. A hint, never believed.</summary>
public static class MediaType
{
    public const string Unknown = "application/octet-stream";

    private static readonly SearchValues<char> First = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789"), Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+");

    public static bool IsWellFormed(string type) => type.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && IsName(type.AsSpan(0, slash)) && IsName(type.AsSpan(slash + 1));

    private static bool IsName(ReadOnlySpan<char> name) => name.Length is > 0 and <= Limits.MediaTypeName && First.Contains(name[0]) && !name.ContainsAnyExcept(Letters);
}
