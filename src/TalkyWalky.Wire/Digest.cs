using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace TalkyWalky.Wire;

/// <summary>A SHA-256 value: 32 bytes, 64 lower-case hex digits.</summary>
public readonly record struct Digest(UInt128 High, UInt128 Low) : IComparable<Digest>
{
    public const int Size = 32;

    public static Digest Sha256(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(data, hash);
        return Read(hash);
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out Digest digest)
    {
        digest = bytes.Length == Size ? Read(bytes) : default;
        return bytes.Length == Size;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is not { Length: 2 * Size } || text.AsSpan().ContainsAnyExcept("0123456789abcdef")) return false;
        digest = Read(Convert.FromHexString(text));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, High);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], Low);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    public int CompareTo(Digest other) => High.CompareTo(other.High) is not 0 and var order ? order : Low.CompareTo(other.Low);

    public override string ToString() => Id128.Format(High) + Id128.Format(Low);

    private static Digest Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));
}
