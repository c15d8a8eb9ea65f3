using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

internal enum ReceivedKind
{
    Frame,
    Text,
    TooLarge,
    Closed,
}

/// <summary>One message of the peer. The buffer of a frame is rented: <see cref="Return"/> it.</summary>
internal readonly record struct Received(ReceivedKind Kind, byte[] Buffer, int Length)
{
    public ReadOnlySpan<byte> Bytes => Buffer.AsSpan(0, Length);

    public void Return()
    {
        if (Buffer.Length > 0) ArrayPool<byte>.Shared.Return(Buffer);
    }
}

internal enum SendResult
{
    Sent,
    PeerGone,
    TooSlow,
}

/// <summary>A WebSocket with bounded messages, bounded waits and a goodbye. One reader and one writer at a time.</summary>
/// <param name="stream">Under the WebSocket.</param>
internal sealed class Connection(WebSocket socket, HeldStream stream, TimeProvider time)
{
    private const int FirstBuffer = 4096;

    /// <summary>Of frames that go out in one piece.</summary>
    private const int MostTogether = 32 * 1024;

    /// <summary>
    /// The next message whole, refused once it passes <paramref name="limit"/> bytes. Rents a buffer only when data is there. Cancelling aborts the connection.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Received> ReceiveAsync(int limit, CancellationToken cancellation)
    {
        var buffer = stream.HasUnread ? ArrayPool<byte>.Shared.Rent(FirstBuffer) : [];
        var length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
            }
            catch (Exception lost) when (lost is WebSocketException or OperationCanceledException or ObjectDisposedException)
            {
                return Without(ReceivedKind.Closed, buffer);
            }

            if (part.MessageType == WebSocketMessageType.Close) return Without(ReceivedKind.Closed, buffer);
            if (part.MessageType == WebSocketMessageType.Text) return Without(ReceivedKind.Text, buffer);
            length += part.Count;
            if (length > limit) return Without(ReceivedKind.TooLarge, buffer);
            if (part.EndOfMessage) return new Received(ReceivedKind.Frame, buffer, length);
            if (length == buffer.Length) buffer = Grow(buffer, length, limit);
        }
    }

    /// <summary>Sends frames in as few pieces as may be, and returns all of them.</summary>
    public async ValueTask<SendResult> SendAsync(Queue<PooledFrame> frames)
    {
        var (result, together) = (SendResult.Sent, 0);
        while (frames.TryDequeue(out var frame))
        {
            together += frame.Length;
            stream.IsHolding = together < MostTogether && frames.Count > 0;
            if (!stream.IsHolding) together = 0;
            if (result == SendResult.Sent) result = await SendAsync(frame.Memory);
            frame.Return();
        }

        return result;
    }

    public async ValueTask<SendResult> SendAsync(ReadOnlyMemory<byte> frame)
    {
        var sending = socket.SendAsync(frame, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        if (sending.IsCompletedSuccessfully) return SendResult.Sent;
        var task = sending.AsTask();
        try
        {
            await task.WaitAsync(GatewayTimes.SlowPeer, time);
            return SendResult.Sent;
        }
        catch (TimeoutException)
        {
            Abort();
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return SendResult.TooSlow;
        }
        catch (Exception lost) when (lost is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            return SendResult.PeerGone;
        }
    }

    /// <summary>Ends the connection without a word; every pending call on it returns.</summary>
    public void Abort() => socket.Abort();

    /// <summary>
    /// Says why, closes, and waits a bounded time for the peer to close too. Until then its data is read and dropped: closing with unread data
    /// would reset the connection under the goodbye (RFC 1122 §4.2.2.13).
    /// </summary>
    /// <param name="reading">Who reads until the peer closes; null to read here.</param>
    public async Task CloseAsync(Ending ending, Task? reading)
    {
        var work = FarewellAsync(ending, reading ?? DrainAsync());
        try
        {
            await work.WaitAsync(GatewayTimes.Goodbye, time);
        }
        catch (TimeoutException)
        {
            Abort();
            await work;
        }

        socket.Dispose();
    }

    private async Task FarewellAsync(Ending ending, Task reading)
    {
        if (ending.Code is { } code && socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            var closing = new ServerFrame { Closing = new Closing { Code = code, Text = ending.Text } };
            await SendAsync(closing.ToByteArray());
        }

        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, CancellationToken.None);
        }
        catch (Exception lost) when (lost is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            Abort(); // nobody is left to say goodbye to
        }

        await reading;
    }

    /// <summary>Reads and drops until the peer closes or the connection ends.</summary>
    public async Task DrainAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close) { }
        }
        catch (Exception lost) when (lost is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            Abort(); // it ended without a close frame
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Received Without(ReceivedKind kind, byte[] buffer)
    {
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        return new Received(kind, [], 0);
    }

    private static byte[] Grow(byte[] buffer, int length, int limit)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max(FirstBuffer, buffer.Length * 2), limit + 1));
        buffer.AsSpan(0, length).CopyTo(larger);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
