using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TalkyWalky.Load.Peers.Rabbit;

/// <summary>One person's connection: publishes with confirms and, once there, consumes the own queue.</summary>
internal sealed class RabbitClient : ChatClient
{
    private const ushort Prefetch = 256;

    private static readonly byte[] Body = new byte[512];
    private static readonly BasicProperties Persistent = new() { Persistent = true };

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly int _person;
    private readonly Confirms _confirms = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _exchange = "", _to = "";

    private RabbitClient(IConnection connection, IChannel channel, int person)
    {
        (_connection, _channel, _person) = (connection, channel, person);
        channel.BasicAcksAsync += (_, acks) =>
        {
            Answered?.Invoke(_confirms.Count(acks.DeliveryTag, acks.Multiple));
            return Task.CompletedTask;
        };
        channel.BasicNacksAsync += (_, _) => Fail(new InvalidOperationException("the broker refuses a message"));
        channel.CallbackExceptionAsync += (_, fault) => Fail(fault.Exception);
        channel.ChannelShutdownAsync += (_, shutdown) => shutdown.Initiator == ShutdownInitiator.Application ? Task.CompletedTask : Fail(new IOException(shutdown.ReplyText));
    }

    public override Task Failed => _failed.Task;

    public static async Task<RabbitClient> OpenAsync(ConnectionFactory factory, int person, CancellationToken cancellation)
    {
        var connection = await factory.CreateConnectionAsync(cancellation);
        var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
        return new RabbitClient(connection, await connection.CreateChannelAsync(options, cancellation), person);
    }

    public override async Task EnterAsync(CancellationToken cancellation)
    {
        await _channel.BasicQosAsync(0, Prefetch, global: false, cancellation);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            await _channel.BasicAckAsync(message.DeliveryTag, multiple: false, CancellationToken.None);
            Delivered?.Invoke(1);
        };
        await _channel.BasicConsumeAsync(RabbitPeer.QueueOf(_person), autoAck: false, consumer, cancellation);
    }

    public override void WriteTo(int person) => (_exchange, _to) = (RabbitPeer.Exchange, RabbitPeer.QueueOf(person));

    public override void WriteToRoom() => (_exchange, _to) = (RabbitPeer.Room, "");

    public override void Send(int count)
    {
        for (var i = 0; i < count; i++) _ = PublishAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task PublishAsync()
    {
        try
        {
            await _channel.BasicPublishAsync(_exchange, _to, mandatory: false, Persistent, Body, CancellationToken.None);
        }
        catch (Exception lost)
        {
            _failed.TrySetException(lost);
        }
    }

    private Task Fail(Exception reason)
    {
        _failed.TrySetException(reason);
        return Task.CompletedTask;
    }

    /// <summary>How many messages each confirm answers: it names one, or all up to one.</summary>
    private sealed class Confirms
    {
        private readonly HashSet<ulong> _ahead = [];
        private ulong _next = 1;

        public int Count(ulong tag, bool multiple)
        {
            if (!multiple) _ahead.Add(tag);
            var count = multiple ? 0 : 1;
            for (; multiple && _next <= tag; _next++)
            {
                if (!_ahead.Remove(_next)) count++;
            }

            while (_ahead.Remove(_next)) _next++;
            return count;
        }
    }
}
