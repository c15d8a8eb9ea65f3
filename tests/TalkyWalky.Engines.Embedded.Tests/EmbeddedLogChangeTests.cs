using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Specifications;

namespace TalkyWalky.Engines.Embedded.Tests;

public sealed class EmbeddedLogChangeTests : LogChangeSpecification
{
    private readonly TestEngines _engines = new();

    protected override async Task<(IStore Store, ILogStore Log)> StartAsync()
    {
        var engines = await _engines.OpenAsync();
        return (engines.Store, engines.Log);
    }

    protected override async Task<(IStore Store, ILogStore Log)> RestartAsync()
    {
        var engines = await _engines.ReopenAsync();
        return (engines.Store, engines.Log);
    }

    protected override async Task<(IStore Store, ILogStore Log)> UpgradeAsync()
    {
        await _engines.CloseAsync();
        using (var database = Database.Open(_engines.File, readOnly: false))
            database.Execute($"{EarlierSchema.WithoutLog} PRAGMA user_version = 5");

        return await RestartAsync();
    }

    protected override Task StopAsync() => _engines.DeleteAsync();
}
