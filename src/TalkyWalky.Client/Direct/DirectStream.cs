using System.Buffers.Binary;
using Google.Protobuf;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Direct;

/// <summary>Frames over one TLS stream, each preceded by its length. One reader at a time; writers take turns.</summary>
internal sealed class DirectStream(Stream stream) : IAsyncDisposable
{
    private const int LengthSize = 4;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly byte[] _length = new byte[LengthSize];
    private byte[] _buffer = new byte[16 * 1024];

    /// <summary>Null when the other side closed.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="InvalidDataException">The other side sent what is not a frame.</exception>
    public async Task<DirectFrame?> ReadAsync(CancellationToken cancellation)
    {
        if (await stream.ReadAtLeastAsync(_length, LengthSize, throwOnEndOfStream: false, cancellation) < LengthSize) return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(_length);
        if (length > Limits.Frame) throw new InvalidDataException($"a frame of more than {Limits.Frame} bytes");
        if (length > _buffer.Length) _buffer = new byte[Math.Min(Math.Max((int)length, _buffer.Length * 4), Limits.Frame)];
        await stream.ReadExactlyAsync(_buffer.AsMemory(0, (int)length), cancellation);
        try
        {
            return DirectFrame.Parser.ParseFrom(_buffer, 0, (int)length);
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw new InvalidDataException("a malformed frame", failure);
        }
    }

    /// <exception cref="IOException">The connection broke.</exception>
    public async Task SendAsync(DirectFrame frame, CancellationToken cancellation)
    {
        var size = frame.CalculateSize();
        var bytes = new byte[LengthSize + size];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)size);
        frame.WriteTo(bytes.AsSpan(LengthSize));
        await _writing.WaitAsync(cancellation);
        try
        {
            await stream.WriteAsync(bytes, cancellation);
            await stream.FlushAsync(cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        _writing.Dispose();
    }
}
