using TalkyWalky.Engines.Specifications;

namespace TalkyWalky.Engines.Embedded.Tests;

public sealed class EmbeddedLogStoreTests : LogStoreSpecification
{
    private readonly TestEngines _engines = new();

    protected override async Task<ILogStore> StartAsync() => (await _engines.OpenAsync()).Log;

    protected override async Task<ILogStore> RestartAsync() => (await _engines.ReopenAsync()).Log;

    protected override Task StopAsync() => _engines.DeleteAsync();
}
