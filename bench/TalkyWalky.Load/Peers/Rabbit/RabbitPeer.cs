using System.Globalization;
using RabbitMQ.Client;

namespace TalkyWalky.Load.Peers.Rabbit;

/// <summary>RabbitMQ itself, as deploy/services/rabbitmq runs it: a durable queue for each person, confirms and acknowledgements.</summary>
internal sealed class RabbitPeer(string type) : IPeer
{
    public const string Exchange = "tw1.bench", Room = "tw1.bench.room";

    public string Name => $"rabbitmq-{type}";

    public string Description => $"RabbitMQ, one node, durable {type} queues, persistent messages, publisher confirms, consumer acknowledgements; no management plug-in, so no statistics";

    public string? Missing => RabbitNode.Missing;

    public static string QueueOf(int person) => string.Create(CultureInfo.InvariantCulture, $"tw1.bench.{person}");

    public async Task<IRunningPeer> StartAsync(Crowd crowd, CancellationToken cancellation)
    {
        var node = await RabbitNode.StartAsync(cancellation);
        try
        {
            var factory = node.Connections(crowd.Tls);
            await DeclareAsync(factory, crowd.People, cancellation);
            return new Running(node, factory);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    private async Task DeclareAsync(ConnectionFactory factory, int people, CancellationToken cancellation)
    {
        await using var connection = await factory.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellation);
        await channel.ExchangeDeclareAsync(Room, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation);
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = type };
        for (var person = 0; person < people; person++)
        {
            await channel.QueueDeclareAsync(QueueOf(person), durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
            await channel.QueueBindAsync(QueueOf(person), Exchange, QueueOf(person), cancellationToken: cancellation);
            await channel.QueueBindAsync(QueueOf(person), Room, "", cancellationToken: cancellation);
        }
    }

    private sealed class Running(RabbitNode node, ConnectionFactory factory) : IRunningPeer
    {
        public int ProcessId => node.ProcessId;

        public bool Answers => true;

        public bool ReturnsToAuthor => true;

        public async Task<ChatClient> OpenAsync(int person, CancellationToken cancellation) => await RabbitClient.OpenAsync(factory, person, cancellation);

        public ValueTask DisposeAsync() => node.DisposeAsync();
    }
}
