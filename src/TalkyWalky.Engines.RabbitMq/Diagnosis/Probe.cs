using RabbitMQ.Client;

namespace TalkyWalky.Engines.RabbitMq.Diagnosis;

/// <summary>A queue and an exchange named like ours, for one message. It is written on a connection of its own: an alarm stops whoever publishes, and nothing else.</summary>
internal sealed class Probe : IAsyncDisposable
{
    // Should this process end before it deletes it.
    private const int ExpiresMs = 60_000;

    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    private readonly string _name = Topology.ProbePrefix + Guid.NewGuid().ToString("N");
    private readonly byte[] _body = Guid.NewGuid().ToByteArray();
    private readonly IConnection _writing;
    private readonly IChannel _writer, _reader;
    private Task _written = Task.CompletedTask;

    private Probe(IConnection writing, IChannel writer, IChannel reader) => (_writing, _writer, _reader) = (writing, writer, reader);

    /// <param name="writing">Belongs to the probe from here on.</param>
    public static async Task<Probe> MakeAsync(IConnection reading, IConnection writing, RabbitOptions options, CancellationToken cancellation)
    {
        var probe = new Probe(writing, await writing.CreateChannelAsync(new CreateChannelOptions(true, true), cancellation), await reading.CreateChannelAsync(cancellationToken: cancellation));
        try
        {
            var arguments = Topology.MailboxArguments(options);
            arguments["x-expires"] = ExpiresMs;
            arguments.Remove("x-single-active-consumer"); // a quorum queue with it cannot be asked for one message
            await probe._reader.QueueDeclareAsync(probe._name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
            await probe._reader.ExchangeDeclareAsync(probe._name, ExchangeType.Direct, durable: false, autoDelete: true, cancellationToken: cancellation);
            await probe._reader.QueueBindAsync(probe._name, probe._name, "", cancellationToken: cancellation);
            return probe;
        }
        catch
        {
            await probe.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when it is confirmed.</summary>
    public Task WriteAsync(CancellationToken cancellation) =>
        _written = _writer.BasicPublishAsync(_name, "", mandatory: true, new BasicProperties { Persistent = true }, _body, cancellation).AsTask();

    public async Task<bool> ReadAsync(CancellationToken cancellation) =>
        await _reader.BasicGetAsync(_name, autoAck: true, cancellation) is { } read && read.Body.Span.SequenceEqual(_body);

    public async ValueTask DisposeAsync()
    {
        // The exchange goes with its last binding.
        if (_reader.IsOpen) await _reader.QueueDeleteAsync(_name, ifUnused: false, ifEmpty: false, cancellationToken: CancellationToken.None);
        await _reader.DisposeAsync();
        await _writing.AbortAsync(Constants.ReplySuccess, "goodbye", Goodbye);
        await _writing.DisposeAsync();
        await _written.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // whoever wrote was told, or has given up
    }
}
