using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>Sessions that must be made anew or asked for, certificates that are replaced. What led there is written into the profiles by hand.</summary>
public sealed class SessionTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Send_SealedForDevicesThatChanged_IsSealedAnewUnderTheSameId()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await bob.OpenAsync();
        await alice.OpenAsync();
        await alice.SendAsync(bob, "0");
        await alice.CloseAsync();
        await EditAsync(alice, static rows => rows.Execute("UPDATE slice SET device = ?1", DeviceId.New().ToArray()));

        await alice.OpenAsync();
        var sent = Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "1"));
        var received = await bob.ReceiveAsync(2);
        Assert.Equal(["0", "1"], received.Select(static message => message.Text));
        Assert.Equal(sent.Message.Id, received[1].Id);
        Assert.All(await bob.Chat!.HistoryAsync(Target.Person(alice.Name), 2, null, CancellationToken.None), static message => Assert.False(message.GapBefore));
        await alice.CloseAsync();
        Assert.Equal(2, await EditAsync(alice, static rows => rows.Number("SELECT count(*) FROM sending")));
    }

    [Fact]
    public async Task Receive_SessionWhoseGrantIsMissing_WaitsAsksAndOpens()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob", TestClient.Plain with { Time = new ChangedClock(TimeSpan.FromMinutes(-5), speed: 20) });
        await alice.OpenAsync();
        await bob.OpenAsync();
        await alice.SendAsync(bob, "0");
        await bob.ReceiveAsync(1);
        await bob.CloseAsync();
        await EditAsync(bob, static rows => rows.Execute("DELETE FROM receiving"));

        await bob.OpenAsync();
        await alice.SendAsync(bob, "1");
        await bob.UntilAsync(static status => status.Pending == 1);
        Assert.Equal(["0", "1"], (await bob.ReceiveAsync(2)).Select(static message => message.Text));
        await bob.UntilAsync(static status => status.Pending == 0);
    }

    [Fact]
    public async Task Open_AWeekLater_ReplacesTheEncryptionKeyAndKeepsTheOldOne()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await alice.OpenAsync();
        await alice.SendAsync(bob, "for the old key");
        var before = await EditAsync(bob, static rows => rows.Keys.All());
        await bob.OpenAsync(TestClient.Plain with { Time = new ChangedClock(TimeSpan.FromDays(8)) });
        var status = await bob.UntilAsync(static status => status.Connection == ConnectionState.Offline);
        Assert.Contains("clock", status.Trouble, StringComparison.Ordinal);
        await bob.CloseAsync();
        var after = await EditAsync(bob, static rows => rows.Keys.All());
        Assert.Equal(2, after.Count);
        Assert.Equal(before[0].Certificate, after[1].Certificate);

        await bob.OpenAsync();
        await bob.ReceiveAsync(1);
        await alice.CloseAsync();
        await alice.OpenAsync();
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "for the new key"));
        Assert.Equal(["for the old key", "for the new key"], (await bob.ReceiveAsync(2)).Select(static message => message.Text));
    }

    private static async Task<T> EditAsync<T>(TestClient client, Func<Rows, T> edit)
    {
        var opened = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(client.Folder, TestClient.Passphrase, create: false));
        await using (opened.Folder) return await opened.Folder.Database.RunAsync(edit, CancellationToken.None);
    }
}
