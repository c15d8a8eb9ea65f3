using System.Diagnostics.CodeAnalysis;
using TalkyWalky.Testing;

namespace TalkyWalky.Cli.Tests;

/// <summary>The program as a process against the server as a process, as a person would use them.</summary>
public sealed class ProgramTests(TwoPeople people) : IClassFixture<TwoPeople>
{
    private CliProcess Alice => people.Alice;

    private CliProcess Bob => people.Bob;

    [Fact]
    public async Task SendAndListen_BothWays_PrintEachOnce()
    {
        Assert.Equal(0, (await Alice.RunAsync("send", "--to", "bob", "héllo 😀")).Code);
        var heard = await Bob.RunAsync("listen", "--count", "1", "--timeout", "300", "--json");
        Assert.Equal(0, heard.Code);
        var message = heard.Objects.Single();
        Assert.Equal(("alice", "héllo 😀", true), (message.GetProperty("from").GetString(), message.GetProperty("text").GetString(), message.GetProperty("verified").GetBoolean()));
        Assert.Equal(0, (await Bob.RunAsync("from a pipe\n", ["send", "--to", "alice", "-"])).Code);
        Assert.Equal("from a pipe", (await Alice.RunAsync("listen", "--count", "1", "--timeout", "300", "--json")).Objects.Single().GetProperty("text").GetString());
        Assert.Contains("from a pipe", (await Alice.RunAsync("history", "--with", "bob")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_OwnerKilled_GoesOn()
    {
        using var owner = Bob.Start("chat");
        while (!File.Exists(Path.Combine(Bob.Profile, "agent.sock"))) await Task.Delay(20);
        using var listener = Bob.Start("listen", "--count", "2", "--timeout", "300", "--json");
        Assert.Equal(0, (await Alice.RunAsync("send", "--to", "bob", "before")).Code);
        Assert.Contains("before", await listener.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
        owner.Kill();
        await owner.WaitForExitAsync();
        Assert.Equal(0, (await Alice.RunAsync("send", "--to", "bob", "after")).Code);
        var heard = await CliProcess.FinishAsync(listener);
        Assert.Equal((0, "after"), (heard.Code, heard.Objects.Single().GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Commands_AtOnce_ShareTheProfile()
    {
        var ran = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => Alice.RunAsync("send", "--to", "bob", $"at once {number}")));
        Assert.All(ran, static one => Assert.Equal(0, one.Code));
        var heard = await Bob.RunAsync("listen", "--count", "5", "--timeout", "300", "--json");
        Assert.Equal(5, heard.Objects.Select(static message => message.GetProperty("text").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Send_ServerAway_QueuesAndArrivesLater()
    {
        await people.StopServerAsync();
        try
        {
            var queued = await Alice.RunAsync("send", "--to", "bob", "while away", "--json");
            Assert.Equal((5, "queued"), (queued.Code, queued.Objects.Single().GetProperty("state").GetString()));
            Assert.Equal("offline", (await Alice.RunAsync("status", "--json")).Objects.Single().GetProperty("connection").GetString());
        }
        finally
        {
            await people.StartServerAsync();
        }

        Assert.Equal(0, (await Alice.RunAsync("send", "--to", "bob", "back again")).Code);
        var heard = await Bob.RunAsync("listen", "--count", "2", "--timeout", "300", "--json");
        Assert.Equal(["while away", "back again"], heard.Objects.Select(static message => message.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Logout_LocksUntilTheRightPassword()
    {
        Assert.Equal(0, (await Bob.RunAsync("logout")).Code);
        Assert.Equal(3, (await Bob.RunAsync("whoami")).Code);
        Assert.Equal(4, (await Bob.RunAsync("not it\n", ["login", "--password-file", "-"])).Code);
        Assert.Equal(0, (await Bob.RunAsync(TwoPeople.Password + "\n", ["login", "--password-file", "-"])).Code);
        var self = (await Bob.RunAsync("whoami", "--json")).Objects.Single();
        Assert.Equal(64, self.GetProperty("fingerprint").GetString()!.Length);
    }

    [Fact]
    public async Task Register_NameIsTaken_IsRefused()
    {
        using var folder = new TempFolder();
        var other = new CliProcess(folder.Path, folder["p"]);
        var ran = await other.RunAsync("some password\n", ["register", "--join", people.Join, "--user", "alice", "--password-file", "-"]);
        Assert.Equal(4, ran.Code);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Room_AddSendRemove_EachSeesWhatIsRight()
    {
        Assert.Equal(0, (await Alice.RunAsync("room", "create", "Planning")).Code);
        Assert.Equal(0, (await Alice.RunAsync("room", "add", "Planning", "bob")).Code);
        Assert.Equal(0, (await Alice.RunAsync("send", "--room", "Planning", "for the room")).Code);
        var message = (await Bob.RunAsync("listen", "--count", "1", "--timeout", "300", "--json")).Objects.Single();
        Assert.Equal(("for the room", "Planning", "alice"), (Text(message, "text"), Text(message, "room"), Text(message, "from")));
        var exported = await Bob.RunAsync("history", "export", "--room", "Planning", "--format", "json", "--output", "-");
        Assert.Contains("for the room", exported.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await Alice.RunAsync("room", "remove", "Planning", "bob")).Code);
        Assert.Equal(4, (await Bob.RunAsync("send", "--room", "Planning", "too late")).Code);
        Assert.Equal(2, (await Alice.RunAsync("room", "close", "Planning")).Code);
        Assert.Equal(0, (await Alice.RunAsync("room", "close", "Planning", "--yes")).Code);
    }

    [Fact]
    public async Task Login_SecondDevice_WaitsUntilTheFirstApproves()
    {
        using var folder = new TempFolder();
        var second = new CliProcess(folder.Path, folder["p"]);
        using var login = second.Start("login", "--join", people.Join, "--user", "alice", "--password-file", "-", "--json");
        await login.StandardInput.WriteLineAsync(TwoPeople.Password);
        login.StandardInput.Close();
        using var pending = System.Text.Json.JsonDocument.Parse((await login.StandardOutput.ReadLineAsync())!);
        var fingerprint = Text(pending.RootElement.GetProperty("pending"), "keyFingerprint");
        var waiting = (await Alice.RunAsync("device", "list", "--json")).Objects.Single(static device => Text(device, "standing") == "pending");
        Assert.Equal(fingerprint, Text(waiting, "keyFingerprint"));
        Assert.Equal(0, (await Alice.RunAsync("device", "approve", Text(waiting, "device"))).Code);
        var ran = await CliProcess.FinishAsync(login);
        Assert.Equal((0, Text(waiting, "device")), (ran.Code, Text(ran.Objects.Single(), "device")));
        Assert.Equal(0, (await Alice.RunAsync("device", "revoke", Text(waiting, "device"))).Code);
    }

    [Fact]
    public async Task Name_SetAndReverted_IsSeenByOthers()
    {
        Assert.Equal(0, (await Alice.RunAsync("name", "set", "Al")).Code);
        Assert.Equal("Al", Text((await Bob.RunAsync("users", "--json")).Objects.Single(static one => Text(one, "username") == "alice"), "name"));
        Assert.Equal(0, (await Alice.RunAsync("name", "revert")).Code);
        Assert.Contains("alice", (await Bob.RunAsync("users")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_Pipe_SendsAndEnds()
    {
        var ran = await Alice.RunAsync("one line\n/users\n", ["chat", "--with", "bob"]);
        Assert.Equal(0, ran.Code);
        Assert.Contains("one line", ran.Output, StringComparison.Ordinal);
        Assert.Contains("bob", ran.Output, StringComparison.Ordinal);
        Assert.Equal("one line", (await Bob.RunAsync("listen", "--count", "1", "--timeout", "300", "--json")).Objects.Single().GetProperty("text").GetString());
    }

    private static string Text(System.Text.Json.JsonElement element, string name) => element.GetProperty(name).GetString()!;
}

/// <summary>A server and two people who registered with the program.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The test runner ends it by DisposeAsync.")]
public sealed class TwoPeople : IAsyncLifetime
{
    internal const string Password = "correct horse battery";

    private readonly TempFolder _folder = new();
    private ServerProcess? _server;

    internal CliProcess Alice => new(_folder["alice-home"], _folder["alice"]);

    internal CliProcess Bob => new(_folder["bob-home"], _folder["bob"]);

    internal string Join => _server!.Join;

    public async Task InitializeAsync()
    {
        _server = await ServerProcess.StartAsync(_folder["data"]);
        await Task.WhenAll(RegisterAsync(Alice, "alice"), RegisterAsync(Bob, "bob"));
    }

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }

    internal async Task StopServerAsync() => await _server!.StopAsync();

    internal async Task StartServerAsync()
    {
        var port = _server!.Port;
        await _server.DisposeAsync();
        _server = await ServerProcess.StartAsync(_folder["data"], $"127.0.0.1:{port}");
    }

    private async Task RegisterAsync(CliProcess person, string name)
    {
        var ran = await person.RunAsync(Password + "\n", ["register", "--join", Join, "--user", name, "--password-file", "-", "--json"]);
        if (ran.Code != 0) throw new InvalidOperationException($"register {name}: {ran.Error}");
    }
}
