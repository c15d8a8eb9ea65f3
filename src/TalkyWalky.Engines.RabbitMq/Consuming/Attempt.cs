using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TalkyWalky.Engines.RabbitMq.Consuming;

/// <summary>A consumer on a channel of its own, until one of them ends.</summary>
/// <param name="firstTag">Added to RabbitMQ's delivery tags, which begin anew with each channel.</param>
internal sealed class Attempt(IChannel channel, ulong firstTag, Action<Attempt, Arrival> arrived) : AsyncDefaultBasicConsumer(channel)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Over => _over.Task;

    public ulong FirstTag => firstTag;

    public override Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        // The body is the library's own again when this returns.
        arrived(this, new Arrival(firstTag + deliveryTag, properties.Type, properties.Timestamp.UnixTime, body.ToArray()));
        return Task.CompletedTask;
    }

    /// <summary>The queue was deleted, or its node went away.</summary>
    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        _over.TrySetResult();
        return Task.CompletedTask;
    }

    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        _over.TrySetResult();
        return Task.CompletedTask;
    }
}

/// <param name="At">Seconds since 1970 when it was accepted.</param>
internal readonly record struct Arrival(ulong Tag, string? Type, long At, ReadOnlyMemory<byte> Body);
