using TalkyWalky.Engines;
using TalkyWalky.Server.Sync;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Tests.Sync;

public sealed class DirectorySyncTests
{
    [Fact]
    public async Task Run_NobodyLeft_DoesNothing()
    {
        await using var place = await SyncPlace.MakeAsync(people: 3);
        var done = Assert.IsType<SyncOutcome.Done>(await place.RunAsync());
        Assert.Equal((3, 0, 0), (done.Findings.People, done.Findings.Leavers.Count, done.Findings.Renamed.Count));
        Assert.Empty(place.Acts);
    }

    [Fact]
    public async Task Run_Disabled_EndsTheSessionBeforeTheDevices()
    {
        await using var place = await SyncPlace.MakeAsync(people: 3);
        place.Disable(1);
        Assert.IsType<SyncOutcome.Done>(await place.RunAsync());
        Assert.Equal(["AccountDisabled for u1", "revoked u1"], place.Acts);
        Assert.Equal(2, (await place.RunAsync()).Findings.People); // u1 has no device any more
    }

    [Fact]
    public async Task Run_Deleted_EndsTheSessionAtOnceAndTheDevicesAfterAWhile()
    {
        await using var place = await SyncPlace.MakeAsync(people: 2);
        await place.RunAsync();
        place.Directory.Remove(place.People[1]);
        Assert.Equal(new Leaver(place.People[1], "u1", LeaverReason.Missing), Assert.Single((await place.RunAsync()).Findings.Leavers));
        await place.RunAsync();
        Assert.Equal(["AccountDisabled for u1", "told of u1"], place.Acts);

        place.Time.Advance(DirectorySync.Grace);
        Assert.Equal(new Leaver(place.People[1], "u1", LeaverReason.Deleted), Assert.Single((await place.RunAsync()).Findings.Leavers));
        Assert.Equal("revoked u1", Assert.Single(place.Acts.Skip(2)));
        Assert.Equal([place.People[0]], await place.Store.PeopleAsync(null, 10, default));
    }

    [Fact]
    public async Task Run_MissingForAMoment_KeepsTheDevices()
    {
        await using var place = await SyncPlace.MakeAsync(people: 2);
        for (var times = 0; times < 2; times++)
        {
            place.Directory.Remove(place.People[1]); // as a replica that lags
            await place.RunAsync();
            place.Time.Advance(DirectorySync.Grace - TimeSpan.FromSeconds(1));
            await place.RunAsync();
            place.Directory.Set(place.People[1], "u1");
            await place.RunAsync();
        }

        Assert.DoesNotContain("revoked u1", place.Acts);
        Assert.Equal(2, (await place.Store.PeopleAsync(null, 10, default)).Count);
    }

