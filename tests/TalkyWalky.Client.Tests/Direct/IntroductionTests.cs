using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Client.Direct;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Direct;

/// <summary>What the authority said of a person's devices is kept, and holds when the server is gone. The person's replaced certificate stands for one that the CA signed and the authority does not name.</summary>
public sealed class IntroductionTests : IAsyncLifetime
{
    private const string Unnamed = "This is not a device that the authority named for ";

    private readonly TestServer _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Call_CertificateThatTheAuthorityDoesNotName_IsRefusedWithAndWithoutTheServer()
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await using var replaced = await ReplaceAsync(bob);
        await OpenAsync(alice);
        await replaced.OpenAsync();
        var port = await ListenAsync(replaced);
        // A busy server may not answer in time.
        var refused = await alice.UntilAsync(_ => CallAsync(alice, bob.Name, port), static answer => answer is DirectAnswer.Refused);
        Assert.StartsWith($"{Unnamed}{bob.Name} on ", ((DirectAnswer.Refused)refused).Why, StringComparison.Ordinal);

        await _server.KillAsync();
        Assert.StartsWith(Unnamed, Assert.IsType<DirectAnswer.Refused>(await CallAsync(alice, bob.Name, port)).Why, StringComparison.Ordinal);
        await alice.CloseAsync();
        await alice.OpenAsync();
        Assert.StartsWith(Unnamed, Assert.IsType<DirectAnswer.Refused>(await CallAsync(alice, bob.Name, port)).Why, StringComparison.Ordinal);

        await replaced.CloseAsync();
        await bob.OpenAsync();
        Assert.IsType<DirectAnswer.Connected>(await CallAsync(alice, bob.Name, await ListenAsync(bob)));

