using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>Puts a stream of the test's under the gateway's WebSockets.</summary>
internal static class StreamUnder
{
    public static Task Replace(HttpContext context, RequestDelegate next, Func<Stream, Stream> under)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { } upgrade) context.Features.Set<IHttpUpgradeFeature>(new Upgrade(upgrade, under));
        return next(context);
    }

    private sealed class Upgrade(IHttpUpgradeFeature inner, Func<Stream, Stream> under) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => under(await inner.UpgradeAsync());
    }
}

/// <summary>How often something is written to connections.</summary>
internal sealed class WriteCount
{
    private readonly ConcurrentQueue<Counted> _connections = new();

    public long OfAll => _connections.Sum(static connection => connection.Writes);

    public Stream Under(Stream stream)
    {
        var counted = new Counted(stream);
        _connections.Enqueue(counted);
        return counted;
    }

    /// <param name="number">From 0, in the order in which they were made.</param>
    public long OfConnection(int number) => _connections.ElementAt(number).Writes;

    private sealed class Counted(Stream inner) : Stream
    {
        private long _writes;

        public long Writes => Interlocked.Read(ref _writes);

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _writes);
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

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
    }
}
