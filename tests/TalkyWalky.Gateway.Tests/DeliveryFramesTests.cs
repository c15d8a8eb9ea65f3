using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests;

public sealed class DeliveryFramesTests
{
    private static readonly ByteString User = ByteString.CopyFrom(new byte[16]), Device = ByteString.CopyFrom(new byte[16]);

    [Theory]
    [InlineData(1ul, 0)]
    [InlineData(127ul, 1)]
    [InlineData(128ul, 127)]
    [InlineData(ulong.MaxValue, 2048)]
    public void Delivery_PutTogetherFromItsParts_IsWhatTheEncoderMakes(ulong tag, int sliceLength)
    {
        var envelope = new Envelope { Kind = EnvelopeKind.Grant, Conversation = ByteString.CopyFrom(new byte[32]), Payload = ByteString.CopyFromUtf8("payload") };
        var slice = new byte[sliceLength];
        var frame = DeliveryFrames.For(new MailboxEntry.Stored(tag, DeliveryFrames.Shared(envelope, User, Device, 1767225600123), slice));
        var whole = new ServerFrame
        {
            Delivery = new Delivery
            {
                Envelope = envelope, FromUser = User, FromDevice = Device, AcceptedAt = 1767225600123, Tag = tag, Slice = ByteString.CopyFrom(slice),
            },
        };
        Assert.Equal(whole.ToByteArray(), frame.Memory.ToArray());
    }

    [Fact]
    public void OverflowMarker_IsAnOverflowFrame()
    {
        var frame = DeliveryFrames.For(new MailboxEntry.OverflowMarker(9, 41, DateTimeOffset.FromUnixTimeMilliseconds(1767225600123)));
        Assert.Equal(new Overflow { Tag = 9, Dropped = 41, Since = 1767225600123 }, ServerFrame.Parser.ParseFrom(frame.Memory.Span).Overflow);
    }
}
