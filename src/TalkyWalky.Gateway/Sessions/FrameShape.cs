using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>
/// Counts the parts of a client's frame before the parser makes an object of each: two bytes on the wire can ask for fifty in memory.
/// </summary>
internal static class FrameShape
{
    /// <summary>More than the recipients of a publish or the people of a watch list.</summary>
    private const int MaxFields = 4096;

    /// <summary>Bytes of one Ack: tags may come packed, so their number is not that of fields.</summary>
    private const int MaxAck = 16 * 1024;

    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;

    /// <summary>True for exactly one length-delimited body with a bounded number of fields.</summary>
    public static bool IsSound(ReadOnlySpan<byte> frame)
    {
        if (!TryField(ref frame, out var number, out var body) || !frame.IsEmpty) return false;
        if (number == ClientFrame.AckFieldNumber && body.Length > MaxAck) return false;
        for (var count = 0; !body.IsEmpty; count++)
        {
            if (count == MaxFields || !TrySkip(ref body)) return false;
        }

        return true;
    }

    private static bool TryField(ref ReadOnlySpan<byte> rest, out ulong number, out ReadOnlySpan<byte> body)
    {
        number = 0;
        body = default;
        if (!TryVarint(ref rest, out var tag) || (tag & 7) != LengthDelimited) return false;
        if (!TryVarint(ref rest, out var length) || length > (ulong)rest.Length) return false;
        number = tag >> 3;
        body = rest[..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest)
    {
        if (!TryVarint(ref rest, out var tag)) return false;
        ulong size = 0;
        switch ((int)(tag & 7))
        {
            case Varint when TryVarint(ref rest, out _): break;
            case Fixed64: size = 8; break;
            case Fixed32: size = 4; break;
            case LengthDelimited when TryVarint(ref rest, out size): break;
            default: return false;
        }

        if (size > (ulong)rest.Length) return false;
        rest = rest[(int)size..];
        return true;
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (var at = 0; at < Math.Min(10, rest.Length); at++)
        {
            value |= (ulong)(rest[at] & 0x7F) << (7 * at);
            if (rest[at] >= 0x80) continue;
            rest = rest[(at + 1)..];
            return true;
        }

        return false;
    }
}
