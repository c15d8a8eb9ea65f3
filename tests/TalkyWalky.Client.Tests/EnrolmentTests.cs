using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

public sealed class EnrolmentTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly ClientEnvironment Plain = TestClient.Plain;

    [Fact]
    public async Task Register_WrongRoot_SendsNothingAndLeavesNothing()
    {
        var folder = TestClient.NewFolder();
        var link = server.Link with { Root = Digest.Sha256("another"u8) };
        var refused = Assert.IsType<EnrolOutcome.Refused>(await RegisterAsync(folder, link, TestClient.NewName("alice")));
        Assert.Contains("not the one that the join link names", refused.Why, StringComparison.Ordinal);
        Assert.IsType<ChatOpening.NoProfile>(await LocalChat.OpenAsync(folder, "x", Plain, CancellationToken.None));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Register_HostThatTheCertificateDoesNotName_IsRefused()
    {
        var folder = TestClient.NewFolder();
        await using var relay = new Relay("127.0.0.2", server.Port);
        var link = server.Link with { Host = "127.0.0.2", Port = relay.Port };
        var refused = Assert.IsType<EnrolOutcome.Refused>(await RegisterAsync(folder, link, TestClient.NewName("alice")));
        Assert.Contains("could not prove", refused.Why, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Register_NobodyListens_IsUnreachable()
    {
        var folder = TestClient.NewFolder();
        var outcome = Assert.IsType<EnrolOutcome.Unreachable>(await RegisterAsync(folder, server.Link with { Port = 1 }, TestClient.NewName("alice")));
        Assert.Contains("Could not reach", outcome.Why, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Register_TakenName_IsRefusedAndTheFolderStaysFree()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        var folder = TestClient.NewFolder();
        var refused = Assert.IsType<EnrolOutcome.Refused>(await RegisterAsync(folder, server.Link, alice.Name));
        Assert.Contains(alice.Name, refused.Why, StringComparison.Ordinal);
        Assert.IsType<EnrolOutcome.Enrolled>(await RegisterAsync(folder, server.Link, TestClient.NewName("alice")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Register_EnrolledProfile_Exists()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        Assert.IsType<EnrolOutcome.ProfileExists>(await RegisterAsync(alice.Folder, server.Link, alice.Name));
        Assert.IsType<EnrolOutcome.ProfileExists>(await RegisterAsync(alice.Folder, server.Link, "someone-else"));
        Assert.IsType<EnrolOutcome.WrongPassphrase>(await Enrolment.RegisterAsync(
            alice.Folder, "wrong", new Registration(server.Link, alice.Name, TestClient.Password, null, null), null, Plain, CancellationToken.None));
    }

    [Fact]
    public async Task Register_CutOffAtAnyStep_GoesOnToTheEnd()
    {
        foreach (var step in (EnrolmentStep[])[EnrolmentStep.Registering, EnrolmentStep.MakingKeys, EnrolmentStep.RequestingCertificates])
        {
            var (folder, name) = (TestClient.NewFolder(), TestClient.NewName("alice"));
            using var cut = new CancellationTokenSource();
            var registration = new Registration(server.Link, name, TestClient.Password, null, null);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Enrolment.RegisterAsync(
                folder, TestClient.Passphrase, registration, new CutAt(step, cut), Plain, cut.Token));
            Assert.IsType<ChatOpening.Unfinished>(await LocalChat.OpenAsync(folder, TestClient.Passphrase, Plain, CancellationToken.None));
            var outcome = await RegisterAsync(folder, server.Link, name);
            Assert.True(outcome is EnrolOutcome.Enrolled, $"{step}: {outcome}");
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Open_ProfileInUse_SaysSo()
    {
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice");
        await alice.OpenAsync();
        Assert.IsType<ChatOpening.InUse>(await LocalChat.OpenAsync(alice.Folder, TestClient.Passphrase, Plain, CancellationToken.None));
        Assert.IsType<EnrolOutcome.ProfileInUse>(await RegisterAsync(alice.Folder, server.Link, alice.Name));
    }

    private static Task<EnrolOutcome> RegisterAsync(string folder, JoinLink link, string name) => Enrolment.RegisterAsync(
        folder, TestClient.Passphrase, new Registration(link, name, TestClient.Password, null, null), null, Plain, CancellationToken.None).WaitAsync(TestClient.Patience);

    private sealed class CutAt(EnrolmentStep step, CancellationTokenSource source) : IProgress<EnrolmentStep>
    {
        public void Report(EnrolmentStep value)
        {
            if (value == step) source.Cancel();
        }
    }
}
