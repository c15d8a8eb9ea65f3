using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using TalkyWalky.Engines.RabbitMq.Connections;
using TalkyWalky.Engines.RabbitMq.Mailboxes;

namespace TalkyWalky.Engines.RabbitMq.Publishing;

/// <summary>
/// Everything that is stored passes one channel, in the order of the calls, so that each queue gets it in that order. The answers come later: many messages are under way.
/// </summary>
internal sealed class Publisher : IAsyncDisposable
{
    /// <summary>Routing keys of one message: its header is one frame, which RabbitMQ bounds at 128 KiB.</summary>
    private const int MostMailboxes = 2500;

    /// <summary>Then it is not known whether it was stored.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30), OwedInterval = TimeSpan.FromSeconds(10), Goodbye = TimeSpan.FromSeconds(5);

    private readonly Channel<Work> _queue = Channel.CreateUnbounded<Work>();
    private readonly Boxes _boxes;
    private readonly Control _control;
    private readonly MailboxLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Line _line;
    private Task _publishing = Task.CompletedTask, _tending = Task.CompletedTask;
    private volatile Confirms? _confirms;
    private volatile string? _blocked;

    public Publisher(Connector connector, Boxes boxes, Control control, MailboxLimits limits, TimeProvider time, ILogger log)
    {
        (_boxes, _control, _limits, _time, _log) = (boxes, control, limits, time, log);
        _line = new Line("publisher", connector, PrepareAsync, Lost, time, log);
    }

    /// <summary>Why nothing can be published now, as a sentence; null when it can.</summary>
    public string? Trouble =>
        _blocked is { } alarm ? $"the broker is slow: RabbitMQ takes no messages ({alarm}); give it disk space or memory"
        : _line.Away is { } away ? $"RabbitMQ is not reachable: {away}"
        : null;

    public Task StartAsync()
    {
        _publishing = PublishAllAsync();
        _tending = TendAsync();
        _line.Start();
        return _line.FirstTry;
    }

    public Task<PublishOutcome> PublishAsync(Publication publication)
    {
        if (Trouble is { } trouble) return Task.FromResult<PublishOutcome>(new PublishOutcome.Unavailable(trouble));
        var operation = new PublishOperation(publication, [.. publication.Recipients.Select(to => _boxes.FindAsync(to.Device))], _boxes.Forget);
        var work = new Work(() => PublishAsync(operation), reason => operation.End(new PublishOutcome.Unavailable(reason)));
        if (!_queue.Writer.TryWrite(work)) work.Refuse("the server is stopping");
        return operation.Done;
    }

    /// <summary>Stores a marker at the tail of one mailbox; completes when that is in RabbitMQ, or failed, in which case it is tried again later.</summary>
    public Task MarkAsync(Box box, Marker marker)
    {
        var operation = new PublishOperation(new Publication(default, []), [], _boxes.Forget);
        var work = new Work(() => MarkAsync(operation, box, marker), reason =>
        {
            box.Owe(marker);
            operation.End(new PublishOutcome.Unavailable(reason));
        });
        if (!_queue.Writer.TryWrite(work)) work.Refuse("the server is stopping");
        return operation.Done;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _publishing;
        for (var waited = _time.GetTimestamp(); _confirms is { Waiting: > 0 } && _time.GetElapsedTime(waited) < Goodbye;) await Task.Delay(20, CancellationToken.None);
        await _stop.CancelAsync();
        await _tending;
        await _line.DisposeAsync();
        _stop.Dispose();
    }

    private async Task PublishAllAsync()
    {
        await foreach (var next in _queue.Reader.ReadAllAsync(CancellationToken.None)) await next.RunAsync();
    }

    private async Task PublishAsync(PublishOperation operation)
    {
        if (await operation.FindAsync() is not { } boxes || !await LookAsync(operation, boxes)) return;
        if (Trouble is not null || _confirms is not { IsOver: false } confirms)
        {
            operation.End(new PublishOutcome.Unavailable(Trouble ?? "RabbitMQ closed the channel; it is opened again in a moment"));
            return;
        }

        var now = _time.GetUtcNow();
        var groups = new Groups(MostMailboxes);
        for (var i = 0; i < boxes.Length; i++)
        {
            var slice = operation.Publication.Recipients[i].Slice;
            if (boxes[i].TryReserve(operation.Publication.Payload.Length + slice.Length, _limits))
            {
                if (boxes[i].TakeOwed(isTail: false) is { } owed) await SendAsync(confirms, operation, boxes[i], owed, now);
                groups.Add(boxes[i], slice);
                continue;
            }

            operation.Overflowed(boxes[i]);
            if (boxes[i].Drop(now) is { } first) await SendAsync(confirms, operation, boxes[i], first, now);
        }

        foreach (var (slice, group) in groups.All) await SendAsync(confirms, operation, group, slice, now);
        operation.Answered();
    }

