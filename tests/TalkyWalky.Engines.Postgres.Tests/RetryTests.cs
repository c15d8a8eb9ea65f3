using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Postgres.Tests;

/// <summary>What is done again by itself, and what never is.</summary>
[Collection(Shared.Name)]
public sealed class RetryTests(RealPostgres server) : IAsyncLifetime
{
    private const string Break = "SELECT pg_terminate_backend(pg_backend_pid())";

    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TestDatabase _database = new(server);

    public async Task InitializeAsync()
    {
        await _database.CreateAsync();
        await _database.QueryAsync($"CREATE TABLE number (id integer PRIMARY KEY, value integer); INSERT INTO number VALUES (1, 0), (2, 0); ALTER TABLE number OWNER TO {server.Username}");
    }

    public Task DisposeAsync() => _database.DeleteAsync();

    [Fact]
    public async Task Write_ConnectionBrokenBeforeTheCommit_IsDoneOnce()
    {
        await using var database = Open();
        var attempts = 0;
        await database.WriteAsync(
            async session =>
            {
                await AddAsync(session, id: 1);
                return ++attempts == 1 ? await session.ChangeAsync(Break) : 0;
            },
            None);
        Assert.Equal((2, "1"), (attempts, await ValueAsync(1)));
    }

    [Fact]
    public async Task Write_ConnectionBrokenEachTime_IsGivenUp()
    {
        await using var database = Open();
        var attempts = 0;
        await Assert.ThrowsAsync<EngineException>(() => database.WriteAsync(
            session =>
            {
                attempts++;
                return session.ChangeAsync(Break);
            },
            None));
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task Write_ConnectionBrokenInTheCommit_IsNotRepeated()
    {
        await _database.QueryAsync($"""
            CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER break AFTER UPDATE ON number DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION break();
            """);
        await using var database = Open();
        var attempts = 0;
        await Assert.ThrowsAsync<EngineException>(() => database.WriteAsync(
            session =>
            {
                attempts++;
                return AddAsync(session, id: 1);
            },
            None));
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task Write_TwoThatWaitForEachOther_BothAreDone()
    {
        await using var database = Open();
        var attempts = 0;
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> Both(int first, int second) => database.WriteAsync(
            async session =>
            {
                await AddAsync(session, first);
                // Each holds its first row before either asks for the other's; who is sent back finds the way free, if not at once.
                if (Interlocked.Increment(ref attempts) == 2) both.SetResult();
                await both.Task.WaitAsync(TimeSpan.FromMinutes(1));
                return await AddAsync(session, second);
            },
            None);
        await Task.WhenAll(Both(1, 2), Both(2, 1));
        Assert.Equal(("2", "2"), (await ValueAsync(1), await ValueAsync(2)));
        Assert.True(attempts > 2, "neither was sent back");
    }

    [Fact]
    public async Task Read_ConnectionBroken_IsDoneAgain()
    {
        await using var database = Open();
        var attempts = 0;
        Assert.Equal(0, await database.ReadAsync(
            async session =>
            {
                if (++attempts == 1) await session.ChangeAsync(Break);
                return await session.OneAsync<int>("SELECT value FROM number WHERE id = 1");
            },
            None));
        Assert.Equal(2, attempts);
    }

    private Database Open() => new(PostgresSource.Create(_database.Options), _database.Options);

    private static Task<int> AddAsync(Session session, int id) => session.ChangeAsync("UPDATE number SET value = value + 1 WHERE id = @id", new { id });

    private Task<string> ValueAsync(int id) => _database.QueryAsync($"SELECT value FROM number WHERE id = {id}");
}
