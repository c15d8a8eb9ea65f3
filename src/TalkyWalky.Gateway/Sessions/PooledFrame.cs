using System.Buffers;
using Google.Protobuf;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>One encoded frame in a rented buffer. Whoever holds it last returns it.</summary>
internal readonly record struct PooledFrame(byte[] Buffer, int Length)
{
    public ReadOnlyMemory<byte> Memory => Buffer.AsMemory(0, Length);

    public static PooledFrame Of(IMessage message)
    {
        var frame = Rent(message.CalculateSize());
        message.WriteTo(frame.Buffer.AsSpan(0, frame.Length));
        return frame;
    }

    public static PooledFrame Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length);

    public void Return() => ArrayPool<byte>.Shared.Return(Buffer);
}
