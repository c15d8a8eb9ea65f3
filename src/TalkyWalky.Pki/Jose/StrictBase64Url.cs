using System.Buffers;
using System.Buffers.Text;

namespace TalkyWalky.Pki.Jose;

/// <summary>
/// Base64url without padding (RFC 7515 §2), both ways one to one: no padding, no white space, no stray bits behind the last byte
/// (RFC 4648 §3.5), so what decodes encodes to the same characters.
/// </summary>
public static class StrictBase64Url
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>Characters for so many bytes.</summary>
    public static int EncodedLength(int bytes) => Base64Url.GetEncodedLength(bytes);

    /// <summary>Bytes in so many characters; meaningless when no such text exists (length 1 modulo 4).</summary>
    public static int DecodedLength(int characters) => Base64Url.GetMaxDecodedLength(characters);

    /// <summary>Writes <see cref="EncodedLength"/> characters and returns how many.</summary>
    public static int Encode(ReadOnlySpan<byte> bytes, Span<byte> destination) => Base64Url.EncodeToUtf8(bytes, destination);

    /// <summary>Fills <paramref name="destination"/> exactly, or returns false.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination) =>
        IsCanonical(text)
        && DecodedLength(text.Length) == destination.Length
        && Base64Url.DecodeFromUtf8(text, destination, out var read, out var written) == OperationStatus.Done
        && read == text.Length
        && written == destination.Length;

    /// <summary>Null when the text is not canonical. The caller bounds its length.</summary>
    public static byte[]? TryDecode(ReadOnlySpan<byte> text)
    {
        if (!IsCanonical(text)) return null;
        var bytes = new byte[DecodedLength(text.Length)];
        return TryDecode(text, bytes) ? bytes : null;
    }

    private static bool IsCanonical(ReadOnlySpan<byte> text)
    {
        if (text.ContainsAnyExcept(Alphabet)) return false;
        return (text.Length % 4) switch
        {
            0 => true,
            2 => (Value(text[^1]) & 0b1111) == 0,
            3 => (Value(text[^1]) & 0b11) == 0,
            _ => false,
        };
    }

    private static int Value(byte character) => character switch
    {
        >= (byte)'A' and <= (byte)'Z' => character - 'A',
        >= (byte)'a' and <= (byte)'z' => character - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => character - '0' + 52,
        (byte)'-' => 62,
        _ => 63,
    };
}
