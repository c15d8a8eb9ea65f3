using TalkyWalky.Client;
using TalkyWalky.Client.Tests.Agent;

namespace TalkyWalky.Cli.Tests;

public sealed class PassphraseTests : IDisposable
{
    private const string Link = "talkywalky://chat.example.org:7443/join#root=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private readonly TestRun _run = new();

    public PassphraseTests()
    {
        _run.HasAProfile = false;
        var self = new MemoryChat().WhoAmIAsync(default).Result;
        _run.Enrol = _ => new EnrolOutcome.Enrolled(self);
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Register_NoTerminal_MakesAKeyFileAndUsesItAgain()
    {
        var ran = await RegisterAsync();
        Assert.Equal(0, ran.Code);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_run.Home, ".config/talkywalky/keys")));
        Assert.Contains(file, ran.Error, StringComparison.Ordinal);
        Assert.Contains("Making your keys. They never leave this computer.", ran.Error, StringComparison.Ordinal);
        Assert.Equal((await File.ReadAllTextAsync(file)).Trim(), _run.Passphrase);
        Assert.Equal(44, _run.Passphrase!.Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        }

        var first = _run.Passphrase;
        await RegisterAsync();
        Assert.Equal(first, _run.Passphrase);
    }

    [Fact]
    public async Task Register_PassphraseFile_IsUsed()
    {
        await NameFileAsync("outside", "open sesame\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(0, (await RegisterAsync()).Code);
        Assert.Equal("open sesame", _run.Passphrase);
        Assert.False(Directory.Exists(Path.Combine(_run.Home, ".config")));
    }

    [Theory]
    [InlineData("outside", "x\n", UnixFileMode.UserRead | UnixFileMode.GroupRead, "chmod 600")]
    [InlineData("outside", "\n", UnixFileMode.UserRead, "is empty")]
    [InlineData("profile/inside", "x\n", UnixFileMode.UserRead, "inside the profile")]
    [InlineData("missing", null, UnixFileMode.UserRead, "does not exist")]
    public async Task Register_BadPassphraseFile_SaysWhatToDo(string name, string? content, UnixFileMode mode, string expected)
    {
        await NameFileAsync(name, content, mode);
        var ran = await RegisterAsync();
        Assert.Equal(1, ran.Code);
        Assert.Contains(expected, ran.Error, StringComparison.Ordinal);
        Assert.Null(_run.Passphrase);
    }

    [Fact]
    public async Task Register_Pending_LoginGoesOnWithoutTheLink()
    {
        _run.Enrol = static _ => new EnrolOutcome.Pending("An administrator must approve.", TimeSpan.FromMinutes(1), new string('b', 64));
        var ran = await _run.RunAsync("right\n", ["login", "--join", Link + "&invite=T", "--user", "alice", "--password-file", "-", "--no-wait", "--json"]);
        Assert.Equal(new string('b', 64), ran.Objects[0].GetProperty("pending").GetProperty("keyFingerprint").GetString());
        Assert.Equal((3, "pending"), (ran.Code, ran.ErrorCode));
        _run.HasAProfile = true;
        var self = await _run.Chat.WhoAmIAsync(default);
        _run.Enrol = _ => new EnrolOutcome.Enrolled(self);
        Assert.Equal(0, (await _run.RunAsync("right\n", ["login", "--password-file", "-"])).Code);
        Assert.Equal(("alice", "right", Link), (_run.Registration!.User, _run.Registration.Password, _run.Registration.Link.ToString()));
        Assert.False(File.Exists(Path.Combine(_run.Profile, "enrolment")));
    }

    [Fact]
    public async Task Login_Pending_WaitsUntilApproved()
    {
        var self = await _run.Chat.WhoAmIAsync(default);
        var answers = new Queue<EnrolOutcome>(
        [
            new EnrolOutcome.Pending("Approve it.", TimeSpan.Zero, new string('b', 64)), new EnrolOutcome.Unreachable("The server is away."), new EnrolOutcome.Enrolled(self),
        ]);
        _run.Enrol = _ => answers.Dequeue();
        var ran = await _run.RunAsync("right\n", ["login", "--join", Link, "--user", "alice", "--password-file", "-"]);
        Assert.Equal(0, ran.Code);
        Assert.Contains("bbbb bbbb", ran.Error, StringComparison.Ordinal);
        Assert.Contains("The server is away.", ran.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_run.Profile, "enrolment")));
    }

    [Fact]
    public async Task Login_WaitingInterrupted_CanGoOn()
    {
        using var stop = new CancellationTokenSource();
        _run.Enrol = _ => new EnrolOutcome.Pending("Approve it.", TimeSpan.FromHours(1), new string('b', 64));
        var waiting = _run.RunAsync("right\n", ["login", "--join", Link, "--user", "alice", "--password-file", "-"], stop.Token);
        while (!File.Exists(Path.Combine(_run.Profile, "enrolment"))) await Task.Delay(10);
        await stop.CancelAsync();
        Assert.Equal(130, (await waiting).Code);
        Assert.True(File.Exists(Path.Combine(_run.Profile, "enrolment")));
    }

    [Fact]
    public async Task Register_PasswordFile_IsBoundedAndReadByLine()
    {
        var file = Path.Combine(_run.Home, "pw");
        await File.WriteAllTextAsync(file, "the password\r\nmore\n");
        await RegisterAsync(file);
        Assert.Equal("the password", _run.Registration!.Password);
        await File.WriteAllTextAsync(file, new string('x', 5000));
        Assert.Equal(2, (await RegisterAsync(file)).Code);
        Assert.Equal(2, (await RegisterAsync(Path.Combine(_run.Home, "none"))).Code);
    }

    private Task<Ran> RegisterAsync(string passwordFile = "-") =>
        _run.RunAsync("password\n", ["register", "--join", Link, "--user", "Alice", "--password-file", passwordFile]);

    private async Task NameFileAsync(string name, string? content, UnixFileMode mode)
    {
        var file = Path.Combine(_run.Home, name);
        if (content is not null) await File.WriteAllTextAsync(file, content);
        if (content is not null && !OperatingSystem.IsWindows()) File.SetUnixFileMode(file, mode);
        _run.Variables["TALKYWALKY_PASSPHRASE_FILE"] = file;
    }
}
