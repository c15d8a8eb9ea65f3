using System.Buffers;
using Google.Protobuf;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>One encoded frame, most often in a rented buffer: whoever holds it last returns it.</summary>
/// <param name="IsShared">The buffer is not rented: several peers are sent the same one.</param>
internal readonly record struct PooledFrame(byte[] Buffer, int Length, bool IsShared = false)
{
    public ReadOnlyMemory<byte> Memory => Buffer.AsMemory(0, Length);

    public static PooledFrame Of(IMessage message)
    {
        var frame = Rent(message.CalculateSize());
        message.WriteTo(frame.Buffer.AsSpan(0, frame.Length));
        return frame;
    }

    public static PooledFrame Shared(byte[] frame) => new(frame, frame.Length, IsShared: true);

    public static PooledFrame Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length);

    public void Return()
    {
        if (!IsShared) ArrayPool<byte>.Shared.Return(Buffer);
    }
}
