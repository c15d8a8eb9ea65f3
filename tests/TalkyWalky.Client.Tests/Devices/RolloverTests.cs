using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Authority;

namespace TalkyWalky.Client.Tests.Devices;

/// <summary>People before, during and after a new issuing CA takes over.</summary>
public sealed class RolloverTests
{
    private const string First = "CN=TalkyWalky Issuing CA, O=Example", Second = "CN=TalkyWalky Issuing CA 2, O=Example";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RollOver_WhileTwoChat_NobodyNoticesAndAThirdIsVerifiedByBoth(bool gatewayLearns)
    {
        await using var server = await MovedServer.StartAsync(gatewayLearns: gatewayLearns);
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        await SayAsync(alice, bob, "before");
        using var watching = new CancellationTokenSource();
        var breaks = BreaksAsync(alice, watching.Token);

        await server.RollOverAsync();
        await using var carol = await JoinAsync(server, "carol");
        await SayAsync(alice, carol, "who are you?");
        await SayAsync(carol, alice, "the first of the new ones");
        await SayAsync(bob, carol, "welcome");
        await SayAsync(bob, alice, "after");

        Assert.Equal([First, First], await IssuersAsync(alice));
        Assert.Equal([Second, Second], await IssuersAsync(carol));
        await watching.CancelAsync();
        Assert.Empty(await breaks);
    }

    [Fact]
    public async Task Renew_AfterTheRollover_IsByTheNewOneAndPeopleChatOn()
    {
        await using var server = await MovedServer.StartAsync(gatewayLearns: false);
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        await SayAsync(alice, bob, "before");
        await alice.CloseAsync();
        await bob.CloseAsync();
        await server.RollOverAsync();

        await server.MoveAsync(TimeSpan.FromDays(8)); // encryption keys are a week old
        foreach (var client in (TestClient[])[alice, bob]) await OnlineAsync(client);
        await SayAsync(bob, alice, "a week later");
        foreach (var client in (TestClient[])[alice, bob])
        {
            Assert.Equal([First, Second], await IssuersAsync(client));
            await client.CloseAsync();
        }

        await server.MoveAsync(TimeSpan.FromDays(53)); // and identities past two thirds of their life
        foreach (var client in (TestClient[])[alice, bob])
        {
            await client.OpenAsync();
            await client.UntilAsync(static status => status.Connection == ConnectionState.LoggedOut);
            Assert.IsType<LoginOutcome.LoggedIn>(await client.Chat!.LoginAsync(TestClient.Password, None));
            await client.UntilAsync(static status => status.Connection == ConnectionState.Online);
            Assert.Equal([Second, Second], await IssuersAsync(client));
        }

        await SayAsync(alice, bob, "two months later");
        await SayAsync(bob, alice, "still here");
    }

    [Fact]
    public async Task Revoke_OneOfTheOldIssuingCa_IsHonouredAfterTheRollover()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        await SayAsync(alice, bob, "before");
        await server.RollOverAsync();
        await using var carol = await JoinAsync(server, "carol");
        await SayAsync(carol, bob, "before");

        var self = await bob.Chat!.WhoAmIAsync(None);
        Assert.IsType<DeviceChange.Done>(await server.Service.RevokeDeviceAsync(self.Device, X509RevocationReason.KeyCompromise, Actor.Administrator(uid: null), None));

        Assert.Equal(Sentences.Revoked, (await bob.UntilAsync(static status => status.Connection == ConnectionState.Refused)).Trouble);
        foreach (var client in (TestClient[])[alice, carol])
        {
            var sentence = Sentences.NotSent(bob.Name, server.Clock.GetUtcNow(), server.Clock.LocalTimeZone);
            await client.UntilAsync(_ => client.SendAsync(bob, "after"), outcome => outcome is SendOutcome.Queued { Why: var why } && why.StartsWith(sentence, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Pending_ApprovedAfterTheRollover_ComesInUnderTheNewOne()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        var (second, pending) = await alice.AskToJoinAsync(server.Link);
        await using (second)
        {
            await server.RollOverAsync();
            var waiting = (await alice.DevicesAsync()).Single(one => string.Equals(one.KeyFingerprint, pending.KeyFingerprint, StringComparison.Ordinal));
            await alice.ChangeDeviceAsync(new DeviceRequest.Approve(waiting.Device.ToString()));
            Assert.IsType<EnrolOutcome.Enrolled>(await second.EnrolAsync(server.Link));
            await OnlineAsync(second);
            Assert.Equal([Second, Second], await IssuersAsync(second));
        }
    }

    private static async Task<TestClient> JoinAsync(MovedServer server, string name)
    {
        var client = await TestClient.RegisterAsync(server.Link, name, server.Environment);
        await OnlineAsync(client);
        return client;
    }

    private static async Task OnlineAsync(TestClient client)
    {
        await client.OpenAsync();
        await client.UntilAsync(static status => status.Connection == ConnectionState.Online);
    }

    private static async Task SayAsync(TestClient from, TestClient to, string text)
    {
        await from.SendAsync(to, text); // it may wait for a moment
        await to.UntilAsync(
            chat => chat.HistoryAsync(Target.Person(from.Name), 100, null, None), history => history.Any(message => string.Equals(message.Text, text, StringComparison.Ordinal)));
    }

    /// <summary>Who issued identity and encryption certificate, as the device shows them.</summary>
    private static async Task<string[]> IssuersAsync(TestClient client)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(await client.Chat!.DevicePemAsync(None));
        try
        {
            return [.. certificates.Take(2).Select(static one => one.Issuer)];
        }
        finally
        {
            foreach (var one in certificates) one.Dispose();
        }
    }

    private static async Task<List<ConnectionState>> BreaksAsync(TestClient client, CancellationToken until)
    {
        var breaks = new List<ConnectionState>();
        try
        {
            await foreach (var happening in client.Chat!.EventsAsync(long.MaxValue, until))
            {
                if (happening is ChatEvent.ConnectionChanged { State: not ConnectionState.Online and var state }) breaks.Add(state);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }

        return breaks;
    }
}
