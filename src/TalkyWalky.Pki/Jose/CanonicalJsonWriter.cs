using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace TalkyWalky.Pki.Jose;

/// <summary>
/// Writes the one JSON text for a value: no white space, members in the order of the format, integers in decimal, strings escaped as
/// RFC 8785 §3.2.2.2 does (and every JavaScript engine), which depends on no Unicode table. The buffer is zeroed when it is let go.
/// </summary>
public sealed class CanonicalJsonWriter(int capacity = 512) : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private byte[] _buffer = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Braces, names, separators: text that is canonical already.</summary>
    public CanonicalJsonWriter Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Reserve(json.Length));
        return this;
    }

    public CanonicalJsonWriter Number(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        Length += written - 20;
        return this;
    }

    /// <summary>A string of base64url characters.</summary>
    public CanonicalJsonWriter Base64Url(ReadOnlySpan<byte> bytes)
    {
        Raw("\""u8);
        StrictBase64Url.Encode(bytes, Reserve(StrictBase64Url.EncodedLength(bytes.Length)));
        return Raw("\""u8);
    }

    /// <exception cref="ArgumentException">A surrogate stands alone: the text has no UTF-8 form.</exception>
    public CanonicalJsonWriter String(string value)
    {
        Raw("\""u8);
        var bytes = Utf8.GetBytes(value);
        var rest = bytes.AsSpan();
        for (var at = IndexToEscape(rest); at >= 0; at = IndexToEscape(rest))
        {
            Raw(rest[..at]);
            Escape(rest[at]);
            rest = rest[(at + 1)..];
        }

        return Raw(rest).Raw("\""u8);
    }

    /// <summary>So many characters <c>0</c> inside a string.</summary>
    public CanonicalJsonWriter Zeros(int count)
    {
        Reserve(count).Fill((byte)'0');
        return this;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_buffer);
        Length = 0;
    }

    internal static int IndexToEscape(ReadOnlySpan<byte> text) => text.IndexOfAny(JsonEscapes.Escaped);

    private void Escape(byte character)
    {
        if (JsonEscapes.ShortFor(character) is not 0 and var letter)
        {
            Raw([(byte)'\\', letter]);
            return;
        }

        Raw("\\u00"u8);
        Raw([JsonEscapes.Hex[character >> 4], JsonEscapes.Hex[character & 15]]);
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - Length < count)
        {
            var larger = new byte[Math.Max(checked(Length + count), 2 * _buffer.Length)];
            Written.CopyTo(larger);
            CryptographicOperations.ZeroMemory(_buffer);
            _buffer = larger;
        }

        Length += count;
        return _buffer.AsSpan(Length - count, count);
    }
}
