using System.Net.Sockets;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Authority;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Tests;

/// <summary>The real program as a process.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Serve_Ready_PrintsOneLineWithTheJoinLink()
    {
        await using var server = await ServerProcess.StartAsync(_temp["data"]);

        Assert.Matches(@"^ready https://127\.0\.0\.1:\d+ join=talkywalky://127\.0\.0\.1:\d+/join#root=[0-9a-f]{64}$", server.ReadyLine);
        Assert.True(JoinLink.TryParse(server.Join, out var link, out _));
        Assert.Equal(server.Port, link.Port);
        Assert.Equal(RootHash(server.Data), link.Root);
        Assert.Equal(0, await server.StopAsync());
        Assert.Empty(server.FurtherOutput);
    }

    [Fact]
    public async Task Serve_SignalsAloneAndTogether_StopCleanly()
    {
        foreach (var signals in (int[][])[[ServerProcess.Interrupt], [ServerProcess.Terminate], [ServerProcess.Interrupt, ServerProcess.Interrupt, ServerProcess.Terminate]])
        {
            await using var server = await ServerProcess.StartAsync(_temp["data"]);
            foreach (var signal in signals) server.Signal(signal);
            Assert.Equal(0, await server.WaitAsync());
            Assert.False(File.Exists(Path.Combine(server.Data, "admin.sock")));
        }
    }

    [Fact]
    public async Task Serve_SecondStart_KeepsRootCertificateAndPort()
    {
        string join, certificate;
        int port;
        await using (var first = await ServerProcess.StartAsync(_temp["data"]))
        {
            (join, port) = (first.Join, first.Port);
            certificate = await File.ReadAllTextAsync(_temp["data/tls/server.pem"]);
            await first.KillAsync();
        }

        await using var second = await ServerProcess.StartAsync(_temp["data"], $"127.0.0.1:{port}");
        Assert.Equal(join, second.Join);
        Assert.Equal(certificate, await File.ReadAllTextAsync(_temp["data/tls/server.pem"]));
    }

    [Fact]
    public async Task Serve_AnotherHost_NamesItInCertificateAndLink()
    {
        await using (await ServerProcess.StartAsync(_temp["data"]))
        {
        }

        await using var server = await ServerProcess.StartAsync(_temp["data"], arguments: ["--host", "chat.example.org", "--host", "192.0.2.7"]);
        Assert.StartsWith($"ready https://chat.example.org:{server.Port} join=talkywalky://chat.example.org:{server.Port}/join#root=", server.ReadyLine, StringComparison.Ordinal);
        foreach (var host in (string[])["chat.example.org", "192.0.2.7", "127.0.0.1", "localhost"])
            Assert.IsType<ServerVerification.Verified>(await VerifyAsync(server, host));
        Assert.IsType<ServerVerification.Refused>(await VerifyAsync(server, "other.example.org"));
    }

    [Fact]
    public async Task Serve_InvitePolicy_InvitesTheFirstPersonOnly()
    {
        Dictionary<string, string> invite = new() { ["TALKYWALKYD_REGISTRATION__POLICY"] = "invite" };
        await using (var first = await ServerProcess.StartAsync(_temp["data"], environment: invite))
        {
            Assert.Contains("&invite=", first.ReadyLine, StringComparison.Ordinal);
            var added = await ServerProcess.RunAsync(["user", "add", "alice", "--data", first.Data, "--password-file", "-"], "correct horse\n");
            Assert.Equal((0, "added alice\n"), (added.ExitCode, added.Output));
            await first.StopAsync();
        }

        await using var second = await ServerProcess.StartAsync(_temp["data"], environment: invite);
        Assert.DoesNotContain("invite=", second.ReadyLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_OpenSsl_VerifiesTls13AndIsRefusedTls12()
    {
        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        var root = Path.Combine(server.Data, "ca", "root.pem");

        var modern = await Tool.RunAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{server.Port}", "-CAfile", root, "-verify_return_error", "-verify_ip", "127.0.0.1", "-showcerts"]);
        Assert.Equal(0, modern.ExitCode);
        Assert.Contains("Verify return code: 0 (ok)", modern.Output, StringComparison.Ordinal);
        Assert.Contains("TLSv1.3", modern.Output, StringComparison.Ordinal);
        Assert.Equal(2, modern.Output.Split("-----BEGIN CERTIFICATE-----").Length - 1); // its own and the issuing CA's

        var old = await Tool.RunAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{server.Port}", "-tls1_2"]);
        Assert.NotEqual(0, old.ExitCode);
        Assert.Contains("alert protocol version", old.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_TicketOfAnEarlierConnection_IsAnsweredWithAWholeHandshake()
    {
        const string Request = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        string[] connect = ["s_client", "-connect", $"127.0.0.1:{server.Port}", "-CAfile", Path.Combine(server.Data, "ca", "root.pem"), "-verify_return_error", "-ign_eof"];

        var first = await Tool.RunAsync("openssl", [.. connect, "-sess_out", _temp["session"]], Request);
        Assert.Contains("HTTP/1.1 200 OK", first.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_temp["session"]), "the server gave no ticket, so the rest would show nothing");

        var second = await Tool.RunAsync("openssl", [.. connect, "-sess_in", _temp["session"]], Request);
        Assert.Contains("HTTP/1.1 200 OK", second.Output, StringComparison.Ordinal);
        Assert.Contains("New, TLSv1.3", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Reused", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_Health_AnswersLiveAndReady()
    {
        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        using var client = Client(server);
        Assert.Equal("live\n", await client.GetStringAsync("/health/live"));
        Assert.Equal("ready\n", await client.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task Serve_OversizedRequest_IsRefusedAndTheServerGoesOn()
    {
        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        using var client = Client(server);
        using var tooLarge = new ByteArrayContent(new byte[1024 * 1024]);
        using (var answer = await client.PostAsync("/v1/register", tooLarge)) Assert.InRange((int)answer.StatusCode, 400, 499);
        using var manyHeaders = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        manyHeaders.Headers.Add("X-Long", new string('a', 20_000));
        using (var answer = await client.SendAsync(manyHeaders)) Assert.Equal(431, (int)answer.StatusCode);
        Assert.Equal("live\n", await client.GetStringAsync("/health/live"));
    }

    [Fact]
    public async Task Serve_PortInUse_SaysSoInOneLine()
    {
        using var other = new TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;
        await AssertFailsAsync(["serve", "--data", _temp["data"], "--listen", $"127.0.0.1:{port}"], 1, $"port {port} on 127.0.0.1 is in use");
    }

    [Fact]
    public async Task Serve_SameDataTwice_IsRefused()
    {
        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        await AssertFailsAsync(["serve", "--data", server.Data, "--listen", "127.0.0.1:0"], 1, "talkywalky.db");
        using var client = Client(server);
        Assert.Equal("ready\n", await client.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task Serve_CorruptDatabase_SaysSoInOneLine()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await File.WriteAllBytesAsync(_temp["data/talkywalky.db"], [.. Enumerable.Range(0, 8192).Select(static i => (byte)(i * 7))]);
        await AssertFailsAsync(["serve", "--data", _temp["data"], "--listen", "127.0.0.1:0"], 1, "talkywalky.db");
    }

    [Fact]
    public async Task Serve_WrongPassphrase_SaysSoInOneLine()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await File.WriteAllTextAsync(_temp["data/ca.passphrase"], "not the passphrase\n");
        await AssertFailsAsync(["serve", "--data", _temp["data"], "--listen", "127.0.0.1:0"], 1, "passphrase");
        File.Delete(_temp["data/ca.passphrase"]);
        await AssertFailsAsync(["serve", "--data", _temp["data"], "--listen", "127.0.0.1:0"], 1, "the passphrase of the certificate authority is missing");
    }

    [Fact]
    public async Task Serve_PassphraseFromTheEnvironment_IsUsed()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        var passphrase = (await File.ReadAllTextAsync(_temp["data/ca.passphrase"])).Trim();
        File.Delete(_temp["data/ca.passphrase"]);
        await using var server = await ServerProcess.StartAsync(_temp["data"], environment: new Dictionary<string, string> { ["TALKYWALKYD_AUTHORITY__PASSPHRASE"] = passphrase });
        Assert.False(File.Exists(_temp["data/ca.passphrase"]));
    }

    [Fact]
    public async Task Serve_FolderWithOtherFiles_IsLeftAlone()
    {
        Directory.CreateDirectory(_temp["home"]);
        await File.WriteAllTextAsync(_temp["home/letter.txt"], "dear");
        await AssertFailsAsync(["serve", "--data", _temp["home"], "--listen", "127.0.0.1:0"], 1, "holds other files");
        Assert.Equal(["letter.txt"], Directory.GetFileSystemEntries(_temp["home"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Serve_FolderThatIsAFile_SaysSoInOneLine()
    {
        await File.WriteAllTextAsync(_temp["data"], "");
        await AssertFailsAsync(["serve", "--data", _temp["data"], "--listen", "127.0.0.1:0"], 1, "cannot use");
    }

    [Fact]
    public async Task Serve_BrokenConfiguration_SaysSoInOneLine()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await File.WriteAllTextAsync(_temp["data/talkywalkyd.json"], """{ "mailbox": { "maxCont": 5 } }""");
        await AssertFailsAsync(["serve", "--data", _temp["data"]], 2, "did you mean \"mailbox.maxCount\"?");
    }

    [Fact]
    public async Task Serve_EveryFile_IsTheServersAlone()
    {
        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        foreach (var entry in Directory.EnumerateFileSystemEntries(server.Data, "*", SearchOption.AllDirectories).Prepend(server.Data))
        {
            const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
            Assert.False(OperatingSystem.IsWindows() || (File.GetUnixFileMode(entry) & Others) != UnixFileMode.None, entry);
        }
    }

    [Fact]
    public async Task Serve_BreakWhileTheAuthorityWasMade_MakesItAnew()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        Directory.Move(_temp["data/ca"], _temp["data/ca.new"]);
        File.Delete(_temp["data/ca.new/issuing.pem"]);
        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        Assert.False(Directory.Exists(_temp["data/ca.new"]));
        Assert.Equal(RootHash(server.Data), JoinLink.TryParse(server.Join, out var link, out _) ? link.Root : default);
    }

    private static async Task AssertFailsAsync(string[] arguments, int code, string text)
    {
        var result = await ServerProcess.RunAsync(arguments);
        Assert.Equal(code, result.ExitCode);
        Assert.Empty(result.Output);
        var said = result.Error.TrimEnd('\n').Split('\n').Where(static line => line.StartsWith("talkywalkyd: ", StringComparison.Ordinal)).ToList();
        Assert.Contains(text, Assert.Single(said), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static Digest RootHash(string data) => CertificateAuthority.ReadAnchor(Path.Combine(data, "ca")).Hash;

    private static HttpClient Client(ServerProcess server)
    {
        using var file = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(server.Data, "ca", "root.pem"));
        var anchor = TrustAnchor.FromRoot(file.RawData);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls13;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, leaf, chain, _) => Verify(leaf, chain, anchor, "127.0.0.1") is ServerVerification.Verified;
        return new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{server.Port}") };
    }

    private static async Task<ServerVerification> VerifyAsync(ServerProcess server, string host)
    {
        using var file = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(server.Data, "ca", "root.pem"));
        var anchor = TrustAnchor.FromRoot(file.RawData);
        ServerVerification? verification = null;
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", server.Port);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = host,
            RemoteCertificateValidationCallback = (_, leaf, chain, _) =>
            {
                verification = Verify(leaf, chain, anchor, host);
                return verification is not null; // the test judges
            },
        });
        return verification!;
    }

    private static ServerVerification Verify(
        X509Certificate? leaf, X509Chain? chain, TrustAnchor anchor, string host) =>
        ServerCertificates.Verify(leaf!.GetRawCertData(), [.. chain!.ChainPolicy.ExtraStore.Select(static c => (ReadOnlyMemory<byte>)c.RawData)], anchor, host, TimeProvider.System.GetUtcNow());
}
