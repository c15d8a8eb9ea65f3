using System.Diagnostics;
using TalkyWalky.Harness;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Tests;

/// <summary>The database goes away and comes back.</summary>
[Collection(Fragile.Name)]
public sealed class FaultTests(RealPostgres server) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TestDatabase _database = new(server);

    public Task InitializeAsync() => _database.CreateAsync();

    public Task DisposeAsync() => _database.DeleteAsync();

    [Fact]
    public async Task RestartedBetweenCalls_NobodyNotices()
    {
        var store = (await _database.OpenAsync()).Store;
        var user = UserId.New();
        // Several connections lie in the pool, all of which break.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.SetLastSeenAsync(user, Now, None)));
        await server.StopAtOnceAsync();
        await server.StartAsync();
        Assert.Equal(Now, (await store.LastSeenAsync([user], None))[user]);
        await server.StopAtOnceAsync();
        await server.StartAsync();
        await store.SetLastSeenAsync(user, Now.AddDays(1), None);
        Assert.Equal(Now.AddDays(1), (await store.LastSeenAsync([user], None))[user]);
    }

    [Fact]
    public async Task Away_SaysSoAndWorksAgain()
    {
        var engines = await _database.OpenAsync();
        await server.StopAtOnceAsync();
        foreach (var call in (Func<Task>[])[
            () => engines.Store.CheckAsync(None), () => engines.Store.SetLastSeenAsync(UserId.New(), Now, None), () => engines.Directory.BindAsync("ada", "x", None), () => engines.Directory.CheckAsync(None)])
        {
            var away = await Assert.ThrowsAsync<EngineException>(call);
            Assert.Contains("cannot be reached", away.Message, StringComparison.Ordinal);
        }

        await server.StartAsync();
        await engines.Store.CheckAsync(None);
        Assert.IsType<BindOutcome.Refused>(await engines.Directory.BindAsync("ada", "x", None));
    }

    /// <summary>What was answered is there; what was not may be, and is once at most.</summary>
    [Fact]
    public async Task StoppedInTheMiddle_WhatWasAnsweredIsKept()
    {
        var store = (await _database.OpenAsync()).Store;
        var user = UserId.New();
        using var stop = new CancellationTokenSource();
        var (answered, asked) = (0, 0);
        var halfway = new TaskCompletionSource();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            List<Digest> kept = [];
            while (!stop.IsCancellationRequested)
            {
                var key = Digest.Sha256(BitConverter.GetBytes(Interlocked.Increment(ref asked)));
                try
                {
                    await store.AddDeviceAsync(user, key, firstMayEnter: true, Now, None);
                    kept.Add(key);
                    if (Interlocked.Increment(ref answered) == 100) halfway.SetResult();
                }
                catch (EngineException)
                {
                    // the outcome is unknown to the caller
                }
            }

            return kept;
        })).ToList();

        await halfway.Task;
        await server.StopAtOnceAsync();
        await server.StartAsync();
        var before = Volatile.Read(ref answered);
        while (Volatile.Read(ref answered) < before + 100) await Task.Delay(10);
        await stop.CancelAsync();
        var all = (await Task.WhenAll(writers)).SelectMany(static kept => kept).ToList();

        var devices = await store.DevicesOfAsync(user, None);
        Assert.Empty(all.Except(devices.Select(static device => device.IdentityKeyHash)));
        Assert.InRange(devices.Count, all.Count, asked);
        Assert.Single(devices, static device => device.State == DeviceState.Active);
    }

    [Fact]
    public async Task Hanging_IsGivenUpInTime_AndWorksAgain()
    {
        await using var engines = await PostgresEngines.OpenAsync(_database.Options with { Timeout = TimeSpan.FromSeconds(1) }, TimeProvider.System, None);
        await engines.Store.CheckAsync(None);
        await server.PauseAsync();
        try
        {
            var since = Stopwatch.StartNew();
            var late = await Assert.ThrowsAsync<EngineException>(() => engines.Store.SetLastSeenAsync(UserId.New(), Now, None));
            Assert.Contains("does not answer in time", late.Message, StringComparison.Ordinal);
            Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20)); // the statement, its cancellation, a busy machine
        }
        finally
        {
            await server.ResumeAsync();
        }

        await engines.Store.SetLastSeenAsync(UserId.New(), Now, None);
    }

    [Fact]
    public async Task EveryConnectionBusy_IsSaid()
    {
        await using var engines = await PostgresEngines.OpenAsync(_database.Options with { Connections = 1, Timeout = TimeSpan.FromSeconds(1) }, TimeProvider.System, None);
        var user = UserId.New();
        await engines.Store.SetLastSeenAsync(user, Now, None);
        await server.PauseAsync();
        try
        {
            var calls = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Record.ExceptionAsync(() => engines.Store.LastSeenAsync([user], None))));
            Assert.All(calls, static call => Assert.IsType<EngineException>(call));
            Assert.Contains(calls, static call => call.Message.Contains("store.connections", StringComparison.Ordinal));
        }
        finally
        {
            await server.ResumeAsync();
        }
    }
}
