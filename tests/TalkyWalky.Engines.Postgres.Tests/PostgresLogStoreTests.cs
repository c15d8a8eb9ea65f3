using TalkyWalky.Engines.Specifications;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Postgres.Tests;

[Collection(Shared.Name)]
public sealed class PostgresLogStoreTests(RealPostgres server) : LogStoreSpecification
{
    private readonly TestDatabase _database = new(server);

    protected override async Task<ILogStore> StartAsync() => (await _database.OpenAsync()).Log;

    protected override async Task<ILogStore> RestartAsync() => (await _database.ReopenAsync()).Log;

    protected override Task StopAsync() => _database.DeleteAsync();
}
