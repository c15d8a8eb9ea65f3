using TalkyWalky.Engines.Specifications;

namespace TalkyWalky.Engines.Embedded.Tests;

public sealed class EmbeddedKeyTests : KeySpecification
{
    private readonly TestEngines _engines = new();

    protected override async Task<IStore> StartAsync() => (await _engines.OpenAsync()).Store;

    protected override async Task<IStore> RestartAsync() => (await _engines.ReopenAsync()).Store;

    protected override Task StopAsync() => _engines.DeleteAsync();
}
