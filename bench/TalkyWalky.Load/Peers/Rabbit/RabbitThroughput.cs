using System.Diagnostics;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using TalkyWalky.Engines;
using TalkyWalky.Engines.RabbitMq;
using TalkyWalky.Wire;

namespace TalkyWalky.Load.Peers.Rabbit;

/// <summary>Messages through one mailbox: published, confirmed, delivered and settled, by our engine or by the client library alone. Each call is one round and tells messages a second.</summary>
internal static class RabbitThroughput
{
    public const int Messages = 20_000, Size = 2048;

    private const int Window = 1000, Prefetch = 500, Batch = 50;

    public static async Task<double> OursAsync(RabbitOptions options, CancellationToken cancellation)
    {
        await using var engine = await RabbitEngine.OpenAsync(options, TimeProvider.System, NullLogger.Instance);
        var device = DeviceId.New();
        await engine.Broker.CreateMailboxAsync(device, cancellation);
        await using var mailbox = await engine.Broker.OpenAsync(device, Prefetch, cancellation) ?? throw new InvalidOperationException("the mailbox is gone");
        var payload = new byte[Size];
        var clock = Stopwatch.StartNew();
        var consuming = Task.Run(
            async () =>
            {
                var (tags, left) = (new List<ulong>(Batch), Messages);
                await foreach (var entry in mailbox.ReadAllAsync(cancellation))
                {
                    tags.Add(entry.Tag);
                    if (--left > 0 && tags.Count < Batch) continue;
                    await mailbox.SettleAsync(tags.ToArray(), cancellation);
                    tags.Clear();
                    if (left == 0) return;
                }
            },
            cancellation);
        var underWay = new Queue<Task<PublishOutcome>>();
        for (var i = 0; i < Messages; i++)
        {
            if (underWay.Count == Window) Expect(await underWay.Dequeue());
            underWay.Enqueue(engine.Broker.PublishAsync(new Publication(payload, [new Address(device, default)]), cancellation).AsTask());
        }

        foreach (var last in underWay) Expect(await last);
        await consuming;
        var rate = Messages / clock.Elapsed.TotalSeconds;
        await engine.Broker.DeleteMailboxAsync(device, cancellation);
        return rate;
    }

    public static async Task<double> AloneAsync(RabbitOptions options, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory { HostName = options.Servers[0].Host, Port = options.Servers[0].Port, UserName = options.Username!, Password = options.Password! };
        await using var publisher = await factory.CreateConnectionAsync(cancellation);
        await using var consumer = await factory.CreateConnectionAsync(cancellation);
        using var limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = Window, QueueLimit = int.MaxValue });
        await using var channel = await publisher.CreateChannelAsync(new CreateChannelOptions(true, true, limiter), cancellation);
        await using var receiver = await consumer.CreateChannelAsync(cancellationToken: cancellation);
        var queue = $"tw1.bench.{Guid.NewGuid():N}";
        await receiver.QueueDeclareAsync(
            queue, true, false, false,
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = options.QueueType == RabbitQueueType.Quorum ? "quorum" : "classic", ["x-single-active-consumer"] = true },
            cancellationToken: cancellation);
        await receiver.QueueBindAsync(queue, "tw1.mailboxes", queue, cancellationToken: cancellation);
        await receiver.BasicQosAsync(0, Prefetch, false, cancellation);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var received = 0;
        var events = new AsyncEventingBasicConsumer(receiver);
        events.ReceivedAsync += async (_, message) =>
        {
            received++;
            if (received % Batch == 0 || received == Messages) await receiver.BasicAckAsync(message.DeliveryTag, multiple: true, cancellation);
            if (received == Messages) all.TrySetResult();
        };
        var payload = new byte[Size];
        var clock = Stopwatch.StartNew();
        await receiver.BasicConsumeAsync(queue, autoAck: false, events, cancellation);
        var underWay = new Queue<Task>();
        for (var i = 0; i < Messages; i++)
        {
            if (underWay.Count == Window) await underWay.Dequeue();
            underWay.Enqueue(channel.BasicPublishAsync("tw1.mailboxes", queue, true, new BasicProperties { Persistent = true }, payload, cancellation).AsTask());
        }

        await Task.WhenAll(underWay);
        await all.Task.WaitAsync(cancellation);
        var rate = Messages / clock.Elapsed.TotalSeconds;
        await receiver.QueueDeleteAsync(queue, false, false, cancellationToken: cancellation);
        return rate;
    }

    private static void Expect(PublishOutcome outcome)
    {
        if (outcome is not PublishOutcome.Accepted { Overflowed.Count: 0 }) throw new InvalidOperationException($"a publication was not stored: {outcome}");
    }
}
