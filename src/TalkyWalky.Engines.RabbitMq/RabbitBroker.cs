using System.Buffers.Binary;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines.RabbitMq.Connections;
using TalkyWalky.Engines.RabbitMq.Consuming;
using TalkyWalky.Engines.RabbitMq.Mailboxes;
using TalkyWalky.Engines.RabbitMq.Publishing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq;

/// <summary>Mailboxes as queues. docs/decisions/0009-rabbitmq.md says why they are as they are.</summary>
internal sealed class RabbitBroker : IBroker, IAsyncDisposable
{
    private static readonly TimeSpan LeaseLook = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<DeviceId, RabbitMailbox> _open = new();
    private readonly ConcurrentDictionary<DeviceId, bool> _missed = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly RabbitOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RabbitBus _bus;
    private readonly Control _control;
    private readonly Boxes _boxes;
    private readonly Publisher _publisher;
    private readonly ConsumerLines _consumers;
    private Task _releasing = Task.CompletedTask;

    public RabbitBroker(RabbitOptions options, Connector connector, Line control, RabbitBus bus, TimeProvider time, ILogger log)
    {
        (_options, _time, _log, _bus) = (options, time, log, bus);
        _control = new Control(control, options);
        _boxes = new Boxes(_control, options.Limits, time);
        _publisher = new Publisher(connector, _boxes, _control, options.Limits, time, log);
        _consumers = new ConsumerLines(connector, time, log);
        bus.Heard = HeardAsync;
        bus.Connected = Reconnected;
    }

    public Task StartAsync()
    {
        _releasing = ReleaseAsync();
        return _publisher.StartAsync();
    }

    public async Task CreateMailboxAsync(DeviceId device, CancellationToken cancellation)
    {
        await _control.CreateAsync(device, cancellation);
        if (!_missed.TryRemove(device, out _)) return;
        // Its owner, or somebody who wrote to it, found it gone: what was in it is lost here, and the device is to ask the authors.
        var since = _time.GetUtcNow() - _options.Limits.Life;
        if (await _boxes.FindAsync(device) is { } box) await _publisher.MarkAsync(box, new Marker(Guid.NewGuid(), 0, since));
    }

    public async Task DeleteMailboxAsync(DeviceId device, CancellationToken cancellation)
    {
        _boxes.Forget(device);
        await _control.DeleteAsync(device, cancellation);
        _boxes.Forget(device); // found between the two
        _bus.Say(BusWords.Deleted, device.ToArray());
        if (_open.TryGetValue(device, out var mailbox)) await mailbox.EndAsync();
    }

    public ValueTask<PublishOutcome> PublishAsync(Publication publication, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (publication.Payload.Length > Limits.Frame) throw new ArgumentException($"a payload has at most {Limits.Frame} bytes", nameof(publication));
        if (publication.Recipients.Count is 0 or > Limits.Recipients) throw new ArgumentException($"a publication has 1 to {Limits.Recipients} recipients", nameof(publication));
        return PublishAndNoteAsync(publication);
    }

    private async ValueTask<PublishOutcome> PublishAndNoteAsync(Publication publication)
    {
        var outcome = await _publisher.PublishAsync(publication);
        if (outcome is PublishOutcome.NoMailbox none)
        {
            foreach (var device in none.Devices) _missed[device] = true;
        }

        return outcome;
    }

    public async Task<IMailbox?> OpenAsync(DeviceId device, int prefetch, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prefetch);
        if (await _boxes.FindAsync(device).WaitAsync(cancellation) is not { } box) return Missing(device);
        var mailbox = new RabbitMailbox(box, prefetch, _consumers.Enter(), _time.GetUtcNow(), _options.Limits.Life, Left, _time, _log);
        try
        {
            // The newer wins: the earlier one's channel is closed first, so that what it held is in the queue again.
            if (Exchange(device, mailbox) is { } earlier) await earlier.EndAsync();
            if (await mailbox.StartAsync(cancellation))
            {
                Announce(device, mailbox);
                return mailbox;
            }
        }
        catch
        {
            await mailbox.EndAsync();
            throw;
        }

        await mailbox.EndAsync();
        _boxes.Forget(device);
        return Missing(device);
    }

    public async Task<MailboxUsage?> UsageAsync(DeviceId device, CancellationToken cancellation) =>
        await _boxes.FindAsync(device).WaitAsync(cancellation) is { } box && await _boxes.LookAgainAsync(box, cancellation) ? box.Usage : null;

    public async Task CheckAsync(CancellationToken cancellation)
    {
        if (_publisher.Trouble is { } trouble) throw new EngineException(trouble);
        await _control.CheckAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_open.Values.Select(static mailbox => mailbox.EndAsync()));
        await _publisher.DisposeAsync();
        await _stop.CancelAsync();
        await _releasing;
        await _consumers.DisposeAsync();
        _control.Dispose();
        _stop.Dispose();
    }

    private IMailbox? Missing(DeviceId device)
    {
        _missed[device] = true;
        return null;
    }

    private void Left(RabbitMailbox mailbox, bool isGone)
    {
        if (isGone) _boxes.Forget(mailbox.Box.Device);
        else _open.TryRemove(KeyValuePair.Create(mailbox.Box.Device, mailbox));
    }

    private RabbitMailbox? Exchange(DeviceId device, RabbitMailbox mailbox)
    {
        lock (_gate)
        {
            _open.TryGetValue(device, out var earlier);
            _open[device] = mailbox;
            return earlier;
        }
    }

    private void Announce(DeviceId device, RabbitMailbox mailbox)
    {
        var body = new byte[24];
        device.ToArray().CopyTo(body, 0);
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(16), mailbox.OpenedAt.UtcTicks);
        _bus.Say(BusWords.TakeOver, body);
    }

    private async Task HeardAsync(string word, Guid process, ReadOnlyMemory<byte> body)
    {
        switch (word)
        {
            case BusWords.Deleted when DeviceId.TryRead(body.Span, out var device):
                _boxes.Forget(device);
                break;
            case BusWords.TakeOver when body.Length == 24 && DeviceId.TryRead(body.Span[..16], out var device) && _open.TryGetValue(device, out var mailbox):
                var openedAt = BinaryPrimitives.ReadInt64BigEndian(body.Span[16..]);
                // Two that take over from one another at once agree on who is newer.
                if ((openedAt, process).CompareTo((mailbox.OpenedAt.UtcTicks, _bus.Process)) > 0) await mailbox.EndAsync();
                break;
        }
    }

    // Others may have deleted mailboxes or taken some over while they were not heard.
    private void Reconnected()
    {
        _boxes.ForgetIdle();
        foreach (var (device, mailbox) in _open) Announce(device, mailbox);
    }

    private async Task ReleaseAsync()
    {
        using var timer = new PeriodicTimer(LeaseLook, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                foreach (var mailbox in _open.Values) await mailbox.ReleaseOldAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The engine stops.
        }
    }
}
