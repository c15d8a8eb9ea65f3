using Google.Protobuf;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>Client frames from bytes. Unknown fields are dropped: nothing of them is stored or passed on.</summary>
internal static class FrameCodec
{
    private static readonly MessageParser<ClientFrame> Parser = ClientFrame.Parser.WithDiscardUnknownFields(true);

    /// <summary>Null for anything but one known body.</summary>
    public static ClientFrame? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (!FrameShape.IsSound(bytes)) return null;
        try
        {
            var frame = Parser.ParseFrom(bytes);
            return frame.BodyCase == ClientFrame.BodyOneofCase.None ? null : frame;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