    [Fact]
    public async Task Run_DeletedOnesConfirmed_AreNotHeldBackAgain()
    {
        await using var place = await SyncPlace.MakeAsync(people: 10);
        foreach (var user in place.People.Take(5)) place.Directory.Remove(user);
        Assert.IsType<SyncOutcome.Held>(await place.RunAsync());
        place.Time.Advance(DirectorySync.Grace); // not yet: nobody was ended
        Assert.IsType<SyncOutcome.Held>(await place.RunAsync());
        Assert.IsType<SyncOutcome.Done>(await place.RunAsync(confirmed: 5));
        place.Time.Advance(DirectorySync.Grace);
        Assert.IsType<SyncOutcome.Done>(await place.RunAsync());
        Assert.Equal(5, place.Acts.Count(static act => act.StartsWith("revoked", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_OneCannotBeEnded_TheOthersAre_AndItIsTriedAgain()
    {
        await using var place = await SyncPlace.MakeAsync(people: 40);
        place.Stuck = place.People[0];
        place.Disable(0, 1, 2);
        foreach (var _ in Enumerable.Range(0, 3)) Assert.IsType<SyncOutcome.Done>(await place.RunAsync());
        Assert.Contains("revoked u1", place.Acts);
        Assert.Contains("revoked u2", place.Acts);
        Assert.Equal(3, place.Log.Lines.Count(static line => line.StartsWith("Error", StringComparison.Ordinal)));
        place.Stuck = null;
        await place.RunAsync();
        Assert.Contains("revoked u0", place.Acts);
        place.Disable(3);
        Assert.IsType<SyncOutcome.Done>(await place.RunAsync()); // each was counted once
    }

    [Fact]
    public async Task Run_NotWaitedForAnyMore_GoesOn()
    {
        await using var place = await SyncPlace.MakeAsync(people: 1);
        place.Disable(0);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => place.Sync.RunAsync(0, new CancellationToken(canceled: true)));
        await UntilAsync(() => place.Acts.Count == 2);
    }

    [Fact]
    public async Task Run_LookUpFails_IsToldUntilOneWorks()
    {
        await using var place = await SyncPlace.MakeAsync(people: 1);
        place.Directory.IsAway = true;
        await Assert.ThrowsAsync<EngineException>(() => place.RunAsync());
        Assert.True(place.Sync.IsFailing);
        place.Directory.IsAway = false;
        await place.RunAsync();
        Assert.False(place.Sync.IsFailing);
    }

    [Fact]
    public async Task Run_Renamed_TellsAndReconnectsOnce()
    {
        await using var place = await SyncPlace.MakeAsync(people: 2);
        await place.RunAsync();
        place.Directory.Set(place.People[0], "Ada.Lovelace");
        Assert.IsType<SyncOutcome.Looked>(await place.Sync.LookOnlyAsync(default));
        Assert.Empty(place.Acts);
        await place.RunAsync();
        await place.RunAsync();
        Assert.Equal(["told of u0", "Unavailable for u0"], place.Acts);
    }

    [Fact]
    public async Task Run_DirectoryAway_EndsNobody()
    {
        await using var place = await SyncPlace.MakeAsync(people: 2);
        place.Disable(0);
        place.Directory.IsAway = true;
        await Assert.ThrowsAsync<EngineException>(() => place.RunAsync());
        Assert.Empty(place.Acts);
        place.Directory.IsAway = false;
        await place.RunAsync();
        Assert.Equal(2, place.Acts.Count);
    }

    [Fact]
    public async Task Run_TooManyAtOnce_IsHeldUntilConfirmed()
    {
        await using var place = await SyncPlace.MakeAsync(people: 40);
        place.Disable(0, 1, 2, 3, 4);
        Assert.True(Assert.IsType<SyncOutcome.Looked>(await place.Sync.LookOnlyAsync(default)).WouldHold);
        Assert.Equal(5, Assert.IsType<SyncOutcome.Held>(await place.RunAsync()).Findings.Leavers.Count);
        Assert.Equal(5, place.Sync.HeldBack);
        Assert.IsType<SyncOutcome.Held>(await place.RunAsync(confirmed: 4)); // one more than the administrator looked at
        Assert.Empty(place.Acts);

        Assert.IsType<SyncOutcome.Done>(await place.RunAsync(confirmed: 5));
        Assert.Equal(0, place.Sync.HeldBack);
        Assert.Equal(10, place.Acts.Count);
        place.Disable(5);
        Assert.IsType<SyncOutcome.Done>(await place.RunAsync()); // those confirmed count no more
    }

    [Fact]
    public async Task Run_HeldThenMended_GoesOn()
    {
        await using var place = await SyncPlace.MakeAsync(people: 40);
        place.Disable(0, 1, 2, 3, 4);
        await place.RunAsync();
        foreach (var one in Enumerable.Range(0, 5)) place.Directory.Set(place.People[one], $"u{one}");
        Assert.IsType<SyncOutcome.Done>(await place.RunAsync());
        Assert.Equal(0, place.Sync.HeldBack);
        Assert.Empty(place.Acts);
    }

    [Fact]
    public async Task Run_LargeChangeInPieces_IsHeld()
    {
        await using var place = await SyncPlace.MakeAsync(people: 40);
        place.Disable(0, 1, 2);
        Assert.IsType<SyncOutcome.Done>(await place.RunAsync());
        place.Disable(3, 4);
        Assert.IsType<SyncOutcome.Held>(await place.RunAsync());
        place.Time.Advance(CircuitBreaker.Memory);
        Assert.IsType<SyncOutcome.Done>(await place.RunAsync());
    }

    [Theory]
    [InlineData(100, 10, false)] // exactly the share
    [InlineData(100, 11, true)]
    [InlineData(1000, 100, false)]
    [InlineData(1000, 101, true)]
    [InlineData(10, 4, false)] // less than the count
    [InlineData(10, 5, true)]
    [InlineData(5, 5, true)]
    [InlineData(0, 0, false)]
    public void Breaker_ShareAndCount_BothMustBePassed(int people, int leavers, bool holds) =>
        Assert.Equal(holds, new CircuitBreaker(share: 10, count: 5, new StandingTime()).Holds(people, leavers));

    [Fact]
    public void Breaker_ShareOfHundred_HoldsNobody() =>
        Assert.False(new CircuitBreaker(share: 100, count: 1, new StandingTime()).Holds(10, 10));

    [Fact]
    public async Task Watch_LooksWhenTheMarkMovesAndEveryMinute()
    {
        await using var place = await SyncPlace.MakeAsync(people: 2);
        await using var watch = new DirectoryWatch(place.Directory, place.Sync, TimeSpan.FromMilliseconds(1), place.Time, place.Log);
        await UntilAsync(() => place.Directory.Looks == 1);
        place.Disable(1);
        await UntilAsync(() => place.Acts.Count == 2);
        var looks = place.Directory.Looks;
        place.Time.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(() => place.Directory.Looks == looks + 1);
    }

    [Fact]
    public async Task Watch_AwayAndBack_SaysSoOnce()
    {
        await using var place = await SyncPlace.MakeAsync(people: 2);
        place.Directory.IsAway = true;
        var away = 0;
        await using (var watch = new DirectoryWatch(place.Directory, place.Sync, TimeSpan.FromMilliseconds(1), place.Time, place.Log))
        {
            await UntilAsync(() => place.Log.Lines.Count == 1);
            await UntilAsync(() => ++away == 50); // many looks later
            place.Directory.IsAway = false;
            await UntilAsync(() => place.Log.Lines.Count == 2);
        }

        Assert.StartsWith("Warning the directory cannot be watched, and nobody is ended until it can: the directory does not answer", place.Log.Lines[0], StringComparison.Ordinal);
        Assert.Equal("Information the directory is watched again", place.Log.Lines[1]);
    }

    [Fact]
    public async Task Watch_Held_AlarmsAgainAfterAWhileOnly()
    {
        await using var place = await SyncPlace.MakeAsync(people: 10);
        place.Disable(0, 1, 2, 3, 4);
        await using var watch = new DirectoryWatch(place.Directory, place.Sync, TimeSpan.FromMilliseconds(1), place.Time, place.Log);
        await UntilAsync(() => place.Log.Lines.Count == 1);
        Assert.Contains("would end 5 of 10 people", place.Log.Lines[0], StringComparison.Ordinal);
        var looks = place.Directory.Looks;
        place.Time.Advance(TimeSpan.FromMinutes(2));
        await UntilAsync(() => place.Directory.Looks == looks + 1);
        Assert.Single(place.Log.Lines);
        place.Time.Advance(TimeSpan.FromMinutes(4));
        await UntilAsync(() => place.Log.Lines.Count == 2);
    }

    internal static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!condition()) await Task.Delay(1, patience.Token);
    }
}
