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
