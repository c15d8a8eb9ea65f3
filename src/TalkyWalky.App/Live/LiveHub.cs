using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using TalkyWalky.App.Api;

namespace TalkyWalky.App.Live;

/// <summary>
/// Hands events to every connection. Each has a bounded queue; one that is too slow is cut off and comes back, and then asks for everything anew.
/// </summary>
internal sealed class LiveHub
{
    private const int MaxNotices = 32;

    private readonly Lock _gate = new();
    private readonly List<Listener> _listeners = [];
    private readonly Queue<LiveEvent> _unheard = new();
    private TaskCompletionSource _changed = New();

    /// <summary>Connections that listen.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _listeners.Count;
        }
    }

    /// <summary>Notices that wait for somebody to listen.</summary>
    public int Unheard
    {
        get
        {
            lock (_gate) return _unheard.Count;
        }
    }

    public async Task ChangedAsync(int known, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_listeners.Count != known) return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    public void Publish(LiveEvent happening)
    {
        var bytes = Bytes(happening);
        lock (_gate)
        {
            foreach (var listener in _listeners) listener.Add(bytes);
        }
    }

    /// <param name="exceptNewest">The one that came last goes on.</param>
    public void CloseAll(bool exceptNewest)
    {
        var bytes = Bytes(new LiveEvent.Close());
        lock (_gate)
        {
            foreach (var listener in _listeners.SkipLast(exceptNewest ? 1 : 0)) listener.Add(bytes);
        }
    }

    /// <summary>Tells it now, or to the next who listens when nobody does.</summary>
    public void Tell(LiveEvent notice)
    {
        lock (_gate)
        {
            if (_listeners.Count == 0)
            {
                if (_unheard.Count == MaxNotices) _unheard.Dequeue();
                _unheard.Enqueue(notice);
                return;
            }
        }

        Publish(notice);
    }

    /// <param name="first">Comes before all others.</param>
    public Listener Listen(LiveEvent first)
    {
        var listener = new Listener(this);
        lock (_gate)
        {
            listener.Add(Bytes(first));
            while (_unheard.TryDequeue(out var notice)) listener.Add(Bytes(notice));
            _listeners.Add(listener);
            Signal();
        }

        return listener;
    }

    private void Remove(Listener listener)
    {
        lock (_gate)
        {
            _listeners.Remove(listener);
            Signal();
        }
    }

    private void Signal()
    {
        _changed.SetResult();
        _changed = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static byte[] Bytes(LiveEvent happening) => JsonSerializer.SerializeToUtf8Bytes(happening, ApiJson.Types.LiveEvent);

    public sealed class Listener(LiveHub hub) : IDisposable
    {
        /// <summary>What may wait for one connection: a burst of a thousand messages fits, and a window that hangs does not fill the memory.</summary>
        public const int MaxWaiting = 4096, MaxBytes = 4 * 1024 * 1024;

        private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
        private int _bytes;

        /// <summary>Ends when the connection was too slow.</summary>
        public async IAsyncEnumerable<byte[]> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var happening in _waiting.Reader.ReadAllAsync(cancellation))
            {
                Interlocked.Add(ref _bytes, -happening.Length);
                yield return happening;
            }
        }

        public void Dispose() => hub.Remove(this);

        internal void Add(byte[] happening)
        {
            if (Interlocked.Add(ref _bytes, happening.Length) > MaxBytes || !_waiting.Writer.TryWrite(happening)) _waiting.Writer.TryComplete();
        }
    }
}
