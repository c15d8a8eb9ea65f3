using System.Net.WebSockets;
using TalkyWalky.Gateway.Sessions;

namespace TalkyWalky.Gateway.Tests;

public sealed class HeldStreamTests
{
    [Fact]
    public async Task Write_WhileHolding_GoesOutInOnePieceWithTheNextThatIsNotHeld()
    {
        using var inner = new WriteCounter();
        await using var stream = new HeldStream(inner);
        stream.IsHolding = true;
        await stream.WriteAsync(new byte[] { 1, 2 });
        await stream.WriteAsync(new byte[] { 3 });
        await stream.FlushAsync();
        Assert.Equal(0, inner.Writes);
        stream.IsHolding = false;
        await stream.WriteAsync(new byte[] { 4 });
        await stream.WriteAsync(new byte[] { 5 });
        Assert.Equal(2, inner.Writes);
        Assert.Equal([1, 2, 3, 4, 5], inner.ToArray());
    }

    [Fact]
    public async Task Send_OfManyFrames_IsAFewPiecesWithEveryFrameWholeAndInOrder()
    {
        const int Count = 100, Size = 3000;
        using var inner = new WriteCounter();
        await using var stream = new HeldStream(inner);
        using var server = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        var connection = new Connection(server, stream, TimeProvider.System);
        var frames = new Queue<PooledFrame>();
        for (var i = 0; i < Count; i++)
        {
            var frame = PooledFrame.Rent(Size);
            frame.Buffer.AsSpan(0, Size).Fill((byte)i);
            frames.Enqueue(frame);
        }

        Assert.Equal(SendResult.Sent, await connection.SendAsync(frames));
        Assert.Empty(frames);
        Assert.InRange(inner.Writes, 2, Count / 5);
        using var client = WebSocket.CreateFromStream(new MemoryStream(inner.ToArray()), new WebSocketCreationOptions());
        var buffer = new byte[Size];
        for (var i = 0; i < Count; i++)
        {
            var received = await client.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            Assert.True(received.EndOfMessage);
            Assert.Equal(Size, received.Count);
            Assert.All(buffer, value => Assert.Equal((byte)i, value));
        }
    }

    [Fact]
    public async Task Receive_OfManyFramesThatArrivedTogether_IsAFewReadsWithEveryFrameWholeAndInOrder()
    {
        const int Count = 40, Size = 3000;
        using var inner = new ReadCounter(await MaskedFramesAsync(Count, Size));
        await using var stream = new HeldStream(inner);
        using var server = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        var connection = new Connection(server, stream, TimeProvider.System);
        for (var i = 0; i < Count; i++)
        {
            var received = await connection.ReceiveAsync(Size, CancellationToken.None);
            Assert.Equal(ReceivedKind.Frame, received.Kind);
            Assert.Equal(Enumerable.Repeat((byte)i, Size), received.Bytes.ToArray());
            received.Return();
        }

        Assert.False(stream.HasUnread);
        Assert.InRange(inner.Reads, 2, Count / 2);
    }

    [Fact]
    public async Task Read_OfNothing_WaitsWithoutTakingWhatArrives()
    {
        using var inner = new ReadCounter([1, 2, 3]);
        await using var stream = new HeldStream(inner);
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty));
        Assert.False(stream.HasUnread);
        var buffer = new byte[2];
        Assert.Equal(2, await stream.ReadAsync(buffer));
        Assert.True(stream.HasUnread);
        Assert.Equal([1, 2], buffer);
        Assert.Equal(1, await stream.ReadAsync(buffer));
        Assert.Equal(3, buffer[0]);
        Assert.Equal(0, await stream.ReadAsync(buffer));
    }

    private static async Task<byte[]> MaskedFramesAsync(int count, int size)
    {
        using var bytes = new MemoryStream();
        using var client = WebSocket.CreateFromStream(bytes, new WebSocketCreationOptions());
        for (var i = 0; i < count; i++)
            await client.SendAsync(Enumerable.Repeat((byte)i, size).ToArray().AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        return bytes.ToArray();
    }

    private sealed class ReadCounter(byte[] bytes) : MemoryStream(bytes)
    {
        public int Reads { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reads++;
            return base.ReadAsync(buffer, cancellationToken);
        }
    }

    private sealed class WriteCounter : MemoryStream
    {
        public int Writes { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
