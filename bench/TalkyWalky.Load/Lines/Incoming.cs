namespace TalkyWalky.Load.Lines;

/// <summary>Looks at what has arrived and says how much of it is dealt with; 0 when it needs more.</summary>
internal delegate int Take(ReadOnlySpan<byte> bytes);

/// <summary>Bytes as they arrive, in as large pieces as there are. The buffer begins small, for those who wait by the thousand.</summary>
internal sealed class Incoming(Stream stream)
{
    private const int Largest = 256 * 1024;

    private byte[] _buffer = new byte[1024];
    private int _start, _end;

    /// <summary>Reads until something is taken. Throws when the peer closes before.</summary>
    public async Task OnceAsync(Take take, CancellationToken cancellation)
    {
        while (!TryTake(take))
        {
            if (!await ReadAsync(cancellation)) throw new IOException("the server closed the connection");
        }
    }

    /// <summary>Until the peer closes.</summary>
    public async Task RunAsync(Take take, CancellationToken cancellation)
    {
        do
        {
            while (TryTake(take)) { }
        }
        while (await ReadAsync(cancellation));
    }

    private bool TryTake(Take take)
    {
        if (_start == _end) return false;
        var taken = take(_buffer.AsSpan(_start, _end - _start));
        _start += taken;
        if (_start == _end) _start = _end = 0;
        return taken > 0;
    }

    private async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        if (_end == _buffer.Length)
        {
            var target = _start > _buffer.Length / 2 || _buffer.Length >= Largest && _start > 0 ? _buffer : new byte[_buffer.Length * 2];
            _buffer.AsSpan(_start, _end - _start).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, _end - _start);
        }

        var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += count;
        return count > 0;
    }
}