    // Before anything is stored for anybody: one that is gone refuses the whole.
    private async Task<bool> LookAsync(PublishOperation operation, Box[] boxes)
    {
        var old = boxes.Where((box, i) => box.NeedsLook(operation.Publication.Payload.Length + operation.Publication.Recipients[i].Slice.Length, _limits, _time)).ToArray();
        if (old.Length == 0) return true;
        try
        {
            var there = await Task.WhenAll(old.Select(box => _boxes.LookAgainAsync(box, _stop.Token)));
            if (!there.Contains(false)) return true;
            operation.End(new PublishOutcome.NoMailbox([.. old.Where((_, i) => !there[i]).Select(static box => box.Device)]));
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException)
        {
            operation.End(new PublishOutcome.Unavailable(Failures.Describe(e)));
        }

        return false;
    }

    private ValueTask SendAsync(Confirms confirms, PublishOperation operation, IReadOnlyList<Box> group, ReadOnlyMemory<byte> slice, DateTimeOffset now)
    {
        var properties = Properties(now);
        if (group.Count > 1) properties.Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["BCC"] = group.Skip(1).Select(static box => (object)box.RoutingKey).ToList() };
        operation.Sending();
        var sent = new Sent(group, operation.Publication.Payload.Length + slice.Length, null, operation) { SentAt = _time.GetTimestamp() };
        return confirms.SendAsync(sent, properties, EntryFormat.Write(slice.Span, operation.Publication.Payload.Span));
    }

    private ValueTask SendAsync(Confirms confirms, PublishOperation operation, Box box, Marker marker, DateTimeOffset now)
    {
        var properties = Properties(now);
        properties.Type = EntryFormat.MarkerType;
        operation.Sending();
        return confirms.SendAsync(new Sent([box], 0, marker, operation) { SentAt = _time.GetTimestamp() }, properties, EntryFormat.Write(marker));
    }

    private async Task MarkAsync(PublishOperation operation, Box box, Marker marker)
    {
        if (Trouble is null && _confirms is { } confirms) await SendAsync(confirms, operation, box, marker, _time.GetUtcNow());
        else box.Owe(marker);
        operation.Answered();
    }

    private static BasicProperties Properties(DateTimeOffset now) => new() { Persistent = true, Timestamp = new AmqpTimestamp(now.ToUnixTimeSeconds()) };

    private async Task PrepareAsync(IConnection connection, CancellationToken cancellation)
    {
        connection.ConnectionBlockedAsync += (_, alarm) =>
        {
            _blocked = alarm.Reason;
            _log.Blocked(alarm.Reason);
            return Task.CompletedTask;
        };
        connection.ConnectionUnblockedAsync += (_, _) =>
        {
            _blocked = null;
            _log.Unblocked();
            return Task.CompletedTask;
        };
        await Control.DeclareAsync(connection, cancellation);
        _confirms = await Confirms.OpenAsync(connection, _time, cancellation);
    }

    private void Lost()
    {
        _confirms?.End();
        (_confirms, _blocked) = (null, null);
    }

    // Answers that do not come, and drops that nobody's publish takes along.
    private async Task TendAsync()
    {
        var lastOwed = _time.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stop.Token);
                // A quorum queue that lost a message of this channel on the way between two nodes stores none that follow it on the same channel
                // (github.com/rabbitmq/rabbitmq-server/pull/14589); with another one it goes on.
                if (_confirms is { } late && late.GiveUp(AnswerTimeout) && _blocked is null) late.End();
                // The one before them may be stuck in the socket as long as the alarm lasts.
                while (_blocked is not null && _queue.Reader.TryRead(out var waiting)) waiting.Refuse(Trouble ?? "the broker is slow");
                if (_confirms is null or { IsOver: true } && _line.Away is null) await ReopenAsync();
                if (Trouble is not null || _time.GetElapsedTime(lastOwed) < OwedInterval) continue;
                lastOwed = _time.GetTimestamp();
                foreach (var box in _boxes.Owing().ToArray())
                {
                    if (await _control.LookAsync(box.Device, _stop.Token) is { } queue && box.IsRead(queue) && box.TakeOwed(isTail: true) is { } marker) await MarkAsync(box, marker);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (Failures.IsFailure(e) || e is EngineException)
            {
                _log.MarkersWait(Failures.Describe(e));
            }
        }
    }

    // RabbitMQ closes a channel for one bad message; the connection lives on. What the old channel had under way is stored before anything of the new one.
    private async Task ReopenAsync()
    {
        if (_confirms is { } over)
        {
            _confirms = null;
            await over.DisposeAsync();
        }

        _confirms = await Confirms.OpenAsync(await _line.GetAsync(_stop.Token), _time, _stop.Token);
    }

    /// <param name="Refuse">It was not begun, for that reason.</param>
    private sealed record Work(Func<Task> RunAsync, Action<string> Refuse);
}
