using System.Buffers;
using System.Runtime.CompilerServices;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>
/// The bytes under a WebSocket. What has arrived is read in one piece, and the WebSocket, which reads each header and each payload, is given its parts: no buffer is held while
/// nothing arrives, for it waits with an empty read. While <see cref="IsHolding"/>, what is written is kept, and goes out in one piece with the first write after that: many frames cost one system
/// call then, and under TLS few records. The WebSocket writes one frame after the other, its own pings and pongs among them.
/// </summary>
internal sealed class HeldStream(Stream inner) : Stream
{
    private const int ReadAhead = 16 * 1024;

    private byte[] _held = [];
    private int _count;
    private byte[] _arrived = [];
    private int _from, _to;

    public bool IsHolding { get; set; }

    /// <summary>More has arrived than was read.</summary>
    public bool HasUnread => _to > 0;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        HasUnread ? new(Take(buffer.Span)) : buffer.IsEmpty || buffer.Length >= ReadAhead ? inner.ReadAsync(buffer, cancellationToken) : ReadAheadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_count == 0 && !IsHolding) return inner.WriteAsync(buffer, cancellationToken);
        Keep(buffer.Span);
        return IsHolding ? ValueTask.CompletedTask : WriteHeldAsync(cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => IsHolding ? Task.CompletedTask : inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAheadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var arrived = ArrayPool<byte>.Shared.Rent(ReadAhead);
        var count = 0;
        try
        {
            count = await inner.ReadAsync(arrived, cancellation);
        }
        finally
        {
            if (count == 0) ArrayPool<byte>.Shared.Return(arrived);
        }

        if (count == 0) return 0;
        (_arrived, _from, _to) = (arrived, 0, count);
        return Take(buffer.Span);
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _to - _from);
        _arrived.AsSpan(_from, count).CopyTo(buffer);
        _from += count;
        if (_from < _to) return count;
        ArrayPool<byte>.Shared.Return(_arrived);
        (_arrived, _from, _to) = ([], 0, 0);
        return count;
    }

    private async ValueTask WriteHeldAsync(CancellationToken cancellation)
    {
        var (held, count) = (_held, _count);
        (_held, _count) = ([], 0);
        try
        {
            await inner.WriteAsync(held.AsMemory(0, count), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(held);
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_held.Length - _count < bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _held.Length, _count + bytes.Length));
            _held.AsSpan(0, _count).CopyTo(larger);
            if (_held.Length > 0) ArrayPool<byte>.Shared.Return(_held);
            _held = larger;
        }

        bytes.CopyTo(_held.AsSpan(_count));
        _count += bytes.Length;
    }
}
