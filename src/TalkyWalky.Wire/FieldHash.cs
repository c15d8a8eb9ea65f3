using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TalkyWalky.Wire;

/// <summary>
/// SHA-256 over length-prefixed fields (u32 big-endian), the first of which is a label used for one thing only,
/// so that no two different lists of fields ever hash the same bytes (docs/protocol.md, notation).
/// </summary>
/// <remarks>Fields are gathered and hashed at once: OpenSSL's state for hashing piece by piece costs more to make than most of these hashes. Some are secret: the buffer is cleared.</remarks>
public sealed class FieldHash : IDisposable
{
    private byte[] _fields = ArrayPool<byte>.Shared.Rent(256);
    private int _length;

    public FieldHash(string label) => Add(label);

    public FieldHash Add(ReadOnlySpan<byte> field)
    {
        field.CopyTo(Next(field.Length));
        return this;
    }

    public FieldHash Add(Digest field)
    {
        field.Write(Next(Digest.Size));
        return this;
    }

    public FieldHash Add(ulong field)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Next(8), field);
        return this;
    }

    public FieldHash Add(string field)
    {
        Encoding.UTF8.GetBytes(field, Next(Encoding.UTF8.GetByteCount(field)));
        return this;
    }

    public Digest Finish()
    {
        var digest = Digest.Sha256(_fields.AsSpan(0, _length));
        _length = 0;
        return digest;
    }

    public void Dispose()
    {
        if (_fields.Length > 0) ArrayPool<byte>.Shared.Return(_fields, clearArray: true);
        _fields = [];
    }

    /// <summary>Room for one field, behind its length.</summary>
    private Span<byte> Next(int length)
    {
        if (_fields.Length - _length < 4 + length) Grow(4 + length);
        BinaryPrimitives.WriteInt32BigEndian(_fields.AsSpan(_length), length);
        var field = _fields.AsSpan(_length + 4, length);
        _length += 4 + length;
        return field;
    }

    private void Grow(int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _fields.Length, _length + more));
        _fields.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_fields, clearArray: true);
        _fields = larger;
    }
}
