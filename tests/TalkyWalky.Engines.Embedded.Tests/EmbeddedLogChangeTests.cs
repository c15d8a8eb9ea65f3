using TalkyWalky.Engines.Copying;
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
        {
            foreach (var table in StoreTable.All.Where(static table => table.Name.StartsWith("log_", StringComparison.Ordinal))) database.Execute($"DROP TABLE {table.Name}");
            database.Execute("DELETE FROM sequence WHERE name = 'log_change'; PRAGMA user_version = 4");
        }

        return await RestartAsync();
    }

    protected override Task StopAsync() => _engines.DeleteAsync();
}
