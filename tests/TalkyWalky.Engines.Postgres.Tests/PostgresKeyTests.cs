using TalkyWalky.Engines.Specifications;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Postgres.Tests;

[Collection(Shared.Name)]
public sealed class PostgresKeyTests(RealPostgres server) : KeySpecification
{
    private readonly TestDatabase _database = new(server);

    protected override async Task<IStore> StartAsync() => (await _database.OpenAsync()).Store;

    protected override async Task<IStore> RestartAsync() => (await _database.ReopenAsync()).Store;

    protected override Task StopAsync() => _database.DeleteAsync();
}
