using System.Runtime.InteropServices;

namespace TalkyWalky.Engines.Embedded.Writing;

/// <summary>
/// What waits for the writer: operations in order, and rows to forget. Operations are bounded in number and bytes and refused beyond that;
/// rows to forget are bounded by what the mailboxes hold, so they are always taken.
/// </summary>
internal sealed class WriteQueue
{
    private const int MaxWaiting = 32_768;
    private const long MaxWaitingBytes = 256L * 1024 * 1024;

    /// <summary>One transaction: large enough that its fsync costs each of its messages little, small enough to keep the wait short.</summary>
    private const int MaxGroup = 1024;
    private const long MaxGroupBytes = 8L * 1024 * 1024;

    /// <summary>Forgetting waits for company, because neighbours go in one statement. After a crash these rows are delivered once more.</summary>
    private const int ForgetAtOnce = 2048;
    private const long ForgetWithinMilliseconds = 50;

    /// <summary>After a failed attempt (disk full).</summary>
    private const long ForgetRetryMilliseconds = 1000;

    private readonly object _gate = new();
    private readonly Queue<WriteOperation> _operations = new();
    private List<long> _entries = [];
    private List<long> _payloads = [];
    private long _bytes;
    private long _forgetAt;
    private bool _forgetFailed;
    private bool _writerWaits;
    private bool _closed;
    private WriteFailure? _broken;

    /// <summary>Null when it was taken; otherwise why not.</summary>
    public WriteFailure? TryAdd(WriteOperation operation)
    {
        lock (_gate)
        {
            if (_broken is not null) return _broken;
            if (_closed) return WriteFailure.Stopping;
            if (_operations.Count >= MaxWaiting || (_bytes + operation.Bytes > MaxWaitingBytes && _operations.Count > 0)) return WriteFailure.Overloaded;
            _operations.Enqueue(operation);
            _bytes += operation.Bytes;
            Wake();
            return null;
        }
    }

    /// <summary>Rows that nobody needs any more. They are deleted soon, in bulk.</summary>
    public void Forget(ReadOnlySpan<long> entries, ReadOnlySpan<long> payloads)
    {
        lock (_gate)
        {
            if (HasForgotten) Wake(onlyWhen: _entries.Count + entries.Length >= ForgetAtOnce);
            else Schedule(ForgetWithinMilliseconds);
            _entries.AddRange(entries);
            _payloads.AddRange(payloads);
        }
    }

    /// <summary>Takes rows back whose deletion failed, for a later attempt.</summary>
    public void ForgetLater(WriteGroup group)
    {
        if (group.Entries.Count == 0 && group.Payloads.Count == 0) return;
        lock (_gate)
        {
            _entries.AddRange(CollectionsMarshal.AsSpan(group.Entries));
            _payloads.AddRange(CollectionsMarshal.AsSpan(group.Payloads));
            _forgetFailed = true;
            Schedule(ForgetRetryMilliseconds);
        }
    }

    /// <summary>Blocks the writer until there is work. False when the queue is closed and drained.</summary>
    public bool Take(WriteGroup group)
    {
        lock (_gate)
        {
            while (_operations.Count == 0 && !_closed && !ForgetIsDue)
            {
                _writerWaits = true;
                Monitor.Wait(_gate, HasForgotten ? TimeSpan.FromMilliseconds(Math.Max(1, _forgetAt - Environment.TickCount64)) : Timeout.InfiniteTimeSpan);
                _writerWaits = false;
            }

            TakeOperations(group);
            if (ForgetIsDue || (_closed && !_forgetFailed)) TakeForgotten(group);
            return !group.IsEmpty;
        }
    }

    /// <summary>Nothing more is taken; what waits is still written.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Wake();
        }
    }

    /// <summary>Nothing more is taken, and what waits is handed back to be failed.</summary>
    public IReadOnlyList<WriteOperation> Break(WriteFailure failure)
    {
        lock (_gate)
        {
            _broken = failure;
            var waiting = _operations.ToArray();
            _operations.Clear();
            return waiting;
        }
    }

    private void TakeOperations(WriteGroup group)
    {
        long bytes = 0;
        while (group.Operations.Count < MaxGroup && _operations.TryPeek(out var next))
        {
            if (group.Operations.Count > 0 && bytes + next.Bytes > MaxGroupBytes) break;
            bytes += next.Bytes;
            group.Operations.Add(_operations.Dequeue());
        }

        _bytes -= bytes;
    }

    private void TakeForgotten(WriteGroup group)
    {
        group.Entries.AddRange(CollectionsMarshal.AsSpan(_entries));
        group.Payloads.AddRange(CollectionsMarshal.AsSpan(_payloads));
        _entries.Clear();
        _payloads.Clear();
        _forgetFailed = false;
    }

    private bool HasForgotten => _entries.Count > 0 || _payloads.Count > 0;

    private bool ForgetIsDue =>
        HasForgotten && ((_entries.Count >= ForgetAtOnce && !_forgetFailed) || Environment.TickCount64 >= _forgetAt);

    private void Schedule(long milliseconds)
    {
        _forgetAt = Environment.TickCount64 + milliseconds;
        Wake();
    }

    private void Wake(bool onlyWhen = true)
    {
        if (_writerWaits && onlyWhen) Monitor.Pulse(_gate);
    }
}
