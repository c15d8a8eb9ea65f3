using System.Buffers.Binary;

namespace TalkyWalky.Engines.RabbitMq.Mailboxes;

/// <summary>Bodies of messages: varint(slice length), slice, payload; a marker is two numbers and an id.</summary>
internal static class EntryFormat
{
    /// <summary>The property "type" of a marker; entries have none.</summary>
    public const string MarkerType = "overflow";

    private const int MarkerSize = 32, LongestVarint = 5;

    public static byte[] Write(ReadOnlySpan<byte> slice, ReadOnlySpan<byte> payload)
    {
        Span<byte> prefix = stackalloc byte[LongestVarint];
        var length = 0;
        for (var rest = (uint)slice.Length; ; rest >>= 7)
        {
            prefix[length++] = (byte)(rest > 0x7f ? rest | 0x80 : rest);
            if (rest <= 0x7f) break;
        }

        var body = new byte[length + slice.Length + payload.Length];
        prefix[..length].CopyTo(body);
        slice.CopyTo(body.AsSpan(length));
        payload.CopyTo(body.AsSpan(length + slice.Length));
        return body;
    }

    /// <summary>False when it is not what <see cref="Write"/> made.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> slice, out ReadOnlyMemory<byte> payload)
    {
        (slice, payload) = (default, default);
        var bytes = body.Span;
        ulong length = 0;
        for (var i = 0; i < Math.Min(LongestVarint, bytes.Length); i++)
        {
            length |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] > 0x7f) continue;
            if (i > 0 && bytes[i] == 0 || length > (ulong)(bytes.Length - i - 1)) return false; // padded, or longer than the body
            slice = body.Slice(i + 1, (int)length);
            payload = body[(i + 1 + (int)length)..];
            return true;
        }

        return false;
    }

    public static byte[] Write(Marker marker)
    {
        var body = new byte[MarkerSize];
        BinaryPrimitives.WriteInt64BigEndian(body, marker.Dropped);
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(8), marker.Since.ToUnixTimeMilliseconds());
        marker.Id.TryWriteBytes(body.AsSpan(16), bigEndian: true, out _);
        return body;
    }

    public static Marker? TryReadMarker(ReadOnlySpan<byte> body)
    {
        if (body.Length != MarkerSize) return null;
        var (dropped, since) = (BinaryPrimitives.ReadInt64BigEndian(body), BinaryPrimitives.ReadInt64BigEndian(body[8..]));
        if (dropped < 0 || since < 0 || since > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) return null;
        return new Marker(new Guid(body[16..], bigEndian: true), dropped, DateTimeOffset.FromUnixTimeMilliseconds(since));
    }
}

/// <param name="Dropped">0: nobody knows how many.</param>
internal sealed record Marker(Guid Id, long Dropped, DateTimeOffset Since);
