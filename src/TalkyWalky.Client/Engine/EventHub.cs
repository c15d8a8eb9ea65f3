using System.Runtime.CompilerServices;
using System.Threading.Channels;
using TalkyWalky.Client.Store;

namespace TalkyWalky.Client.Engine;

/// <summary>
/// Tells listeners what happens. Received messages and alarms are always read from the store, from where the listener stands, so none is skipped or told twice
/// however slow it is; other events wait in a bounded buffer, which drops the oldest.
/// </summary>
internal sealed class EventHub(Database database)
{
    private const int MaxWaiting = 1024, Page = 256;

    private readonly Lock _gate = new();
    private readonly List<Listener> _listeners = [];
    private bool _closed;

    public bool HasListeners => Listeners().Length > 0;

    /// <summary>New messages or alarms are in the store.</summary>
    public void Arrived()
    {
        foreach (var listener in Listeners()) listener.Arrived();
    }

    public void Publish(ChatEvent happening)
    {
        foreach (var listener in Listeners()) listener.Add(happening);
    }

    /// <summary>Own messages are in another state, or files are here now.</summary>
    public void Changed(IReadOnlyList<ChatMessage> messages)
    {
        foreach (var message in messages) Publish(new ChatEvent.StateChanged(message));
    }

    /// <summary>A conversation looks different; null when it does not.</summary>
    public void Changed(ConversationInfo? conversation)
    {
        if (conversation is not null) Publish(new ChatEvent.ConversationChanged(conversation));
    }

    /// <summary>Tells it now, or to the next listener when there is none.</summary>
    public async Task NoticeAsync(string text)
    {
        if (HasListeners) Publish(new ChatEvent.Notice(text));
        else await database.RunAsync(rows => rows.Journal.AddNotice(text), CancellationToken.None);
    }

    /// <summary>Tells it as <see cref="NoticeAsync"/>, and keeps it until the person acknowledges it.</summary>
    /// <param name="added">The device that it is about, if any.</param>
    public async Task AlarmAsync(string text, AddedDevice? added = null)
    {
        await database.RunAsync(rows => rows.Alarms.Raise(text, added), CancellationToken.None);
        Arrived();
    }

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
            var (notices, told) = await database.RunAsync(static rows => (rows.Journal.TakeNotices(), rows.Alarms.Told()), cancellation);
            foreach (var text in notices) yield return new ChatEvent.Notice(text);
            listener.Arrived();
            await foreach (var signal in listener.Signals.ReadAllAsync(cancellation))
            {
                if (signal is not null) yield return signal;
                if (!listener.TakeArrived()) continue;
                foreach (var alarm in await database.RunAsync(rows => rows.Alarms.TellAfter(told), cancellation))
                {
                    yield return new ChatEvent.Alarm(alarm.Id, alarm.Text, alarm.Added);
                    told = alarm.Id;
                }

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
