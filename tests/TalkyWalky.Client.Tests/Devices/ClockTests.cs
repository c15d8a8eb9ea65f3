namespace TalkyWalky.Client.Tests.Devices;

/// <summary>A computer whose clock is a day ahead or behind.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Connect_ClockADayOff_SaysBothTimesAndGoesOnWhenItIsRight(int days)
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice", server.Environment);
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob", server.Environment);
        server.Clock.Move(TimeSpan.FromDays(2)); // a server that is older than a day
        await server.SignStatusAsync();
        await bob.OpenAsync();
        Assert.IsType<SendOutcome.Sent>(await bob.SendAsync(alice, "waits for alice"));

        var wrong = new MovedClock();
        wrong.Move(TimeSpan.FromDays(2 + days));
        await alice.OpenAsync(server.Environment with { Time = wrong });
        var queued = Assert.IsType<SendOutcome.Queued>(await alice.SendAsync(bob, "waits for the clock"));
        var status = await alice.UntilAsync(static status => status is { Connection: ConnectionState.Offline, Trouble: { } why } && why.StartsWith("This device's clock says ", StringComparison.Ordinal));
        Assert.EndsWith("set the wrong one right.", status.Trouble, StringComparison.Ordinal);
        Assert.Equal(queued.Message.Id, Assert.Single(await alice.Chat!.HistoryAsync(Target.Person(bob.Name), 10, null, CancellationToken.None)).Id);
        await alice.CloseAsync();

        await alice.OpenAsync();
        Assert.Equal("waits for alice", Assert.Single(await alice.ReceiveAsync(1)).Text);
        Assert.Equal("waits for the clock", Assert.Single(await bob.ReceiveAsync(1)).Text);
    }
}
