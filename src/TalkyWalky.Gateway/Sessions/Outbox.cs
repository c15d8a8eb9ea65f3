using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>
/// What waits to be written to one peer: frames in order, bounded by bytes (adding waits for room, or drops what may be dropped); the people whose presence
/// the peer should hear of, bounded by its watch list; hints, bounded by number. Of many changes to one thing it hears the last. Costs next to nothing while empty.
/// </summary>
/// <remarks>
/// The session's own loops add all that they have and then <see cref="Flush"/>, which runs the writer on their thread: so what came together is sent together, and no thread
/// waits for another. What others tell the session wakes the writer on a thread of its own.
/// </remarks>
internal sealed class Outbox : IValueTaskSource
{
    /// <summary>Bytes that may wait. A larger frame waits alone.</summary>
    private const int Budget = 256 * 1024;

    /// <summary>Hints on different things that may wait.</summary>
    private const int MaxHints = 4096;

    private readonly Lock _gate = new();
    private Queue<PooledFrame> _frames = new();
    private HashSet<UserId>? _presences;
    private Dictionary<HintKey, IReadOnlyList<byte[]>>? _hints;
    private TaskCompletionSource? _room;
    private ManualResetValueTaskSourceCore<bool> _work;
    private bool _writerWaits;
    private int _bytes;
    private bool _completed;

    /// <summary>Takes over the frame; <see cref="Flush"/> after the last one. False, and the frame is returned, when the outbox is completed.</summary>
    public async ValueTask<bool> AddAsync(PooledFrame frame)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_completed) break;
                if (_bytes == 0 || _bytes + frame.Length <= Budget)
                {
                    _frames.Enqueue(frame);
                    _bytes += frame.Length;
                    return true;
                }

                // The continuations run elsewhere, so setting it under the lock calls nobody.
                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            Flush();
            await room;
        }

        frame.Return();
        return false;
    }

    /// <summary>Runs the writer, if it waits for work, until it has to wait again.</summary>
    public void Flush() => WakeWriter(here: true);

    /// <summary>Notes that someone's presence changed. Never waits.</summary>
    public void Touch(UserId user)
    {
        lock (_gate)
        {
            if (_completed || !(_presences ??= []).Add(user)) return;
        }

        WakeWriter();
    }

    /// <summary>Notes a change. Never waits. False when the peer has taken up none of very many: it must not go on as if it knew them.</summary>
    public bool Touch(Hint hint)
    {
        lock (_gate)
        {
            if (_completed) return true;
            _hints ??= [];
            if (_hints.Count == MaxHints && !_hints.ContainsKey(hint.Key)) return false;
            _hints[hint.Key] = hint.Frames;
        }

        WakeWriter();
        return true;
    }

    /// <summary>Takes over the frame if there is room for it now, and drops it if not: for what is worth nothing later.</summary>
    public void TryAdd(PooledFrame frame)
    {
        bool isAdded;
        lock (_gate)
        {
            isAdded = !_completed && _bytes + frame.Length <= Budget;
            if (isAdded)
            {
                _frames.Enqueue(frame);
                _bytes += frame.Length;
            }
        }

        if (isAdded) WakeWriter();
        else frame.Return();
    }

    /// <summary>Takes all that waits, swapping the queue with an empty one. Waits for work; false when there will be none. One writer at a time.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TakeAsync(OutgoingBatch batch)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_frames.Count > 0 || _presences is not null || _hints is not null)
                {
                    (batch.Frames, _frames) = (_frames, batch.Frames);
                    (batch.Presences, _presences) = (_presences, null);
                    (batch.Hints, _hints) = (_hints, null);
                    _bytes = 0;
                    SignalRoom();
                    return true;
                }

                if (_completed) return false;
                _work.Reset();
                _writerWaits = true;
            }

            await new ValueTask(this, _work.Version);
        }
    }

    /// <summary>Nothing more is added; what waits can still be taken.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            SignalRoom();
        }

        WakeWriter();
    }

    private void WakeWriter(bool here = false)
    {
        lock (_gate)
        {
            if (!_writerWaits) return;
            _writerWaits = false;
        }

        _work.RunContinuationsAsynchronously = !here;
        _work.SetResult(true);
    }

    private void SignalRoom()
    {
        _room?.TrySetResult();
        _room = null;
    }

    void IValueTaskSource.GetResult(short token) => _work.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _work.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _work.OnCompleted(continuation, state, token, flags);
}

/// <summary>What one turn of the writer sends.</summary>
internal sealed class OutgoingBatch
{
    public Queue<PooledFrame> Frames { get; set; } = new();

    public HashSet<UserId>? Presences { get; set; }

    public Dictionary<HintKey, IReadOnlyList<byte[]>>? Hints { get; set; }
}
