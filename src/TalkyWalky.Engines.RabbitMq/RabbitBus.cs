using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using TalkyWalky.Engines.RabbitMq.Connections;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq;

/// <summary>
/// One fan-out exchange and a queue of this process, on a connection of their own: messages here are neither stored nor confirmed, and an alarm that stops the publishing of
/// mail may stop them too.
/// </summary>
internal sealed class RabbitBus : IGatewayBus, IAsyncDisposable
{
    private const int MostWaiting = 512;

    private readonly Channel<(string Type, ReadOnlyMemory<byte> Body)> _toSay =
        Channel.CreateBounded<(string, ReadOnlyMemory<byte>)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private readonly Line _line;
    private Task _saying = Task.CompletedTask;
    private volatile IChannel? _mouth;
    private volatile Ear? _ear;

    public RabbitBus(Connector connector, TimeProvider time, ILogger log) => _line = new Line("bus", connector, PrepareAsync, Lost, time, log);

    /// <summary>Names this process to the others.</summary>
    public Guid Process { get; } = Guid.NewGuid();

    /// <summary>What engines tell one another: a word and what it is about. Set before the start.</summary>
    public Func<string, Guid, ReadOnlyMemory<byte>, Task> Heard { get; set; } = static (_, _, _) => Task.CompletedTask;

    /// <summary>What was said before now may not have been heard. Set before the start.</summary>
    public Action Connected { get; set; } = static () => { };

    public void Say(ReadOnlyMemory<byte> message)
    {
        if (message.Length <= Limits.Frame) _toSay.Writer.TryWrite((BusWords.Message, message));
        else throw new ArgumentException($"a message has at most {Limits.Frame} bytes", nameof(message));
    }

    public void Say(string word, ReadOnlyMemory<byte> body) => _toSay.Writer.TryWrite((word, body));

    public async IAsyncEnumerable<ReadOnlyMemory<byte>?> ListenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var ear = new Ear(MostWaiting);
        _ear = ear;
        await foreach (var heard in ear.ReadAllAsync(cancellation)) yield return heard;
    }

    public Task StartAsync()
    {
        _saying = SayAllAsync();
        _line.Start();
        return _line.FirstTry;
    }

    public async ValueTask DisposeAsync()
    {
        _toSay.Writer.TryComplete();
        await _stop.CancelAsync();
        await _saying;
        await _line.DisposeAsync();
        _ear?.Complete();
        _stop.Dispose();
    }

    private async Task SayAllAsync()
    {
        await foreach (var (type, body) in _toSay.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (_mouth is not { } mouth) continue; // nobody would hear it in time
            try
            {
                var properties = new BasicProperties { Type = type, AppId = Process.ToString("N") };
                await mouth.BasicPublishAsync(Topology.Gateways, "", mandatory: false, properties, body, _stop.Token);
            }
            catch (Exception e) when (Failures.IsFailure(e))
            {
                // Lost, as the contract says; the line sees to the connection.
            }
        }
    }

    private async Task PrepareAsync(IConnection connection, CancellationToken cancellation)
    {
        var mouth = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await mouth.ExchangeDeclareAsync(Topology.Gateways, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation);
        var queue = $"{Topology.GatewayPrefix}{Process:N}-{Guid.NewGuid():N}"; // that of a lost connection may still be there
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true, Topology.GatewayArguments(), cancellationToken: cancellation);
        await channel.QueueBindAsync(queue, Topology.Gateways, "", cancellationToken: cancellation);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += HearAsync;
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellation);
        _mouth = mouth;
        _ear?.Interrupt();
        Connected();
    }

    private void Lost()
    {
        _mouth = null;
        _ear?.Interrupt();
    }

    private Task HearAsync(object sender, BasicDeliverEventArgs message)
    {
        if (!Guid.TryParseExact(message.BasicProperties.AppId, "N", out var process) || process == Process) return Task.CompletedTask;
        if (message.BasicProperties.Type is { } word && !string.Equals(word, BusWords.Message, StringComparison.Ordinal)) return Heard(word, process, message.Body.ToArray());
        _ear?.Hear(message.Body.ToArray());
        return Task.CompletedTask;
    }

    /// <summary>What one listener has not read yet.</summary>
    private sealed class Ear
    {
        private readonly Channel<ReadOnlyMemory<byte>?> _heard;
        private int _missed = 1; // listening begins

        public Ear(int most)
        {
            _heard = Channel.CreateBounded<ReadOnlyMemory<byte>?>(new BoundedChannelOptions(most) { SingleReader = true });
        }

        public void Hear(ReadOnlyMemory<byte> message)
        {
            if (!_heard.Writer.TryWrite(message)) Interlocked.Exchange(ref _missed, 1);
        }

        public void Interrupt()
        {
            Interlocked.Exchange(ref _missed, 1);
            _heard.Writer.TryWrite(null); // wakes the reader; a full queue wakes it as well
        }

        public void Complete() => _heard.Writer.TryComplete();

        public async IAsyncEnumerable<ReadOnlyMemory<byte>?> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            if (Interlocked.Exchange(ref _missed, 0) == 1) yield return null;
            await foreach (var heard in _heard.Reader.ReadAllAsync(cancellation))
            {
                if (Interlocked.Exchange(ref _missed, 0) == 1) yield return null;
                if (heard is not null) yield return heard;
            }
        }
    }
}

/// <summary>What a message on the bus is, in its property "type".</summary>
internal static class BusWords
{
    public const string Message = "message", TakeOver = "takeover", Deleted = "deleted";
}
