using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using TalkyWalky.Pki;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Hosting;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Tests;

/// <summary>The commands of the real program, with a running server and without one.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Doctor_WithoutADirectoryOfOnesOwn_SaysThatThereIsNothingToLookAt()
    {
        var told = await RunAsync("", "doctor");
        Assert.Equal((0, ""), (told.ExitCode, told.Error));
        Assert.Equal(
            [
                "directory   accounts     good     built into this server: there is no directory to look at",
                "store       file         good     in the data folder: there is no database to look at",
                "broker      file         good     in the data folder: there is no RabbitMQ to look at",
                "authority   open         skipped  none yet: the first start makes it",
            ],
            told.Output.Split('\n')[..4]);
        Assert.StartsWith("clock       synchronised", told.Output.Split('\n')[4], StringComparison.Ordinal);
        var report = JsonDocument.Parse((await RunAsync("", "doctor", "--part", "store", "--json")).Output).RootElement;
        Assert.True(report.GetProperty("healthy").GetBoolean());
        Assert.Equal("store", Assert.Single(report.GetProperty("findings").EnumerateArray()).GetProperty("part").GetString());
        await FailsAsync(2, "there is no part \"stores\"; give one of directory, store, broker, authority, clock", "", "doctor", "--part", "stores");
    }

    [Fact]
    public async Task Doctor_AuthorityIsThere_SaysUntilWhen()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        var told = await RunAsync("", "doctor", "--part", "authority");
        Assert.Equal(["open", "root", "issuing", "root-crl"], told.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        Assert.DoesNotContain("bad", told.Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_temp["data/ca/issuing.pem"], "nothing");
        Assert.Contains("authority   open         bad", (await RunAsync("", "doctor", "--part", "authority")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_DirectoryOutOfReach_SaysSo_AndEndsWith1()
    {
        Directory.CreateDirectory(_temp["data"]);
        await File.WriteAllTextAsync(_temp["data/talkywalkyd.json"], $$"""{ "directory": { "type": "openldap", "servers": ["ldap://127.0.0.1:{{Ports.Free()}}"], "base": "dc=example,dc=org" } }""");
        var told = await RunAsync("", "doctor", "--json");
        Assert.Equal(1, told.ExitCode);
        var report = JsonDocument.Parse(told.Output).RootElement;
        Assert.False(report.GetProperty("healthy").GetBoolean());
        var connect = report.GetProperty("findings")[0];
        Assert.Equal(("directory", "connect", "bad"), (connect.GetProperty("part").GetString(), connect.GetProperty("check").GetString(), connect.GetProperty("verdict").GetString()));
        Assert.Contains("directory.servers", connect.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_PasswordFileMissing_SaysSo()
    {
        Directory.CreateDirectory(_temp["data"]);
        await File.WriteAllTextAsync(
            _temp["data/talkywalkyd.json"],
            """{ "directory": { "type": "openldap", "servers": ["ldap://127.0.0.1"], "base": "dc=example,dc=org", "bindDn": "cn=a,dc=example,dc=org", "passwordFile": "/nowhere" } }""");
        var told = await RunAsync("", "doctor");
        Assert.Equal(1, told.ExitCode);
        Assert.Contains("/nowhere, named by directory.passwordFile, is missing or empty", told.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_DatabaseOutOfReach_SaysSo_AndEndsWith1()
    {
        Directory.CreateDirectory(_temp["data"]);
        await File.WriteAllTextAsync(_temp["data/talkywalkyd.json"], $$"""{ "store": { "type": "postgres", "servers": ["127.0.0.1:{{Ports.Free()}}"] } }""");
        var told = await RunAsync("", "doctor", "--json");
        Assert.Equal(1, told.ExitCode);
        var connect = JsonDocument.Parse(told.Output).RootElement.GetProperty("findings").EnumerateArray().First(static finding => finding.GetProperty("part").GetString() is "store");
        Assert.Equal(("connect", "bad"), (connect.GetProperty("check").GetString(), connect.GetProperty("verdict").GetString()));
        Assert.Contains("store.servers", connect.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from embedded --to embedded", 2, "--from and --to are the same")]
    [InlineData("--from embedded --to mysql", 2, "mysql")]
    [InlineData("--from embedded", 2, "--to")]
    [InlineData("--from embedded --to postgres", 2, "needs store.servers")]
    public async Task StoreMigrate_WrongOptions_SaysWhatToGive(string options, int exit, string told)
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await FailsAsync(exit, told, "", ["store", "migrate", .. options.Split(' ')]);
    }

    [Fact]
    public async Task StoreMigrate_WithoutAServersFolder_SaysSo() => await FailsAsync(1, "holds no server", "", "store", "migrate", "--from", "embedded", "--to", "postgres");

    [Fact]
    public async Task User_StoppedAndRunning_WorkOnTheSameAccounts()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await DoneAsync("added alice\n", "correct horse\n", "user", "add", "alice", "--full-name", "Alice Martin", "--password-file", "-");
        await FailsAsync(1, "username \"alice\" is taken", "correct horse\n", "user", "add", "alice", "--password-file", "-");

        await using (var server = await ServerProcess.StartAsync(_temp["data"]))
        {
            await DoneAsync("added bob\n", "correct horse\n", "user", "add", "bob", "--password-file", "-");
            await DoneAsync("disabled alice\n", "", "user", "disable", "alice");
            await DoneAsync("unlocked bob\n", "", "user", "unlock", "bob");
            await FailsAsync(1, "there is no user \"carol\"", "", "user", "enable", "carol");
            var invited = await RunAsync("", "user", "invite", "carol");
            Assert.StartsWith(server.Join + "&invite=", invited.Output, StringComparison.Ordinal);
            await server.KillAsync(); // leaves admin.sock behind
        }

        Assert.True(File.Exists(_temp["data/admin.sock"]));
        await DoneAsync("enabled alice\n", "", "user", "enable", "alice");
        await File.WriteAllTextAsync(_temp["password"], "battery staple\nsecond line\n");
        await DoneAsync("new password for bob\n", "", "user", "passwd", "bob", "--password-file", _temp["password"]);
        var list = await RunAsync("", "user", "list", "--json");
        var users = list.Output.TrimEnd('\n').Split('\n').Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["alice", "bob"], users.Select(static user => user.GetProperty("username").GetString()));
        Assert.All(users, static user => Assert.True(user.GetProperty("enabled").GetBoolean()));

        var stopped = await RunAsync("", "user", "invite", "--json");
        Assert.True(JoinLink.TryParse(JsonDocument.Parse(stopped.Output).RootElement.GetProperty("join").GetString(), out var link, out _));
        Assert.NotNull(link.Invitation);
    }

    [Fact]
    public async Task Device_StoppedAndRunning_SaysWhatIsWrong()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await DoneAsync("", "", "device", "list", "--json");
        await FailsAsync(1, "there is no device 00000000; see: talkywalkyd device list", "", "device", "approve", "00000000");
        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        await DoneAsync("", "", "device", "list", "--json");
        await FailsAsync(1, "there is no user \"carol\"", "", "device", "list", "--user", "carol");
        await FailsAsync(1, "there is no device 00000000; see: talkywalkyd device list", "", "device", "revoke", "00000000");
        await FailsAsync(1, "at least its first 4 digits", "", "device", "name", "abc", "desk");
    }

    [Fact]
    public async Task CaInit_Twice_IsRefused()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await FailsAsync(1, "has a certificate authority already", "", "ca", "init");
    }

    [Fact]
    public async Task CaInit_OwnPassphrase_IsNotStored()
    {
        await File.WriteAllTextAsync(_temp["passphrase"], "my own passphrase\n");
        var made = await RunAsync("", "ca", "init", "--passphrase-file", _temp["passphrase"]);
        Assert.Equal(0, made.ExitCode);
        Assert.False(File.Exists(_temp["data/ca.passphrase"]));
        Assert.DoesNotContain("my own passphrase", made.Output + made.Error, StringComparison.Ordinal);

        await FailsAsync(1, "the passphrase of the certificate authority is missing", "", "serve", "--listen", "127.0.0.1:0");
        var given = new Dictionary<string, string> { ["TALKYWALKYD_AUTHORITY__PASSPHRASEFILE"] = _temp["passphrase"] };
        await using var server = await ServerProcess.StartAsync(_temp["data"], environment: given);
    }

    [Fact]
    public async Task CaShow_Pem_IsReadByOpenSsl()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        var pem = await RunAsync("", "ca", "show", "--pem");
        await File.WriteAllTextAsync(_temp["root.pem"], pem.Output);
        var read = await Tool.RunAsync("openssl", ["x509", "-in", _temp["root.pem"], "-noout", "-subject", "-fingerprint", "-sha256"]);
        Assert.Equal(0, read.ExitCode);

        var json = JsonDocument.Parse((await RunAsync("", "ca", "show", "--json")).Output).RootElement;
        Assert.Equal(64, json.GetProperty("root").GetString()!.Length);
        Assert.Contains(json.GetProperty("fingerprint").GetString()!, read.Output.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant(), StringComparison.Ordinal);
        var key = await Tool.RunAsync("openssl", ["pkey", "-in", _temp["data/ca/issuing.key"], "-passin", $"file:{_temp["data/ca.passphrase"]}", "-noout"]);
        Assert.Equal(0, key.ExitCode);
    }

    [Fact]
    public async Task CaRollover_StoppedAndRunning_TheServersOwnCertificateFollows()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        Assert.StartsWith("issuing CA 2 ", (await RunAsync("", "ca", "rollover")).Output, StringComparison.Ordinal);
        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        Assert.Equal("CN=TalkyWalky Issuing CA 2", Issuer());
        Assert.StartsWith("issuing CA 3 ", (await RunAsync("", "ca", "rollover")).Output, StringComparison.Ordinal);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (Issuer() is not "CN=TalkyWalky Issuing CA 3") await Task.Delay(50, patience.Token);

        var issuing = JsonDocument.Parse((await RunAsync("", "ca", "show", "--json")).Output).RootElement.GetProperty("issuing").EnumerateArray().Take(2).ToList();
        Assert.Equal([(3, true, 1), (2, false, 1)], issuing.Select(static one => (one.GetProperty("number").GetInt32(), one.GetProperty("signs").GetBoolean(), one.GetProperty("certificates").GetInt32())));
        var listed = (await RunAsync("", "ca", "list", "--json")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement);
        Assert.Equal([2, 3], listed.Where(static one => one.GetProperty("kind").GetString() is "server").Select(static one => one.GetProperty("issuing")).Where(static one => one.ValueKind is JsonValueKind.Number).Select(static one => one.GetInt32()).Where(static number => number > 1).Order());
        await FailsAsync(1, "no request waits", "", "ca", "rollover", "--import", _temp["data/ca/issuing.pem"]);
        await FailsAsync(2, "exclude each other", "", "ca", "rollover", "--import", "a", "--request", "b");

        string Issuer()
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(_temp["data/tls/server.pem"]));
            return certificate.Issuer.Split(',')[0];
        }
    }

    [Fact]
    public async Task CaRollover_GatewayApart_TakesItsNextCertificateWithWhatItHasOfTheAuthority()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await File.WriteAllTextAsync(_temp["before.pem"], (await RunAsync("", "ca", "show", "--pem")).Output);
        Assert.StartsWith("issuing CA 2 ", (await RunAsync("", "ca", "rollover")).Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_temp["after.pem"], (await RunAsync("", "ca", "show", "--pem")).Output);
        Assert.Equal(0, (await RunAsync("", "ca", "issue", "--host", "chat.example.org", "--out", _temp["tls"])).ExitCode);

        var files = new RoleSettings(ServerRoles.Gateway, AuthorityAddress: null, CertificatesFile: null, _temp["tls/server.pem"], _temp["tls/server.key"], []);
        foreach (var known in new[] { "before.pem", "after.pem" })
        {
            using var identity = TlsFiles.Read(files, AuthorityCertificates.Read(_temp[known]), "chat.example.org", DateTimeOffset.UtcNow);
            Assert.Contains("CN=TalkyWalky Issuing CA 2", X509Certificate2.CreateFromPem(identity.ToPem()).Issuer, StringComparison.Ordinal);
        }

        Assert.Equal([1, 2], new[] { "before.pem", "after.pem" }.Select(file => AuthorityCertificates.Read(_temp[file]).Issuing().Count));
        Assert.Throws<ServerException>(() => TlsFiles.Read(files, AuthorityCertificates.Read(_temp["before.pem"]), "other.example.org", DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task CaIssue_RunningAndStopped_MakesAKeyAndItsCertificate()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await IssueServerAsync();
        await using (await ServerProcess.StartAsync(_temp["data"])) await IssueServerAsync();
        await FailsAsync(1, "neither a host name nor an address", "", "ca", "issue", "--host", "chat_example", "--out", _temp["tls"]);
        await FailsAsync(1, "give another folder with --out", "", "ca", "issue", "--host", "chat.example.org", "--out", "/proc/tls");
    }

    private async Task IssueServerAsync()
    {
        await File.WriteAllTextAsync(_temp["authority.pem"], (await RunAsync("", "ca", "show", "--pem")).Output);
        var made = JsonDocument.Parse((await RunAsync("", "ca", "issue", "--host", "chat.example.org", "--host", "10.0.0.9", "--out", _temp["tls"], "--json")).Output).RootElement;
        Assert.Equal((_temp["tls/server.pem"], _temp["tls/server.key"]), (made.GetProperty("certificate").GetString(), made.GetProperty("key").GetString()));
        foreach (var file in new[] { "tls/server.pem", "tls/server.key" }) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_temp[file]));
        var authority = AuthorityCertificates.Read(_temp["authority.pem"]);
        using var certificate = X509Certificate2.CreateFromPemFile(_temp["tls/server.pem"], _temp["tls/server.key"]);
        Assert.Equal(made.GetProperty("serial").GetString()!.TrimStart('0'), certificate.SerialNumber.ToLowerInvariant().TrimStart('0'));
        foreach (var host in new[] { "chat.example.org", "10.0.0.9" })
            Assert.IsType<ServerVerification.Verified>(ServerCertificates.Verify(certificate.RawData, authority.Issuing(), authority.Anchor, host, DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task User_NoServerThere_SaysHowToMakeOne() => await FailsAsync(1, "talkywalkyd ca init --data", "", "user", "list");

    [Theory]
    [InlineData("did you mean \"user\"?", "usr")]
    [InlineData("did you mean \"invite\"?", "user", "invit", "bob")]
    [InlineData("NAME is missing", "user", "disable")]
    [InlineData("--days", "user", "invite", "--days", "soon")]
    [InlineData("--listen", "serve", "--listen", "here")]
    [InlineData("exclude each other", "ca", "show", "--pem", "--json")]
    public async Task Usage_Wrong_IsOneLineAndCode2(string text, params string[] arguments) => await FailsAsync(2, text, "", arguments);

    [Fact]
    public async Task User_PasswordWithoutTerminal_AsksForAFile()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await FailsAsync(2, "--password-file", "", "user", "add", "alice");
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("ca", "init")]
    [InlineData("ca", "show")]
    [InlineData("ca", "issue")]
    [InlineData("ca", "renew")]
    [InlineData("ca", "crl")]
    [InlineData("ca", "list")]
    [InlineData("ca", "revoke")]
    [InlineData("ca", "audit")]
    [InlineData("ca", "export")]
    [InlineData("ca", "request")]
    [InlineData("ca", "import")]
    [InlineData("ca", "rollover")]
    [InlineData("user", "add")]
    [InlineData("user", "invite")]
    [InlineData("user", "list")]
    [InlineData("user", "enable")]
    [InlineData("user", "disable")]
    [InlineData("user", "passwd")]
    [InlineData("user", "unlock")]
    public async Task Help_EveryCommand_EndsWithExamples(params string[] command)
    {
        var help = await ServerProcess.RunAsync([.. command, "--help"]);
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("Examples:\n  ", help.Output, StringComparison.Ordinal);
        Assert.Contains($"talkywalkyd {string.Join(' ', command)}", help.Output[help.Output.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    private Task<CommandResult> RunAsync(string input, params string[] arguments) => ServerProcess.RunAsync([.. arguments, "--data", _temp["data"]], input);

    private async Task DoneAsync(string output, string input, params string[] arguments)
    {
        var result = await RunAsync(input, arguments);
        Assert.Equal((0, output, ""), (result.ExitCode, result.Output, result.Error));
    }

    private async Task FailsAsync(int code, string text, string input, params string[] arguments)
    {
        var result = await RunAsync(input, arguments);
        Assert.Equal(code, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains(text, Assert.Single(result.Error.TrimEnd('\n').Split('\n'), static line => line.StartsWith("talkywalkyd: ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
