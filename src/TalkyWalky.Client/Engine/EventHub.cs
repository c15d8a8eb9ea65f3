using System.Runtime.CompilerServices;
using System.Threading.Channels;
using TalkyWalky.Client.Store;

namespace TalkyWalky.Client.Engine;

/// <summary>
/// Tells listeners what happens. Received messages are always read from the store, from where the listener stands, so none is skipped or told twice
/// however slow it is; other events wait in a bounded buffer.
/// </summary>
internal sealed class EventHub(Database database)
{
    private const int MaxWaiting = 1024, Page = 256;

    private readonly Lock _gate = new();
    private readonly List<Listener> _listeners = [];
    private bool _closed;

    public bool HasListeners => Listeners().Length > 0;

    /// <summary>New messages are in the store.</summary>
    public void Arrived()
    {
        foreach (var listener in Listeners()) listener.Arrived();
    }

    public void Publish(ChatEvent happening)
    {
        foreach (var listener in Listeners()) listener.Add(happening);
    }

    /// <summary>Tells it now, or to the next listener when there is none.</summary>
    public Task NoticeAsync(string text) => TellAsync(text, isAlarm: false);

    /// <summary>As <see cref="NoticeAsync"/>.</summary>
    public Task AlarmAsync(string text) => TellAsync(text, isAlarm: true);

    private async Task TellAsync(string text, bool isAlarm)
    {
        if (Listeners().Length > 0) Publish(Spoken(text, isAlarm));
        else await database.RunAsync(rows => rows.Journal.AddNotice(text, isAlarm), CancellationToken.None);
    }

    private static ChatEvent Spoken(string text, bool isAlarm) => isAlarm ? new ChatEvent.Alarm(text) : new ChatEvent.Notice(text);

    public void Close()
    {
        lock (_gate) _closed = true;
        foreach (var listener in Listeners()) listener.Close();
    }

    public async IAsyncEnumerable<ChatEvent> ListenAsync(long sequence, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var listener = new Listener();
        lock (_gate)
        {
            if (_closed) yield break;
            _listeners.Add(listener);
        }

        try
        {
            foreach (var (text, isAlarm) in await database.RunAsync(static rows => rows.Journal.TakeNotices(), cancellation)) yield return Spoken(text, isAlarm);
            listener.Arrived();
            await foreach (var signal in listener.Signals.ReadAllAsync(cancellation))
            {
                if (signal is not null) yield return signal;
                if (!listener.TakeArrived()) continue;
                while (await ReadAsync(sequence, cancellation) is { Count: > 0 } page)
                {
                    foreach (var message in page) yield return new ChatEvent.Received(message);
                    sequence = page[^1].Sequence;
                }
            }
        }
        finally
        {
            lock (_gate) _listeners.Remove(listener);
        }
    }

    private Task<List<ChatMessage>> ReadAsync(long sequence, CancellationToken cancellation) =>
        database.RunAsync(rows => rows.Messages.ArrivedAfter(sequence, Page), cancellation);

    private Listener[] Listeners()
    {
        lock (_gate) return [.. _listeners];
    }

    private sealed class Listener
    {
        private readonly Channel<ChatEvent?> _signals = Channel.CreateBounded<ChatEvent?>(
            new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

        private int _arrived;

        public ChannelReader<ChatEvent?> Signals => _signals.Reader;

        // The flag survives when its wake-up signal is dropped from a full buffer: the next signal of any kind finds it.
        public void Arrived()
        {
            Interlocked.Exchange(ref _arrived, 1);
            _signals.Writer.TryWrite(null);
        }

        public bool TakeArrived() => Interlocked.Exchange(ref _arrived, 0) == 1;

        public void Add(ChatEvent happening) => _signals.Writer.TryWrite(happening);

        public void Close() => _signals.Writer.TryComplete();
    }
}
