using Google.Protobuf;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Load.Peers.Ours;

/// <summary>What the generator must know of a frame of the gateway, without making an object of each.</summary>
internal static class ServerFrames
{
    private static readonly byte Accepted = Tag(ServerFrame.AcceptedFieldNumber, WireFormat.WireType.LengthDelimited);
    private static readonly byte Delivery = Tag(ServerFrame.DeliveryFieldNumber, WireFormat.WireType.LengthDelimited);
    private static readonly byte DeliveryTag = Tag(Wire.Frames.Delivery.TagFieldNumber, WireFormat.WireType.Varint);

    public static bool IsAccepted(ReadOnlySpan<byte> frame) => frame[0] == Accepted;

    /// <summary>The tag to acknowledge; null for anything but a delivery.</summary>
    public static ulong? TagOf(ReadOnlySpan<byte> frame)
    {
        if (frame[0] != Delivery) return null;
        var rest = frame[1..];
        Varint(ref rest);
        while (!rest.IsEmpty)
        {
            var tag = rest[0];
            rest = rest[1..];
            var number = Varint(ref rest);
            if (tag == DeliveryTag) return number;
            if ((tag & 7) == (int)WireFormat.WireType.LengthDelimited) rest = rest[(int)number..];
        }

        return null;
    }

    public static void ThrowOnRefusal(ReadOnlySpan<byte> bytes)
    {
        var frame = ServerFrame.Parser.ParseFrom(bytes);
        if (frame.BodyCase is ServerFrame.BodyOneofCase.Refused or ServerFrame.BodyOneofCase.Overflow or ServerFrame.BodyOneofCase.Closing)
            throw new InvalidOperationException($"the gateway answers {frame}");
    }

    private static byte Tag(int field, WireFormat.WireType type) => (byte)WireFormat.MakeTag(field, type);

    private static ulong Varint(ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (var at = 0; ; at++)
        {
            value |= (ulong)(rest[at] & 0x7F) << (7 * at);
            if (rest[at] >= 0x80) continue;
            rest = rest[(at + 1)..];
            return value;
        }
    }
}
