using TalkyWalky.Engines.Specifications;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Tests;

public sealed class EmbeddedDirectoryTests : AccountsSpecification
{
    private readonly TestEngines _engines = new();

    protected override async Task<IDirectory> StartAsync() => (await _engines.OpenAsync()).Directory;

    protected override async Task<IDirectory> RestartAsync() => (await _engines.ReopenAsync()).Directory;

    protected override Task StopAsync() => _engines.DeleteAsync();

    protected override void SetTime(TimeProvider time) => _engines.Time = time;

    protected override void SetPasswordIterations(int iterations) => _engines.Options = _engines.Options with { PasswordIterations = iterations };
}
