using TalkyWalky.Engines.Specifications;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Postgres.Tests;

[Collection(Shared.Name)]
public sealed class PostgresDirectoryTests(RealPostgres server) : AccountsSpecification
{
    private readonly TestDatabase _database = new(server);

    protected override async Task<IDirectory> StartAsync() => (await _database.OpenAsync()).Directory;

    protected override async Task<IDirectory> RestartAsync() => (await _database.ReopenAsync()).Directory;

    protected override Task StopAsync() => _database.DeleteAsync();

    protected override void SetTime(TimeProvider time) => _database.Time = time;

    protected override void SetPasswordIterations(int iterations) => _database.PasswordIterations = iterations;
}
