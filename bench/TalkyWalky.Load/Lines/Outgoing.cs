namespace TalkyWalky.Load.Lines;

/// <summary>Bytes on their way out: what is appended while a write is under way goes out with the next one, in one piece.</summary>
internal sealed class Outgoing(Stream stream)
{
    private readonly Lock _gate = new();
    private byte[] _filling = new byte[512], _writing = new byte[512];
    private int _filled;
    private bool _isWriting;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_filled + bytes.Length > _filling.Length) Array.Resize(ref _filling, Math.Max(_filling.Length * 2, _filled + bytes.Length));
            bytes.CopyTo(_filling.AsSpan(_filled));
            _filled += bytes.Length;
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            if (_isWriting || _filled == 0) return;
            _isWriting = true;
        }

        _ = WriteAsync();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                int length;
                lock (_gate)
                {
                    if (_filled == 0)
                    {
                        _isWriting = false;
                        return;
                    }

                    (_filling, _writing, length, _filled) = (_writing, _filling, _filled, 0);
                }

                await stream.WriteAsync(_writing.AsMemory(0, length));
                await stream.FlushAsync();
            }
        }
        catch (Exception lost) when (lost is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The reader of the same connection ends too, and says so.
        }
    }
}