        await alice.CloseAsync();
        using var old = await Handshakes.LoadAsync(replaced);
        var held = await LookAsync(alice, old.Encryption, TimeSpan.FromHours(71));
        Assert.StartsWith(Unnamed, held.Refusal, StringComparison.Ordinal);
        Assert.Equal(old.Identity.User, held.Named);
        Assert.Null((await LookAsync(alice, old.Identity, TimeSpan.Zero)).Refusal);
        Assert.Equal((null, null), await LookAsync(alice, old.Encryption, TimeSpan.FromHours(73))); // too old to count
        Assert.Equal((null, null), await LookAsync(alice, old.Encryption, TimeSpan.Zero, static token => token[^10] = token[^10] == (byte)'A' ? (byte)'B' : (byte)'A')); // nothing that the authority said
    }

    [Fact]
    public async Task Listen_WithAServer_AsksAboutThoseOneWroteToAndRefusesTheirReplacedCertificates()
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await using var replaced = await ReplaceAsync(bob);
        await OpenAsync(alice);
        await bob.OpenAsync();
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "come closer"));
        await bob.ReceiveAsync(1);
        await bob.CloseAsync();

        var port = await ListenAsync(alice);
        await replaced.OpenAsync();
        var refused = await replaced.UntilAsync(_ => CallAsync(replaced, alice.Name, port), static answer => answer is DirectAnswer.Refused);
        Assert.StartsWith($"{Unnamed}{bob.Name} on ", ((DirectAnswer.Refused)refused).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_DeviceThatCameAfterTheIntroduction_IsTaken()
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await OpenAsync(alice, bob);
        Assert.IsType<DirectAnswer.Connected>(await CallAsync(alice, bob.Name, await ListenAsync(bob)));
        await using var tablet = await bob.AddDeviceAsync(_server.Link);
        await OpenAsync(tablet);
        await _server.KillAsync();
        await alice.UntilAsync(static status => status.Connection == ConnectionState.Offline);
        await bob.CloseAsync();
        Assert.IsType<DirectAnswer.Connected>(await CallAsync(alice, bob.Name, await ListenAsync(tablet)));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(0, false)]
    public async Task Call_StatusOlderThanAnHour_IsSaid(int hours, bool isSaid)
    {
        await using var alice = await TestClient.RegisterAsync(_server.Link, "alice");
        await using var bob = await TestClient.RegisterAsync(_server.Link, "bob");
        await OpenAsync(alice, bob);
        await _server.KillAsync();
        await alice.CloseAsync();
        await alice.OpenAsync(TestClient.Plain with { Time = new ChangedClock(TimeSpan.FromHours(hours)) });
        Assert.IsType<DirectAnswer.Connected>(await CallAsync(alice, bob.Name, await ListenAsync(bob)));
        var notice = await alice.UntilEventAsync<ChatEvent.Notice>(static one => one.Text.StartsWith("Connected directly", StringComparison.Ordinal));
        Assert.Equal(isSaid, notice.Text.EndsWith(": older than an hour, because there is no server.", StringComparison.Ordinal));
    }

    /// <summary>The person as before the encryption certificate was replaced, which is now another.</summary>
    private static async Task<TestClient> ReplaceAsync(TestClient bob)
    {
        await OpenAsync(bob);
        await bob.CloseAsync();
        var before = bob.Copy();
        using var old = await Handshakes.LoadAsync(before);

        // The certificate is replaced before the gateway says that the clock is wrong.
        await bob.OpenAsync(TestClient.Plain with { Time = new ChangedClock(TimeSpan.FromDays(8)) });
        var pem = System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", old.Encryption.Der.Span);
        await bob.UntilAsync(static chat => chat.DevicePemAsync(CancellationToken.None), now => !now.Contains(pem, StringComparison.Ordinal));
        await bob.CloseAsync();

        // What was issued in the second of an introduction, or later, need not be named by it.
        var issued = old.Encryption.NotBefore.AddHours(1);
        while (DateTimeOffset.UtcNow < issued.AddSeconds(2)) await Task.Delay(50, CancellationToken.None);
        return before;
    }

    /// <summary>What a profile's introductions say of a certificate, and of its name, so much later.</summary>
    private static async Task<(string? Refusal, UserId? Named)> LookAsync(TestClient client, VerifiedDevice certificate, TimeSpan later, Action<byte[]>? change = null)
    {
        await using var folder = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(client.Folder, TestClient.Passphrase, create: false)).Folder;
        if (change is not null)
        {
            var token = Assert.Single(await folder.Database.RunAsync(static rows => rows.Introductions.All(), CancellationToken.None));
            change(token);
            await folder.Database.RunAsync(rows => rows.Introductions.Save(certificate.User, DateTimeOffset.UtcNow, token, oldest: DateTimeOffset.UnixEpoch), CancellationToken.None);
        }

        var connection = new ConnectionStatus(new EventHub(folder.Database));
        connection.Set(ConnectionState.Offline, null);
        var desk = new IntroductionDesk(folder.Database, connection, TestClient.Plain with { Time = new ChangedClock(later) }, NullLogger.Instance);
        Assert.Null(await desk.PrepareAsync(new DirectRequest.Listen(null, 0), CancellationToken.None));
        return (desk.Refusal(certificate), desk.UserOf(certificate.Username));
    }

    /// <summary>Online, with a list of revoked certificates in the profile.</summary>
    private static async Task OpenAsync(params TestClient[] clients)
    {
        foreach (var client in clients)
        {
            await client.OpenAsync();
            await client.UntilAsync(
                chat => chat.DeviceAsync(new DeviceRequest.Person(client.Name), CancellationToken.None),
                static answer => answer is DeviceAnswer.Person { Certified: [{ Standing: CertificateStanding.Good }, ..] });
        }
    }

    private static async Task<int> ListenAsync(TestClient client)
    {
        var answer = await client.Chat!.DirectAsync(new DirectRequest.Listen("127.0.0.1", 0), CancellationToken.None);
        return Assert.IsType<DirectAnswer.State>(answer).Now.Port!.Value;
    }

    private static Task<DirectAnswer> CallAsync(TestClient from, string name, int port) =>
        from.Chat!.DirectAsync(new DirectRequest.Connect(name, "127.0.0.1", port), CancellationToken.None).WaitAsync(TestClient.Patience);
}
