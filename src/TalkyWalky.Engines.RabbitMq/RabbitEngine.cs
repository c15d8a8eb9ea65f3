using Microsoft.Extensions.Logging;
using TalkyWalky.Engines.RabbitMq.Connections;
using TalkyWalky.Engines.RabbitMq.Mailboxes;

namespace TalkyWalky.Engines.RabbitMq;

/// <summary>RabbitMQ as the broker and as the bus between gateways.</summary>
public sealed class RabbitEngine : IAsyncDisposable
{
    private readonly Line _control;
    private readonly RabbitBus _bus;
    private readonly RabbitBroker _broker;

    private RabbitEngine(RabbitOptions options, TimeProvider time, ILogger log)
    {
        var connector = new Connector(options);
        _control = new Line("control", connector, Control.DeclareAsync, static () => { }, time, log);
        _bus = new RabbitBus(connector, time, log);
        _broker = new RabbitBroker(options, connector, _control, _bus, time, log);
    }

    public IBroker Broker => _broker;

    public IGatewayBus Bus => _bus;

    /// <summary>Tries once to connect before it returns. RabbitMQ may be away: it is tried again until it is there.</summary>
    public static async Task<RabbitEngine> OpenAsync(RabbitOptions options, TimeProvider time, ILogger log)
    {
        var engine = new RabbitEngine(options, time, log);
        engine._control.Start();
        await Task.WhenAll(engine._control.FirstTry, engine._bus.StartAsync(), engine._broker.StartAsync());
        return engine;
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _bus.DisposeAsync();
        await _control.DisposeAsync();
    }
}
