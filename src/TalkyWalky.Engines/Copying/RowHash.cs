using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Copying;

/// <summary>
/// SHA-256 over the rows of a table in the order of its key. A value is a tag (0 null, 1 bytes, 2 text, 3 number); bytes and UTF-8 text follow with their length in 8 bytes,
/// a number in 8 bytes, big-endian. Every row has the same columns, so that no two tables have the same bytes.
/// </summary>
public sealed class RowHash(StoreTable table) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _rows;

    public void Add(object?[] row)
    {
        if (row.Length != table.Columns.Count) throw new ArgumentException($"a row of {table.Name} has {table.Columns.Count} values", nameof(row));
        foreach (var value in row) Add(value);
        _rows++;
    }

    public TableContent Finish() => Digest.TryRead(_hash.GetHashAndReset(), out var digest)
        ? new TableContent(_rows, digest)
        : throw new InvalidOperationException("SHA-256 has 32 bytes");

    public void Dispose() => _hash.Dispose();

    private void Add(object? value)
    {
        switch (value)
        {
            case null: _hash.AppendData([0]); break;
            case byte[] bytes: Add(1, bytes); break;
            case string text: Add(2, Encoding.UTF8.GetBytes(text)); break;
            case long number: Add(3, number); break;
            default: throw new ArgumentException($"no column holds {value.GetType().Name}", nameof(value));
        }
    }

    private void Add(byte tag, byte[] bytes)
    {
        Add(tag, bytes.LongLength);
        _hash.AppendData(bytes);
    }

    private void Add(byte tag, long number)
    {
        Span<byte> bytes = stackalloc byte[9];
        bytes[0] = tag;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], number);
        _hash.AppendData(bytes);
    }
}
