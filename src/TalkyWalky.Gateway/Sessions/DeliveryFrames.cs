using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>
/// Deliveries on their way through the broker. What is stored is the part of a <see cref="Delivery"/> that all recipients share, serialised once; tag and
/// slice are appended for each device. Protobuf allows that: a message's serialisation is the concatenation of its fields.
/// </summary>
internal static class DeliveryFrames
{
    private static readonly uint DeliveryField = WireFormat.MakeTag(ServerFrame.DeliveryFieldNumber, WireFormat.WireType.LengthDelimited);
    private static readonly uint TagField = WireFormat.MakeTag(Delivery.TagFieldNumber, WireFormat.WireType.Varint);
    private static readonly uint SliceField = WireFormat.MakeTag(Delivery.SliceFieldNumber, WireFormat.WireType.LengthDelimited);

    /// <summary>The payload for the broker.</summary>
    public static byte[] Shared(Envelope envelope, ByteString user, ByteString device, long acceptedAt) =>
        new Delivery { Envelope = envelope, FromUser = user, FromDevice = device, AcceptedAt = acceptedAt }.ToByteArray();

    public static PooledFrame For(MailboxEntry entry) => entry switch
    {
        MailboxEntry.Stored stored => For(stored),
        MailboxEntry.OverflowMarker marker => PooledFrame.Of(new ServerFrame
        {
            Overflow = new Overflow { Tag = marker.Tag, Dropped = (ulong)Math.Max(0, marker.Dropped), Since = marker.Since.ToUnixTimeMilliseconds() },
        }),
        _ => throw new InvalidOperationException($"no frame for {entry.GetType().Name}"),
    };

    private static PooledFrame For(MailboxEntry.Stored entry)
    {
        var body = entry.Payload.Length + VarintSize(TagField) + VarintSize(entry.Tag);
        if (!entry.Slice.IsEmpty) body += VarintSize(SliceField) + VarintSize((ulong)entry.Slice.Length) + entry.Slice.Length;
        var frame = PooledFrame.Rent(VarintSize(DeliveryField) + VarintSize((ulong)body) + body);
        var rest = frame.Buffer.AsSpan(0, frame.Length);
        rest = Varint(rest, DeliveryField);
        rest = Varint(rest, (ulong)body);
        rest = Bytes(rest, entry.Payload.Span);
        rest = Varint(rest, TagField);
        rest = Varint(rest, entry.Tag);
        if (entry.Slice.IsEmpty) return frame;
        rest = Varint(rest, SliceField);
        rest = Varint(rest, (ulong)entry.Slice.Length);
        Bytes(rest, entry.Slice.Span);
        return frame;
    }

    private static int VarintSize(ulong value) => CodedOutputStream.ComputeUInt64Size(value);

    private static Span<byte> Varint(Span<byte> destination, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7) destination[at++] = (byte)(value | 0x80);
        destination[at++] = (byte)value;
        return destination[at..];
    }

    private static Span<byte> Bytes(Span<byte> destination, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination);
        return destination[bytes.Length..];
    }
}
