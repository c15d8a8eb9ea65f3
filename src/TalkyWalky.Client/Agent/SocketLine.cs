using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TalkyWalky.Client.Agent;

/// <summary>One connection as lines of JSON, each bounded before it is buffered. One reader and one writer at a time.</summary>
/// <param name="longest">Bytes of a line to read.</param>
public sealed class SocketLine(Socket socket, int longest) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private byte[] _buffer = new byte[Math.Min(4096, longest)];
    private int _start, _end;

    /// <summary>Null at the end of the stream. A line that is too long or not what it should be is an <see cref="InvalidDataException"/>.</summary>
    public async Task<T?> ReadAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (newline >= 0) return Take(newline, type);
            if (!await FillAsync(cancellation)) return null;
        }
    }

    public async Task WriteAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        try
        {
            await _stream.WriteAsync(json, cancellation);
            await _stream.WriteAsync("\n"u8.ToArray(), cancellation);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json); // it may carry a password or a text
        }
    }

    /// <summary>Completes when the other end has closed; anything that it sends instead is against the protocol and counts as closing.</summary>
    public async Task ClosedByPeerAsync(CancellationToken cancellation)
    {
        var one = new byte[1];
        _ = await _stream.ReadAsync(one, cancellation);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_buffer);
        _stream.Dispose();
    }

    private T Take<T>(int length, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var value = JsonSerializer.Deserialize(_buffer.AsSpan(_start, length), type);
            return value ?? throw new InvalidDataException("an empty line on a socket");
        }
        catch (JsonException malformed)
        {
            throw new InvalidDataException("a malformed line on a socket", malformed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(_buffer.AsSpan(_start, length));
            _start += length + 1;
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        var kept = _end - _start;
        if (kept >= longest) throw new InvalidDataException("an endless line on a socket");
        if (_start > 0 || kept == _buffer.Length) MakeRoom(kept);
        var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += read;
        return read > 0;
    }

    private void MakeRoom(int kept)
    {
        var roomy = kept > _buffer.Length / 2 ? new byte[Math.Min(_buffer.Length * 2, longest)] : _buffer;
        _buffer.AsSpan(_start, kept).CopyTo(roomy);
        if (!ReferenceEquals(roomy, _buffer)) CryptographicOperations.ZeroMemory(_buffer);
        _buffer = roomy;
        _start = 0;
        _end = kept;
    }
}
