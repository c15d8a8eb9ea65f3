using System.Buffers;

namespace TalkyWalky.Pki.Jose;

/// <summary>RFC 8785 §3.2.2.2: quote, backslash and C0 controls are escaped, five of these by a letter, the others as \u00xx in lower case.</summary>
internal static class JsonEscapes
{
    public static readonly SearchValues<byte> Escaped = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Select(static control => (byte)control), (byte)'"', (byte)'\\',
    ]);

    public static ReadOnlySpan<byte> Hex => "0123456789abcdef"u8;

    /// <summary>The letter behind the backslash; 0 when there is none.</summary>
    public static byte ShortFor(byte character) => character switch
    {
        (byte)'"' => (byte)'"',
        (byte)'\\' => (byte)'\\',
        (byte)'\b' => (byte)'b',
        (byte)'\f' => (byte)'f',
        (byte)'\n' => (byte)'n',
        (byte)'\r' => (byte)'r',
        (byte)'\t' => (byte)'t',
        _ => 0,
    };

    /// <summary>The character of one canonical escape at the start of <paramref name="text"/>, and its length; length 0 when it is not one.</summary>
    public static (byte Character, int Length) Read(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || text[0] != '\\') return default;
        if (text[1] != 'u') return LetterOf(text[1]) is not 0 and var character ? (character, 2) : default;
        if (text.Length < 6 || text[2] != '0' || text[3] != '0') return default;
        var (high, low) = (Hex.IndexOf(text[4]), Hex.IndexOf(text[5]));
        if (high is < 0 or > 1 || low < 0) return default;
        var control = (byte)((high << 4) | low);
        return ShortFor(control) == 0 ? (control, 6) : default;
    }

    private static byte LetterOf(byte letter) => letter switch
    {
        (byte)'"' or (byte)'\\' => letter,
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => 0,
    };
}
