using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>The server is killed, the client is closed, profiles are copied: nothing is lost, nothing comes twice.</summary>
public sealed class CrashTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Send_ServerKilledInTheMiddle_AllArriveOnceInOrder()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        const int Count = 1000;
        var sending = Enumerable.Range(0, Count).Select(i => alice.SendAsync(bob, $"{i}")).ToList();
        await bob.ReceiveAsync(100);
        await server.KillAsync();
        await server.StartAsync();

        var received = await bob.ReceiveAsync(Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(static i => $"{i}"), received.Select(static message => message.Text));
        Assert.DoesNotContain(await Task.WhenAll(sending), static outcome => outcome is SendOutcome.Refused or SendOutcome.NotLoggedIn);
        await alice.UntilAsync(static status => status.Outbox == 0);
        await alice.SendAsync(bob, "end");
        Assert.Equal("end", (await bob.ReceiveAsync(1, received[^1].Sequence))[0].Text);
        Assert.All(await bob.Chat!.HistoryAsync(Target.Person(alice.Name), Count + 1, null, CancellationToken.None), static message => Assert.False(message.GapBefore));
    }

    [Fact]
    public async Task Send_ConnectionsCutAgainAndAgain_AllArriveOnceInOrder()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        const int Count = 1000;
        var sending = Enumerable.Range(0, Count).Select(i => alice.SendAsync(bob, $"{i}")).ToList();
        foreach (var cutAt in (int[])[50, 200, 600])
        {
            await bob.ReceiveAsync(cutAt);
            server.Cut();
        }

        var received = await bob.ReceiveAsync(Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(static i => $"{i}"), received.Select(static message => message.Text));
        Assert.DoesNotContain(await Task.WhenAll(sending), static outcome => outcome is SendOutcome.Refused or SendOutcome.NotLoggedIn);
        await alice.UntilAsync(static status => status.Outbox == 0);
    }

    [Fact]
    public async Task Send_IdOfAClearedMessage_IsRefusedAndNotSentTwice()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        var (id, to) = (MessageId.New(), Target.Person(bob.Name));
        Assert.IsType<SendOutcome.Sent>(await alice.Chat!.SendAsync(id, to, "once", CancellationToken.None));
        await bob.ReceiveAsync(1);
        await alice.CloseAsync();
        await using (var folder = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(alice.Folder, TestClient.Passphrase, create: false)).Folder)
            Assert.Equal(1, await HistoryClearing.ClearAsync(folder.Database, conversation: null, CancellationToken.None));

        await alice.OpenAsync();
        Assert.IsType<SendOutcome.Refused>(await alice.Chat!.SendAsync(id, to, "once", CancellationToken.None));
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "and then"));
        Assert.Equal(["once", "and then"], (await bob.ReceiveAsync(2)).Select(static message => message.Text));
    }

    [Fact]
    public async Task Send_ServerAway_QueuesAndGoesOutAfterARestartOfBoth()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await server.KillAsync();
        try
        {
            await alice.OpenAsync();
            // Bob was never looked up: even his name must wait.
            var queued = Assert.IsType<SendOutcome.Queued>(await alice.SendAsync(bob, "written offline"));
            Assert.Contains("Could not reach the server", queued.Why, StringComparison.Ordinal);
            Assert.Equal(1, (await alice.Chat!.StatusAsync(CancellationToken.None)).Outbox);
            Assert.Equal("written offline", Assert.Single(await alice.Chat!.HistoryAsync(Target.Person(bob.Name), 10, null, CancellationToken.None)).Text);
            await alice.CloseAsync();
        }
        finally
        {
            await server.StartAsync();
        }

        await alice.OpenAsync();
        await bob.OpenAsync();
        Assert.Equal("written offline", Assert.Single(await bob.ReceiveAsync(1)).Text);
        await alice.UntilAsync(static status => status.Outbox == 0);
    }

    [Fact]
    public async Task Open_ProfileRestoredFromACopy_SendsInNewSessionsAndLosesNothing()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await bob.OpenAsync();
        await alice.OpenAsync();
        await alice.SendAsync(bob, "0");
        await alice.CloseAsync();
        await using var copy = alice.Copy();
        await alice.OpenAsync();
        await alice.SendAsync(bob, "1");
        await alice.CloseAsync();

        await copy.OpenAsync();
        Assert.IsType<SendOutcome.Sent>(await copy.SendAsync(bob, "2"));
        Assert.Equal(["0", "1", "2"], (await bob.ReceiveAsync(3)).Select(static message => message.Text));
    }

    [Fact]
    public async Task Open_TheSameDeviceTwice_StopsTheFirstWithAReason()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var copy = alice.Copy();
        await alice.OpenAsync();
        await alice.UntilAsync(static status => status.Connection == ConnectionState.Online);
        await copy.OpenAsync();
        var status = await alice.UntilAsync(static status => status.Connection == ConnectionState.Refused);
        Assert.Contains("another place", status.Trouble, StringComparison.Ordinal);
    }
}
