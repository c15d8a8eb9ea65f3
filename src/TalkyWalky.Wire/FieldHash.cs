using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TalkyWalky.Wire;

/// <summary>
/// SHA-256 over length-prefixed fields (u32 big-endian), the first of which is a label used for one thing only,
/// so that no two different lists of fields ever hash the same bytes (docs/protocol.md, notation).
/// </summary>
public sealed class FieldHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public FieldHash(string label) => Add(Encoding.ASCII.GetBytes(label));

    public FieldHash Add(ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, field.Length);
        _hash.AppendData(length);
        _hash.AppendData(field);
        return this;
    }

    public FieldHash Add(Digest field)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        field.Write(bytes);
        return Add(bytes);
    }

    public FieldHash Add(ulong field)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, field);
        return Add(bytes);
    }

    public FieldHash Add(string field) => Add(Encoding.UTF8.GetBytes(field));

    public Digest Finish()
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        _hash.GetHashAndReset(bytes);
        Digest.TryRead(bytes, out var digest);
        return digest;
    }

    public void Dispose() => _hash.Dispose();
}
