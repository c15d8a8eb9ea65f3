using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>
/// What waits to be written to one peer: frames in order, bounded by bytes (adding waits for room, or drops what may be dropped); the people whose presence
/// the peer should hear of, bounded by its watch list; hints, bounded by number. Of many changes to one thing it hears the last. Costs next to nothing while empty.
/// </summary>
internal sealed class Outbox
{
    /// <summary>Bytes that may wait. A larger frame waits alone.</summary>
    private const int Budget = 256 * 1024;

    /// <summary>Hints on different things that may wait.</summary>
    private const int MaxHints = 4096;

    private readonly Lock _gate = new();
    private Queue<PooledFrame> _frames = new();
    private HashSet<UserId>? _presences;
    private Dictionary<HintKey, IReadOnlyList<byte[]>>? _hints;
    private TaskCompletionSource? _work, _room;
    private int _bytes;
    private bool _completed;

    /// <summary>Takes over the frame. False, and the frame is returned, when the outbox is completed.</summary>
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
                    Signal(ref _work);
                    return true;
                }

                room = (_room ??= NewSignal()).Task;
            }

            await room;
        }

        frame.Return();
        return false;
    }

    /// <summary>Notes that someone's presence changed. Never waits.</summary>
    public void Touch(UserId user)
    {
        lock (_gate)
        {
            if (_completed || !(_presences ??= []).Add(user)) return;
            Signal(ref _work);
        }
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
            Signal(ref _work);
            return true;
        }
    }

    /// <summary>Takes over the frame if there is room for it now, and drops it if not: for what is worth nothing later.</summary>
    public void TryAdd(PooledFrame frame)
    {
        lock (_gate)
        {
            if (!_completed && _bytes + frame.Length <= Budget)
            {
                _frames.Enqueue(frame);
                _bytes += frame.Length;
                Signal(ref _work);
                return;
            }
        }

        frame.Return();
    }

    /// <summary>Takes all that waits, swapping the queue with an empty one. Waits for work; false when there will be none.</summary>
    public async ValueTask<bool> TakeAsync(OutgoingBatch batch)
    {
        while (true)
        {
            Task work;
            lock (_gate)
            {
                if (_frames.Count > 0 || _presences is not null || _hints is not null)
                {
                    (batch.Frames, _frames) = (_frames, batch.Frames);
                    (batch.Presences, _presences) = (_presences, null);
                    (batch.Hints, _hints) = (_hints, null);
                    _bytes = 0;
                    Signal(ref _room);
                    return true;
                }

                if (_completed) return false;
                work = (_work ??= NewSignal()).Task;
            }

            await work;
        }
    }

    /// <summary>Nothing more is added; what waits can still be taken.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            Signal(ref _work);
            Signal(ref _room);
        }
    }

    // The continuations run elsewhere, so setting a signal under the lock calls nobody.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Signal(ref TaskCompletionSource? signal)
    {
        signal?.TrySetResult();
        signal = null;
    }
}

/// <summary>What one turn of the writer sends.</summary>
internal sealed class OutgoingBatch
{
    public Queue<PooledFrame> Frames { get; set; } = new();

    public HashSet<UserId>? Presences { get; set; }

    public Dictionary<HintKey, IReadOnlyList<byte[]>>? Hints { get; set; }
}
