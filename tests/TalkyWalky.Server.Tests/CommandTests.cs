using System.Text.Json;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Tests;

/// <summary>The commands of the real program, with a running server and without one.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

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
