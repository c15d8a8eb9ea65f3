using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using TalkyWalky.Engines.RabbitMq.Connections;
using TalkyWalky.Engines.RabbitMq.Mailboxes;

namespace TalkyWalky.Engines.RabbitMq.Consuming;

/// <summary>
/// The consumer of one mailbox. When its channel is lost it gets another one and reads on; what was unsettled comes again with new tags, and the old tags are unknown.
/// </summary>
internal sealed class RabbitMailbox : IMailbox
{
    /// <summary>RabbitMQ ends a channel after 30 minutes; a device that settles nothing so long has lost it.</summary>
    public static readonly TimeSpan LeaseLife = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), Goodbye = TimeSpan.FromSeconds(5);

    private readonly Channel<Arrival> _arrived = Channel.CreateUnbounded<Arrival>(); // at most the prefetch
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly Box _box;
    private readonly ushort _prefetch;
    private readonly ConsumerLine _line;
    private readonly TimeSpan _life;
    private readonly Action<RabbitMailbox, bool> _left;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Leases _leases;
    private Task? _ending;
    private Task _running = Task.CompletedTask;
    private IChannel? _channel;
    private Attempt? _attempt;
    private ulong _highest;

    /// <param name="left">Told true when the mailbox is gone, and false when this consumer has ended.</param>
    public RabbitMailbox(Box box, int prefetch, ConsumerLine line, DateTimeOffset openedAt, TimeSpan life, Action<RabbitMailbox, bool> left, TimeProvider time, ILogger log)
    {
        (_box, _prefetch, _line, OpenedAt, _life, _left, _time, _log) = (box, (ushort)Math.Min(prefetch, ushort.MaxValue), line, openedAt, life, left, time, log);
        _leases = new Leases(box, time);
    }

    public DateTimeOffset OpenedAt { get; }

    public Box Box => _box;

    /// <summary>False when there is no such mailbox. Throws <see cref="EngineException"/>.</summary>
    public async Task<bool> StartAsync(CancellationToken cancellation)
    {
        _box.IsOpen = true;
        try
        {
            if (!await ConsumeAsync(await _line.Line.GetAsync(cancellation), cancellation)) return false;
        }
        catch (Exception e) when (Failures.IsFailure(e) && !cancellation.IsCancellationRequested)
        {
            throw Failures.ToEngine(e);
        }

        bool isEnded;
        lock (_gate)
        {
            isEnded = _ending is not null;
            if (!isEnded) _running = RunAsync();
        }

        if (isEnded) await CloseAsync(); // a newer one came meanwhile
        return true;
    }

    public async IAsyncEnumerable<MailboxEntry> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = _arrived.Reader;
        await foreach (var arrival in reader.ReadAllAsync(cancellation))
        {
            if (!_leases.Holds(arrival.Tag)) continue; // went back into the queue with its channel
            switch (Read(arrival))
            {
                case MailboxEntry.OverflowMarker marker:
                    // One for a run of them, of which the last keeps its place in the queue until it is settled.
                    while (reader.TryPeek(out var next) && _leases.Holds(next.Tag) && Read(next) is MailboxEntry.OverflowMarker more)
                    {
                        reader.TryRead(out _);
                        await SettleAsync(new[] { marker.Tag }, cancellation);
                        marker = new MailboxEntry.OverflowMarker(more.Tag, marker.Dropped + more.Dropped, marker.Since < more.Since ? marker.Since : more.Since);
                    }

                    yield return marker;
                    break;
                case { } entry:
                    yield return entry;
                    break;
                default:
                    _log.Foreign(_box.Device);
                    await SettleAsync(new[] { arrival.Tag }, cancellation);
                    break;
            }
        }
    }

    public async ValueTask SettleAsync(ReadOnlyMemory<ulong> tags, CancellationToken cancellation)
    {
        var (upTo, others) = _leases.Settle(tags.Span);
        IChannel? channel;
        ulong firstTag;
        lock (_gate) (channel, firstTag) = (_channel, _attempt?.FirstTag ?? 0);
        if (channel is null) return;
        try
        {
            // Tags of an earlier channel were forgotten with it.
            if (upTo > firstTag) await channel.BasicAckAsync(upTo - firstTag, multiple: true, CancellationToken.None);
            foreach (var tag in others) await channel.BasicAckAsync(tag - firstTag, multiple: false, CancellationToken.None);
        }
        catch (Exception e) when (Failures.IsFailure(e))
        {
            // The channel is gone, and what was settled on it comes again.
        }
    }

    /// <summary>Gives back what was not settled for too long.</summary>
    public async Task ReleaseOldAsync()
    {
        var old = _leases.Release(LeaseLife);
        if (old.Count == 0) return;
        _log.LeasesReleased(old.Count, _box.Device);
        IChannel? channel;
        ulong firstTag;
        lock (_gate) (channel, firstTag) = (_channel, _attempt?.FirstTag ?? 0);
        if (channel is null) return;
        try
        {
            foreach (var tag in old) await channel.BasicNackAsync(tag - firstTag, multiple: false, requeue: true, CancellationToken.None);
        }
        catch (Exception e) when (Failures.IsFailure(e))
        {
            // They went back with the channel.
        }
    }

    /// <summary>Its reader completes, and what was unsettled is in the queue again.</summary>
    public Task EndAsync()
    {
        lock (_gate) return _ending ??= EndOnceAsync(_running);
    }

    public ValueTask DisposeAsync() => new(EndAsync());

    private async Task EndOnceAsync(Task running)
    {
        await Task.Yield(); // off the lock
        await _end.CancelAsync();
        _arrived.Writer.TryComplete();
        await running;
        await CloseAsync();
        _box.IsOpen = false;
        _line.Leave();
        _left(this, false);
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            if (_attempt is { } attempt) await Task.WhenAny(attempt.Over, Task.Delay(Timeout.InfiniteTimeSpan, _end.Token));
            if (_end.IsCancellationRequested) return;
            await CloseAsync();
            try
            {
                if (await ConsumeAsync(await _line.Line.WaitAsync(_end.Token), _end.Token)) continue;
                _log.MailboxGone(_box.Device);
                _left(this, true);
                _arrived.Writer.TryComplete();
                return;
            }
            catch (Exception e) when (Failures.IsFailure(e))
            {
                if (_end.IsCancellationRequested) return;
                _log.NotReadable(_box.Device, Failures.Describe(e));
                await Task.Delay(Pause, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<bool> ConsumeAsync(IConnection connection, CancellationToken cancellation)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        var attempt = new Attempt(channel, _highest, Arrived);
        lock (_gate) (_channel, _attempt) = (channel, attempt);
        try
        {
            await channel.BasicQosAsync(0, _prefetch, global: false, cancellation);
            await channel.BasicConsumeAsync(Topology.MailboxOf(_box.Device), autoAck: false, attempt, cancellation);
            return true;
        }
        catch (OperationInterruptedException e) when (Failures.IsMissing(e))
        {
            return false;
        }
    }

    private void Arrived(Attempt attempt, Arrival arrival)
    {
        if (attempt != _attempt) return; // it goes back with its channel
        _highest = arrival.Tag;
        var isMarker = string.Equals(arrival.Type, EntryFormat.MarkerType, StringComparison.Ordinal);
        EntryFormat.TryRead(arrival.Body, out var slice, out var payload);
        _leases.Add(arrival.Tag, slice.Length + payload.Length, isMarker);
        _arrived.Writer.TryWrite(arrival);
    }

    // Null for what is not one of ours.
    private MailboxEntry? Read(Arrival arrival)
    {
        if (string.Equals(arrival.Type, EntryFormat.MarkerType, StringComparison.Ordinal))
            return EntryFormat.TryReadMarker(arrival.Body.Span) is { } marker ? new MailboxEntry.OverflowMarker(arrival.Tag, marker.Dropped + _box.Deliver(marker), marker.Since) : null;
        if (!EntryFormat.TryRead(arrival.Body, out var slice, out var payload)) return null;
        var acceptedAt = DateTimeOffset.FromUnixTimeSeconds(arrival.At);
        return _time.GetUtcNow() - acceptedAt > _life ? new MailboxEntry.OverflowMarker(arrival.Tag, 1, acceptedAt) : new MailboxEntry.Stored(arrival.Tag, payload, slice);
    }

    private async Task CloseAsync()
    {
        IChannel? channel;
        lock (_gate) (channel, _channel, _attempt) = (_channel, null, null);
        _leases.Release(TimeSpan.Zero);
        if (channel is null) return;
        using var late = new CancellationTokenSource(Goodbye, _time);
        await channel.AbortAsync(late.Token);
        await channel.DisposeAsync();
        _leases.Release(TimeSpan.Zero); // what came while it closed
    }
}
