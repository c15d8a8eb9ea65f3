using TalkyWalky.Engines.Specifications;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.RabbitMq.Tests;

/// <summary>A restart is one of the gateway: the node goes on.</summary>
public abstract class RabbitBrokerSpecification(RabbitNode node, RabbitQueueType type) : BrokerSpecification
{
    private RabbitOptions _options = TestEngine.OptionsOf(node, type);
    private RabbitEngine? _engine;

    protected override bool CountsBytes => false;

    protected override async Task<IBroker> StartAsync(MailboxLimits limits)
    {
        _options = _options with { Limits = limits };
        _engine = await TestEngine.OpenAsync(_options);
        return _engine.Broker;
    }

    protected override async Task<IBroker> RestartAsync()
    {
        await StopAsync();
        return await StartAsync(_options.Limits);
    }

    protected override async Task StopAsync()
    {
        if (_engine is not null) await _engine.DisposeAsync();
        _engine = null;
    }
}

[Collection(Rabbit.Name)]
public sealed class ClassicBrokerTests(RabbitNode node) : RabbitBrokerSpecification(node, RabbitQueueType.Classic);

[Collection(Rabbit.Name)]
public sealed class QuorumBrokerTests(RabbitNode node) : RabbitBrokerSpecification(node, RabbitQueueType.Quorum)
{
    protected override int ManyRecipients => 200;
}
