using System.Buffers.Binary;
using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>Fixed-width big-endian fields of a saved state: a kind and a version first. The buffer holds secrets and is zeroed when it grows or is let go.</summary>
internal sealed class StateWriter : IDisposable
{
    private byte[] _buffer = new byte[512];
    private int _length;

    public StateWriter(byte kind, byte version)
    {
        Byte(kind);
        Byte(version);
    }

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void UInt16(int value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), checked((ushort)value));

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Reserve(8), value);

    public void UInt128(UInt128 value) => BinaryPrimitives.WriteUInt128BigEndian(Reserve(16), value);

    public void Digest(Digest value) => value.Write(Reserve(Wire.Digest.Size));

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    public byte[] ToArray() => _buffer.AsSpan(0, _length).ToArray();

    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            var larger = new byte[2 * _buffer.Length];
            _buffer.AsSpan(0, _length).CopyTo(larger);
            CryptographicOperations.ZeroMemory(_buffer);
            _buffer = larger;
        }

        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }
}

/// <summary>Reads what <see cref="StateWriter"/> wrote. A state that does not read is damage, not a peer's doing: an exception.</summary>
internal ref struct StateReader
{
    private ReadOnlySpan<byte> _rest;

    /// <param name="newest">Every version from 1 to this one reads.</param>
    public StateReader(ReadOnlySpan<byte> saved, byte kind, byte newest)
    {
        _rest = saved;
        if (Byte() != kind) throw Damaged();
        Version = Byte();
        if (Version == 0 || Version > newest) throw Damaged();
    }

    public byte Version { get; }

    public static InvalidDataException Damaged() => new("a stored session is damaged or of another version; start a new session in this conversation");

    public byte Byte() => Bytes(1)[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64BigEndian(Bytes(8));

    public UInt128 UInt128() => BinaryPrimitives.ReadUInt128BigEndian(Bytes(16));

    public Digest Digest() => Wire.Digest.TryRead(Bytes(Wire.Digest.Size), out var digest) ? digest : throw Damaged();

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (_rest.Length < count) throw Damaged();
        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    public readonly void End()
    {
        if (!_rest.IsEmpty) throw Damaged();
    }
}
