using TalkyWalky.Client.Tests.Files;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Direct;

/// <summary>Two devices with no server between them; the server is real, and down while they talk.</summary>
public sealed class DirectTests : IAsyncLifetime
{
    private readonly TestServer _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task ServerDown_PeopleWhoNeverMet_TalkAndHaveOneHistoryAfterwards()
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await OpenAndGoDownAsync(alice, bob);
        await ConnectAsync(alice, bob);

        var sent = Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "is the server down?"));
        Assert.Equal("is the server down?", Assert.Single(await bob.ReceiveAsync(1)).Text);
        await alice.UntilAsync(bob, sent.Message.Id, MessageState.Delivered);
        Assert.IsType<OwnAnswer.Done>(await bob.Chat!.OwnAsync(new OwnRequest.MarkRead(Target.Person(alice.Name), UpTo: null), CancellationToken.None));
        await alice.UntilAsync(bob, sent.Message.Id, MessageState.Read);
        Assert.IsType<SendOutcome.Sent>(await bob.SendAsync(alice, "it is"));
        Assert.Equal("it is", Assert.Single(await alice.ReceiveAsync(1)).Text);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 50).Select(i => alice.SendAsync(bob, $"{i}"))), static outcome => Assert.IsType<SendOutcome.Sent>(outcome));
        await bob.ReceiveAsync(51);

        await BackAsync(alice, bob);
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "back again"));
        await bob.ReceiveAsync(52);
        string[] all = ["is the server down?", "it is", .. Enumerable.Range(0, 50).Select(static i => $"{i}"), "back again"];
        Assert.Equal(all, await TextsAsync(alice, bob));
        Assert.Equal(all, await TextsAsync(bob, alice));
        Assert.All(await HistoryAsync(bob, alice), static message => Assert.False(message.GapBefore));
        Assert.Equal((await HistoryAsync(alice, bob)).Select(static message => message.Id), (await HistoryAsync(bob, alice)).Select(static message => message.Id));
    }

    [Fact]
    public async Task ServerBack_OtherDevicesOfBoth_GetEachMessageOnce()
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        await using var desk = await alice.AddDeviceAsync(_server.Link);
        await using var tablet = await bob.AddDeviceAsync(_server.Link);
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "with the server"));
        await bob.ReceiveAsync(1);
        await _server.KillAsync();
        await ConnectAsync(alice, bob);
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "without"));
        await bob.ReceiveAsync(2);
        Assert.IsType<SendOutcome.Sent>(await bob.SendAsync(alice, "and back"));
        await alice.ReceiveAsync(1);

        await _server.StartAsync();
        await desk.OpenAsync();
        await tablet.OpenAsync();
        await OnlineAsync(alice, bob);
        string[] all = ["with the server", "without", "and back"];
        foreach (var (one, with) in new[] { (alice, bob), (bob, alice), (desk, bob), (tablet, alice) })
        {
            await one.UntilAsync(_ => HistoryAsync(one, with), history => history.Count >= all.Length);
            Assert.Equal(all, await TextsAsync(one, with));
        }
    }

    [Fact]
    public async Task Files_ServerDown_GoBothWaysAndReachTheOtherDevicesOnceAfterwards()
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        await using var tablet = await bob.AddDeviceAsync(_server.Link);
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "with the server"));
        await bob.ReceiveAsync(1);
        await _server.KillAsync();
        await using var network = new Relay("127.0.0.1", await ListenAsync(bob));
        Assert.IsType<DirectAnswer.Connected>(await CallAsync(alice, bob.Name, network.Port));
        var (plan, answer) = (FileTests.Sample(3_000_000), FileTests.Sample(Limits.FilePart));
        Assert.IsType<SendOutcome.Sent>(await FileTests.SendAsync(alice, MessageId.New(), Target.Person(bob.Name), plan));
        Assert.True((await bob.ReceiveAsync(2))[1].File!.IsHere);
        Assert.IsType<SendOutcome.Sent>(await FileTests.SendAsync(bob, MessageId.New(), Target.Person(alice.Name), answer));
        // One more, whose parts meet the end of the connection.
        var late = FileTests.Sample(Limits.File);
        Assert.IsType<SendOutcome.Queued>(await alice.Chat!.KeepFileAsync(MessageId.New(), Target.Person(bob.Name), late, CancellationToken.None));
        network.Cut();
        await alice.UntilAsync(LinesAsync, static lines => lines == 0);
        Assert.IsType<DirectAnswer.Connected>(await CallAsync(alice, bob.Name, network.Port));
        await bob.ReceiveAsync(3);

        await _server.StartAsync();
        await tablet.OpenAsync();
        await OnlineAsync(alice, bob);
        byte[][] files = [plan.Content.ToArray(), answer.Content.ToArray(), late.Content.ToArray()];
        foreach (var (one, with) in new[] { (alice, bob), (bob, alice), (tablet, alice) })
        {
            var history = await one.UntilAsync(_ => HistoryAsync(one, with), static history => history.Count(static message => message.File?.IsHere == true) >= 3);
            Assert.Equal(["with the server", plan.Name, answer.Name, late.Name], history.Select(static message => message.Text));
            for (var i = 0; i < files.Length; i++) Assert.Equal(files[i], await FileTests.ContentAsync(one, Target.Person(with.Name), history[i + 1]));
        }
    }

    [Fact]
    public async Task Cut_InTheMiddle_KeepsWhatWaitsAndTheNextConnectionTakesItOnce()
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await OpenAndGoDownAsync(alice, bob);
        await using var network = new Relay("127.0.0.1", await ListenAsync(bob));
        Assert.IsType<DirectAnswer.Connected>(await CallAsync(alice, bob.Name, network.Port));
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "0"));
        var sending = Enumerable.Range(1, 100).Select(i => alice.SendAsync(bob, $"{i}")).ToList();
        await bob.ReceiveAsync(10);
        network.Cut();
        Assert.All(await Task.WhenAll(sending), static outcome => Assert.True(outcome is SendOutcome.Sent or SendOutcome.Queued, outcome.ToString()));
        await alice.UntilAsync(LinesAsync, static lines => lines == 0);
        Assert.IsType<SendOutcome.Queued>(await alice.SendAsync(bob, "101"));

        Assert.IsType<DirectAnswer.Connected>(await CallAsync(alice, bob.Name, network.Port));
        var all = Enumerable.Range(0, 102).Select(static i => $"{i}").ToList();
        Assert.Equal(all, (await bob.ReceiveAsync(102)).Select(static message => message.Text));
        await BackAsync(alice, bob);
        Assert.Equal(all, await TextsAsync(bob, alice));
        Assert.Equal(all, await TextsAsync(alice, bob));
    }

    [Fact]
    public async Task Call_SomebodyElseIsThere_IsRefusedAndNothingIsSent()
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await alice.OpenAsync();
        await bob.OpenAsync();
        var port = await ListenAsync(bob);
        // As it is when somebody passes a call for himself on to bob.
        var refused = Assert.IsType<DirectAnswer.Refused>(await CallAsync(alice, "mallory", port));
        Assert.Equal($"At this address is {bob.Name}, not mallory; nothing was sent. Ask mallory for the right address.", refused.Why);
        Assert.Equal(0, await LinesAsync(bob.Chat!));
        Assert.Contains("That is you", Assert.IsType<DirectAnswer.Refused>(await CallAsync(bob, bob.Name, port)).Why, StringComparison.Ordinal);
        await bob.Chat!.DirectAsync(new DirectRequest.Stop(), CancellationToken.None);
        Assert.Contains("Nobody answers", Assert.IsType<DirectAnswer.Unreachable>(await CallAsync(alice, bob.Name, port)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_AnotherOrganisation_IsRefusedByBoth()
    {
        var elsewhere = new TestServer().WithARootOfItsOwn();
        await elsewhere.InitializeAsync();
        try
        {
            await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
            await using var stranger = await TestClient.RegisterAsync(elsewhere.Link, "alice");
            await alice.OpenAsync();
            await stranger.OpenAsync();
            var refused = Assert.IsType<DirectAnswer.Refused>(await CallAsync(stranger, alice.Name, await ListenAsync(alice)));
            Assert.StartsWith("The other device's certificate is not valid", refused.Why, StringComparison.Ordinal);
            Assert.StartsWith("The other device's certificate is not valid", Assert.IsType<DirectAnswer.Refused>(await CallAsync(alice, stranger.Name, await ListenAsync(stranger))).Why, StringComparison.Ordinal);
            Assert.Equal((0, 0), (await LinesAsync(alice.Chat!), await LinesAsync(stranger.Chat!)));
        }
        finally
        {
            await elsewhere.DisposeAsync();
        }
    }

    [Fact]
    public async Task Call_ClockADayAhead_IsNoHindrance()
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await OpenAndGoDownAsync(alice, bob);
        await alice.CloseAsync();
        await alice.OpenAsync(TestClient.Plain with { Time = new ChangedClock(TimeSpan.FromDays(1)) });
        await ConnectAsync(alice, bob);
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "from tomorrow"));
        Assert.Equal("from tomorrow", Assert.Single(await bob.ReceiveAsync(1)).Text);
        Assert.IsType<SendOutcome.Sent>(await bob.SendAsync(alice, "from today"));
        Assert.Equal("from today", Assert.Single(await alice.ReceiveAsync(1)).Text);
    }

    [Theory]
    [InlineData(-1, "")]
    [InlineData(4, "which is too long ago by this computer's clock")]
    public async Task Call_ClockWithoutCurrentStatus_IsRefusedAndSaysWhy(int days, string why)
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await OpenAndGoDownAsync(alice, bob);
        await alice.CloseAsync();
        await alice.OpenAsync(TestClient.Plain with { Time = new ChangedClock(TimeSpan.FromDays(days)) });
        var refused = Assert.IsType<DirectAnswer.Refused>(await CallAsync(alice, bob.Name, await ListenAsync(bob)));
        Assert.Contains(why, refused.Why, StringComparison.Ordinal);
        Assert.Contains("heck the clock", refused.Why, StringComparison.Ordinal);
        Assert.Equal((0, 0), (await LinesAsync(alice.Chat!), await LinesAsync(bob.Chat!)));
    }

    [Fact]
    public async Task Call_Again_ReplacesTheConnectionBefore()
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await OpenAndGoDownAsync(alice, bob);
        var port = await ListenAsync(bob);
        for (var i = 0; i < 3; i++) Assert.IsType<DirectAnswer.Connected>(await CallAsync(alice, bob.Name, port));
        await bob.UntilAsync(LinesAsync, static lines => lines == 1);
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "over the last"));
        Assert.Equal("over the last", Assert.Single(await bob.ReceiveAsync(1)).Text);
        await bob.Chat!.LogoutAsync(CancellationToken.None);
        await alice.UntilAsync(LinesAsync, static lines => lines == 0);
    }

    private static async Task ConnectAsync(TestClient from, TestClient to)
    {
        var answer = await CallAsync(from, to.Name, await ListenAsync(to));
        Assert.True(answer is DirectAnswer.Connected, answer.ToString());
    }

    private static async Task<int> ListenAsync(TestClient client)
    {
        var answer = await client.Chat!.DirectAsync(new DirectRequest.Listen("127.0.0.1", 0), CancellationToken.None);
        return Assert.IsType<DirectAnswer.State>(answer).Now.Port!.Value;
    }

    private static Task<DirectAnswer> CallAsync(TestClient from, string name, int port) =>
        from.Chat!.DirectAsync(new DirectRequest.Connect(name, "127.0.0.1", port), CancellationToken.None).WaitAsync(TestClient.Patience);

    private static async Task<int> LinesAsync(IChat chat) => Assert.IsType<DirectAnswer.State>(await chat.DirectAsync(new DirectRequest.Status(), CancellationToken.None)).Now.Lines.Count;

    /// <summary>Each has connected once, so that a list of revoked certificates is in its profile; nobody met anybody.</summary>
    private async Task OpenAndGoDownAsync(params TestClient[] clients)
    {
        foreach (var client in clients)
        {
            await client.OpenAsync();
            await client.UntilAsync(
                chat => chat.DeviceAsync(new DeviceRequest.Person(client.Name), CancellationToken.None),
                static answer => answer is DeviceAnswer.Person { Certified: [{ Standing: CertificateStanding.Good }, ..] });
        }

        await _server.KillAsync();
        foreach (var client in clients) await client.UntilAsync(static status => status.Connection == ConnectionState.Offline);
    }

    private async Task BackAsync(params TestClient[] clients)
    {
        await _server.StartAsync();
        await OnlineAsync(clients);
    }

    private static async Task OnlineAsync(params TestClient[] clients)
    {
        foreach (var client in clients) await client.UntilAsync(static status => status is { Connection: ConnectionState.Online, Outbox: 0 });
    }

    private static Task<IReadOnlyList<ChatMessage>> HistoryAsync(TestClient of, TestClient with) => of.Chat!.HistoryAsync(Target.Person(with.Name), 1000, null, CancellationToken.None);

    private static async Task<List<string>> TextsAsync(TestClient of, TestClient with) => [.. (await HistoryAsync(of, with)).Select(static message => message.Text)];
}
