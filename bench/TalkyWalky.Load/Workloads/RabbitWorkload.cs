using System.Diagnostics;
using TalkyWalky.Engines.RabbitMq;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers.Rabbit;

namespace TalkyWalky.Load.Workloads;

/// <summary>Our engine on RabbitMQ and the client library alone, by turns on one node, with the same queue type, confirms and acknowledgements.</summary>
internal sealed class RabbitWorkload(RabbitQueueType type, LoadTimes times) : IAlone
{
    /// <summary>The peer's name in the table.</summary>
    public const string Library = "rabbitmq-client";

    public string Name => "rabbit";

    public string Description => $"{RabbitThroughput.Messages} messages of {RabbitThroughput.Size} bytes in a round, {type} queues, by our engine and by the client library alone";

    public IReadOnlyList<string> Rows => [RowOf(type == RabbitQueueType.Quorum ? "quorum" : "classic")];

    public string? Missing => RabbitNode.Missing;

    public TimeSpan Guess => times.Guess(loads: 2);

    public static string RowOf(string type) => $"through RabbitMQ, {type} queues";

    public async Task<IReadOnlyList<Measured>> RunAsync(CancellationToken cancellation)
    {
        await using var node = await RabbitNode.StartAsync(cancellation);
        var options = node.Options(type);
        var (ours, alone) = (new List<double>(), new List<double>());
        var warm = await WarmingUp.RunAsync(times, Environment.ProcessId, Count, WorkAsync);
        ours.Clear();
        alone.Clear();
        var meter = Meter.Start(node.ProcessId);
        await WorkAsync(times.Measured);
        var cpu = meter.Read();
        return
        [
            new Measured(Rows[0], cpu, (Figure.MessagesPerSecond, Median(ours))) { WarmUp = warm },
            new Measured(Rows[0], cpu, (Figure.MessagesPerSecond, Median(alone))) { WarmUp = warm, Peer = Library },
        ];

        long Count() => (long)(ours.Count + alone.Count) * RabbitThroughput.Messages;

        async Task WorkAsync(TimeSpan duration)
        {
            var clock = Stopwatch.StartNew();
            do
            {
                ours.Add(await RabbitThroughput.OursAsync(options, cancellation)); // declares the exchange that both use
                alone.Add(await RabbitThroughput.AloneAsync(options, cancellation));
            }
            while (clock.Elapsed < duration);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
