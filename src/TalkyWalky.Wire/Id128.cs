using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace TalkyWalky.Wire;

/// <summary>Shared encoding of the 128-bit ids: 16 bytes big-endian, or 32 lower-case hex digits.</summary>
internal static class Id128
{
    public const int Size = 16;

    public static UInt128 Random()
    {
        Span<byte> bytes = stackalloc byte[Size];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out UInt128 value)
    {
        value = bytes.Length == Size ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : default;
        return bytes.Length == Size;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out UInt128 value)
    {
        value = default;
        return text is { Length: 2 * Size }
            && !text.AsSpan().ContainsAnyExcept("0123456789abcdef")
            && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    public static string Format(UInt128 value) => value.ToString("x32", CultureInfo.InvariantCulture);

    public static byte[] ToArray(UInt128 value)
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return bytes;
    }
}
