using System.Net.WebSockets;
using Google.Protobuf;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Connect;

/// <summary>Protobuf frames over one WebSocket. One reader and one writer at a time.</summary>
internal sealed class FrameSocket(ClientWebSocket socket) : IDisposable
{
    private byte[] _buffer = new byte[16 * 1024];

    /// <summary>Null when the other side closed.</summary>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    /// <exception cref="InvalidDataException">The server sent what is not a frame of this protocol.</exception>
    public async Task<ServerFrame?> ReadAsync(CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            if (length == _buffer.Length) Grow();
            var part = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            if (part.MessageType != WebSocketMessageType.Binary) throw new InvalidDataException("the server sent a text frame");
            length += part.Count;
            if (part.EndOfMessage) return Parse(length);
        }
    }

    public async Task SendAsync(ClientFrame frame, CancellationToken cancellation) =>
        await socket.SendAsync(frame.ToByteArray().AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, cancellation);

    public async Task CloseAsync(CancellationToken cancellation)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, cancellation);
    }

    public void Dispose() => socket.Dispose();

    private void Grow()
    {
        if (_buffer.Length >= Limits.Frame) throw new InvalidDataException($"the server sent a frame of more than {Limits.Frame} bytes");
        Array.Resize(ref _buffer, Math.Min(_buffer.Length * 4, Limits.Frame));
    }

    private ServerFrame Parse(int length)
    {
        try
        {
            return ServerFrame.Parser.ParseFrom(_buffer, 0, length);
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw new InvalidDataException("the server sent a malformed frame", failure);
        }
    }
}
