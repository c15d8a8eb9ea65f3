using TalkyWalky.Engines.Specifications;

namespace TalkyWalky.Engines.Embedded.Tests;

public sealed class EmbeddedBrokerTests : BrokerSpecification
{
    private readonly TestEngines _engines = new();

    protected override async Task<IBroker> StartAsync(MailboxLimits limits)
    {
        _engines.Options = _engines.Options with { Mailboxes = limits };
        return (await _engines.OpenAsync()).Broker;
    }

    protected override async Task<IBroker> RestartAsync() => (await _engines.ReopenAsync()).Broker;

    protected override Task StopAsync() => _engines.DeleteAsync();
}
