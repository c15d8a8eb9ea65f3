using System.Text;
using System.Text.Unicode;

namespace TalkyWalky.Pki.Jose;

/// <summary>
/// Reads what <see cref="CanonicalJsonWriter"/> writes and nothing else: a format is a row of literals and values, so other orders, unknown or
/// duplicate members, white space and second spellings of a value cannot pass. A false answer leaves the reader useless.
/// </summary>
public ref struct CanonicalJsonReader(ReadOnlySpan<byte> json)
{
    /// <summary>Deepest nesting of a value that is kept whole.</summary>
    public const int MaxDepth = 16;

    private ReadOnlySpan<byte> _rest = json;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly int Remaining => _rest.Length;

    public bool Literal(scoped ReadOnlySpan<byte> expected)
    {
        if (!_rest.StartsWith(expected)) return false;
        _rest = _rest[expected.Length..];
        return true;
    }

    /// <summary>An integer from 0 to <paramref name="max"/>, without leading zeros.</summary>
    public bool Number(long max, out long value)
    {
        value = 0;
        var digits = 0;
        while (digits < _rest.Length && _rest[digits] is >= (byte)'0' and <= (byte)'9')
        {
            var digit = _rest[digits] - '0';
            if ((digits == 1 && value == 0) || value > max / 10 || (value == max / 10 && digit > max % 10)) return false;
            value = (10 * value) + digit;
            digits++;
        }

        _rest = _rest[digits..];
        return digits > 0;
    }

    /// <summary>A string of base64url characters for exactly <paramref name="destination"/>.</summary>
    public bool Base64Url(scoped Span<byte> destination)
    {
        var length = StrictBase64Url.EncodedLength(destination.Length);
        if (_rest.Length < length + 2 || _rest[0] != '"' || _rest[length + 1] != '"') return false;
        if (!StrictBase64Url.TryDecode(_rest.Slice(1, length), destination)) return false;
        _rest = _rest[(length + 2)..];
        return true;
    }

    /// <summary>A string of at most <paramref name="maxBytes"/> bytes of UTF-8.</summary>
    public bool String(int maxBytes, out string value)
    {
        value = "";
        if (!RawString(out var escaped) || escaped.Length > 6L * maxBytes) return false;
        var text = escaped.Contains((byte)'\\') ? Unescape(escaped) : escaped;
        if (text.Length > maxBytes) return false;
        value = Encoding.UTF8.GetString(text);
        return true;
    }

    /// <summary>So many characters <c>0</c> inside a string.</summary>
    public bool Zeros(int count)
    {
        if (count < 0 || _rest.Length < count || _rest[..count].ContainsAnyExcept((byte)'0')) return false;
        _rest = _rest[count..];
        return true;
    }

    /// <summary>Any value without white space, at most <see cref="MaxDepth"/> deep, kept as it is written.</summary>
    public bool Value(out ReadOnlySpan<byte> raw)
    {
        var start = _rest;
        var ok = SkipValue(MaxDepth);
        raw = start[..(start.Length - _rest.Length)];
        return ok;
    }

    private bool RawString(out ReadOnlySpan<byte> inside)
    {
        inside = default;
        if (!Literal("\""u8)) return false;
        var length = 0;
        while (true)
        {
            var next = CanonicalJsonWriter.IndexToEscape(_rest[length..]);
            if (next < 0) return false;
            length += next;
            if (_rest[length] == '"') break;
            var escape = JsonEscapes.Read(_rest[length..]);
            if (escape.Length == 0) return false;
            length += escape.Length;
        }

        inside = _rest[..length];
        _rest = _rest[(length + 1)..];
        return Utf8.IsValid(inside);
    }

    private static byte[] Unescape(ReadOnlySpan<byte> escaped)
    {
        var text = new byte[escaped.Length];
        var length = 0;
        while (!escaped.IsEmpty)
        {
            var plain = escaped.IndexOf((byte)'\\') is >= 0 and var at ? at : escaped.Length;
            escaped[..plain].CopyTo(text.AsSpan(length));
            length += plain;
            escaped = escaped[plain..];
            if (escaped.IsEmpty) break;
            var (character, taken) = JsonEscapes.Read(escaped);
            text[length++] = character;
            escaped = escaped[taken..];
        }

        return text[..length];
    }

    private bool SkipValue(int depth) => depth > 0 && !_rest.IsEmpty && _rest[0] switch
    {
        (byte)'{' => SkipMany("{"u8, "}"u8, named: true, depth),
        (byte)'[' => SkipMany("["u8, "]"u8, named: false, depth),
        (byte)'"' => RawString(out _),
        (byte)'t' => Literal("true"u8),
        (byte)'f' => Literal("false"u8),
        (byte)'n' => Literal("null"u8),
        _ => SkipNumber(),
    };

    private bool SkipMany(scoped ReadOnlySpan<byte> open, scoped ReadOnlySpan<byte> close, bool named, int depth)
    {
        if (!Literal(open)) return false;
        if (Literal(close)) return true;
        do
        {
            if (named && !(RawString(out _) && Literal(":"u8))) return false;
            if (!SkipValue(depth - 1)) return false;
        }
        while (Literal(","u8));
        return Literal(close);
    }

    // RFC 8259 §6.
    private bool SkipNumber()
    {
        Literal("-"u8);
        if (!Literal("0"u8) && !SkipDigits()) return false;
        if (Literal("."u8) && !SkipDigits()) return false;
        if (!Literal("e"u8) && !Literal("E"u8)) return true;
        if (!Literal("+"u8)) Literal("-"u8);
        return SkipDigits();
    }

    private bool SkipDigits()
    {
        var digits = _rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is >= 0 and var end ? end : _rest.Length;
        _rest = _rest[digits..];
        return digits > 0;
    }
}
