using System.Runtime.CompilerServices;
using System.Threading.Channels;
using TalkyWalky.Engines;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>A bus within this process.</summary>
internal sealed class BusHub
{
    private readonly Lock _gate = new();
    private readonly List<Line> _lines = [];

    public Line Join()
    {
        var line = new Line(this);
        lock (_gate) _lines.Add(line);
        return line;
    }

    internal sealed class Line(BusHub hub) : IGatewayBus
    {
        private readonly Channel<ReadOnlyMemory<byte>?> _heard = Channel.CreateUnbounded<ReadOnlyMemory<byte>?>();
        private bool _isCut;

        /// <summary>Says and hears nothing any more, like a process that was killed.</summary>
        public void Cut()
        {
            lock (hub._gate) _isCut = true;
        }

        /// <summary>It works again; what was said meanwhile is lost.</summary>
        public void Mend()
        {
            lock (hub._gate) _isCut = false;
            _heard.Writer.TryWrite(null);
        }

        public void Say(ReadOnlyMemory<byte> message)
        {
            lock (hub._gate)
            {
                if (_isCut) return;
                foreach (var other in hub._lines.Where(other => other != this && !other._isCut)) other._heard.Writer.TryWrite(message);
            }
        }

        public async IAsyncEnumerable<ReadOnlyMemory<byte>?> ListenAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            yield return null;
            await foreach (var message in _heard.Reader.ReadAllAsync(cancellation)) yield return message;
        }
    }
}
