using System.Globalization;
using RabbitMQ.Client;

namespace TalkyWalky.Engines.RabbitMq.Publishing;

/// <summary>
/// One channel in confirm mode and what was sent on it without an answer yet. The library's own tracking waits for each answer inside the publish; here the next one is
/// written meanwhile, in order.
/// </summary>
internal sealed class Confirms : IAsyncDisposable
{
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);

    private readonly IChannel _channel;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Sent> _waiting = [];
    private readonly CancellationTokenSource _over = new();
    private ulong _next = 1, _lowest = 1;
    private bool _isOver;

    private Confirms(IChannel channel, TimeProvider time)
    {
        (_channel, _time) = (channel, time);
        channel.BasicAcksAsync += (_, ack) => Answered(ack.DeliveryTag, ack.Multiple, static sent => sent.Confirmed());
        channel.BasicNacksAsync += (_, nack) => Answered(nack.DeliveryTag, nack.Multiple, static sent => sent.Refused());
        channel.BasicReturnAsync += (_, returned) => Returned(returned.BasicProperties.MessageId);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            End();
            return Task.CompletedTask;
        };
    }

    public static async Task<Confirms> OpenAsync(IConnection connection, TimeProvider time, CancellationToken cancellation)
    {
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), cancellation);
        return new Confirms(channel, time);
    }

    /// <summary>One caller at a time. Completes when it is written; what it fails with, if it fails, <paramref name="sent"/> is told.</summary>
    public async ValueTask SendAsync(Sent sent, BasicProperties properties, ReadOnlyMemory<byte> body)
    {
        ulong number;
        lock (_gate)
        {
            number = _next++;
            if (!_isOver) _waiting.Add(number, sent);
        }

        if (_isOver)
        {
            sent.Lost();
            return;
        }

        properties.MessageId = number.ToString(CultureInfo.InvariantCulture);
        try
        {
            await _channel.BasicPublishAsync(Topology.Mailboxes, sent.Boxes[0].RoutingKey, mandatory: true, properties, body, _over.Token);
        }
        catch (Exception e) when (Connections.Failures.IsFailure(e))
        {
            // The numbers are out of step with RabbitMQ's from here on.
            End();
            using var late = new CancellationTokenSource(Goodbye, _time);
            await _channel.AbortAsync(late.Token);
        }
    }

    /// <summary>Gives up on what waits for an answer longer than that. Whether there was something.</summary>
    public bool GiveUp(TimeSpan after)
    {
        List<Sent> late = [];
        lock (_gate)
        {
            foreach (var (number, sent) in _waiting)
            {
                if (_time.GetElapsedTime(sent.SentAt) < after) continue;
                late.Add(sent);
                _waiting.Remove(number);
            }
        }

        foreach (var sent in late) sent.Lost();
        return late.Count > 0;
    }

    public bool IsOver
    {
        get
        {
            lock (_gate) return _isOver;
        }
    }

    public int Waiting
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    public async ValueTask DisposeAsync()
    {
        End();
        using (var late = new CancellationTokenSource(Goodbye, _time)) await _channel.AbortAsync(late.Token);
        await _channel.DisposeAsync();
        _over.Dispose();
    }

    private Task Answered(ulong number, bool multiple, Action<Sent> settle)
    {
        List<Sent> settled = [];
        lock (_gate)
        {
            for (var each = multiple ? _lowest : number; each <= number; each++)
            {
                if (_waiting.Remove(each, out var sent)) settled.Add(sent);
            }

            if (multiple) _lowest = Math.Max(_lowest, number + 1);
        }

        foreach (var sent in settled) settle(sent);
        return Task.CompletedTask;
    }

    private Task Returned(string? number)
    {
        lock (_gate)
        {
            if (ulong.TryParse(number, CultureInfo.InvariantCulture, out var each) && _waiting.TryGetValue(each, out var sent)) sent.WasReturned = true;
        }

        return Task.CompletedTask;
    }

    /// <summary>Nothing more is sent or answered; what waits for room in a socket that is gone does not wait on.</summary>
    public void End()
    {
        List<Sent> lost;
        lock (_gate)
        {
            if (_isOver) return;
            _isOver = true;
            lost = [.. _waiting.Values];
            _waiting.Clear();
        }

        _over.Cancel();
        foreach (var sent in lost) sent.Lost();
    }
}
