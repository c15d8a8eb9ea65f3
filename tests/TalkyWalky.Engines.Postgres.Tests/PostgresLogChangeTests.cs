using TalkyWalky.Engines.Specifications;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Postgres.Tests;

[Collection(Shared.Name)]
public sealed class PostgresLogChangeTests(RealPostgres server) : LogChangeSpecification
{
    private readonly TestDatabase _database = new(server);

    protected override async Task<(IStore Store, ILogStore Log)> StartAsync()
    {
        var engines = await _database.OpenAsync();
        return (engines.Store, engines.Log);
    }

    protected override async Task<(IStore Store, ILogStore Log)> RestartAsync()
    {
        var engines = await _database.ReopenAsync();
        return (engines.Store, engines.Log);
    }

    protected override async Task<(IStore Store, ILogStore Log)> UpgradeAsync()
    {
        await _database.QueryAsync($"{EarlierSchema.WithoutLog} DELETE FROM schema_version WHERE version > 4");
        return await RestartAsync();
    }

    protected override Task StopAsync() => _database.DeleteAsync();
}
