using TalkyWalky.Client;

namespace TalkyWalky.Cli.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData]
    [InlineData("frob")]
    [InlineData("send", "hello")]
    [InlineData("send", "--to", "bob")]
    [InlineData("send", "--to", "bob", "")]
    [InlineData("listen", "--count", "0")]
    [InlineData("listen", "--timeout", "-1")]
    [InlineData("listen", "--timeout", "NaN")]
    [InlineData("listen", "--count", "1.5")]
    [InlineData("history", "--with", "bob", "--limit", "0")]
    [InlineData("history", "--with", "bob", "--limit", "many")]
    [InlineData("register", "--join", "nonsense", "--user", "alice")]
    [InlineData("login", "--user", "alice")]
    public async Task Run_WrongCommandLine_EndsWithUsage(params string[] arguments)
    {
        var ran = await _run.RunAsync(arguments);
        Assert.Equal(2, ran.Code);
        Assert.Single(ran.Error.TrimEnd().Split('\n'));
        Assert.Equal("", ran.Output);
    }

    [Fact]
    public async Task Run_WrongCommandLineWithJson_AlsoPrintsAnObject()
    {
        var ran = await _run.RunAsync("send", "--json");
        Assert.Equal((2, "usage"), (ran.Code, ran.ErrorCode));
    }

    [Fact]
    public async Task Send_Accepted_EndsWithDone()
    {
        var ran = await _run.RunAsync("send", "--to", "bob", "@hello", "--json");
        Assert.Equal(0, ran.Code);
        Assert.Equal("@hello", ran.Objects.Single().GetProperty("text").GetString());
        Assert.Equal("2026-11-21T09:30:00.000Z", ran.Objects.Single().GetProperty("sentAt").GetString());
        Assert.True(_run.Chat.IsDisposed);
    }

    [Fact]
    public async Task Send_StandardInput_LosesOneLineEndOnly()
    {
        await _run.RunAsync("two\nlines\n\n", ["send", "--to", "bob", "-"]);
        var history = await _run.RunAsync("history", "--with", "bob", "--json");
        Assert.Equal("two\nlines\n", history.Objects.Single().GetProperty("text").GetString());
    }

    [Theory]
    [InlineData(65536, 0)]
    [InlineData(65537, 2)]
    [InlineData(65538, 2)]
    [InlineData(200000, 2)]
    public async Task Send_LongInput_IsBounded(int length, int code)
    {
        Assert.Equal(code, (await _run.RunAsync(new string('x', length), ["send", "--to", "bob", "-"])).Code);
        if (length < 100_000) Assert.Equal(code, (await _run.RunAsync("send", "--to", "bob", new string('x', length))).Code);
    }

    [Fact]
    public async Task Send_Offline_IsQueuedAndSaysSo()
    {
        _run.Chat.Connection = ConnectionState.Offline;
        var ran = await _run.RunAsync("send", "--to", "bob", "hello");
        Assert.Equal(5, ran.Code);
        Assert.Contains("queued", ran.Output, StringComparison.Ordinal);
        var json = await _run.RunAsync("send", "--to", "bob", "hello", "--json");
        Assert.Equal("queued", json.Objects.Single().GetProperty("state").GetString());
    }

    [Fact]
    public async Task Send_Refused_EndsWithRefused()
    {
        var ran = await _run.RunAsync("send", "--to", "nobody", "hello", "--json");
        Assert.Equal((4, "refused"), (ran.Code, ran.ErrorCode));
    }

    [Theory]
    [InlineData("whoami")]
    [InlineData("users")]
    [InlineData("send", "--to", "bob", "x")]
    [InlineData("history", "--with", "bob")]
    [InlineData("listen", "--timeout", "1")]
    [InlineData("chat")]
    public async Task Run_LoggedOut_EndsWithNotLoggedIn(params string[] arguments)
    {
        await _run.RunAsync("logout");
        Assert.Equal(3, (await _run.RunAsync(arguments)).Code);
    }

    [Fact]
    public async Task Run_NoProfile_EndsWithNotLoggedIn()
    {
        _run.HasAProfile = false;
        var ran = await _run.RunAsync("status", "--json");
        Assert.Equal((3, "not-logged-in"), (ran.Code, ran.ErrorCode));
    }

    [Fact]
    public async Task Status_LoggedOut_IsDone()
    {
        await _run.RunAsync("logout");
        Assert.Equal("loggedOut", (await _run.RunAsync("status", "--json")).Objects.Single().GetProperty("connection").GetString());
        Assert.Equal(0, (await _run.RunAsync("device", "show", "--pem")).Code);
    }

    [Theory]
    [InlineData("right", 0)]
    [InlineData("wrong", 4)]
    public async Task Login_AfterLogout_AsksTheServer(string password, int code)
    {
        await _run.RunAsync("logout");
        Assert.Equal(code, (await _run.RunAsync(password + "\n", ["login", "--password-file", "-"])).Code);
        Assert.Equal(code == 0 ? 0 : 3, (await _run.RunAsync("whoami")).Code);
    }

    [Fact]
    public async Task Login_NoPassword_SaysHowToGiveOne()
    {
        var ran = await _run.RunAsync("login");
        Assert.Equal(2, ran.Code);
        Assert.Contains("--password-file", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_NamesWithControlCharacters_AreInert()
    {
        var ran = await _run.RunAsync("users");
        Assert.Contains("Bob\\u{1B}[31m", ran.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', ran.Output);
        Assert.Single((await _run.RunAsync("users", "--active", "--json")).Objects);
    }

    [Fact]
    public async Task History_LongerThanAPage_IsWholeAndInOrder()
    {
        for (var number = 0; number < 1203; number++) _run.Chat.Receive($"{number}");
        var ran = await _run.RunAsync("history", "--with", "bob", "--limit", "1200", "--json");
        Assert.Equal(Enumerable.Range(3, 1200).Select(static number => $"{number}"), ran.Objects.Select(static message => message.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task History_TextWithLines_CannotPassForAnotherMessage()
    {
        _run.Chat.Receive("one\n2026-11-21 09:30 carol: gotcha");
        var ran = await _run.RunAsync("history", "--with", "bob");
        Assert.Equal("2026-11-21 09:30 bob: one\n    2026-11-21 09:30 carol: gotcha\n", ran.Output);
    }

    [Fact]
    public async Task Run_UnexpectedFailure_IsOneLineWithoutATrace()
    {
        _run.Chat.StatusFailure = new InvalidOperationException("secret detail");
        var ran = await _run.RunAsync("status");
        Assert.Equal(1, ran.Code);
        Assert.Single(ran.Error.TrimEnd().Split('\n'));
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", (await _run.RunAsync("status", "--verbose")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_Pipe_SendsLinesAndEndsWithTheInput()
    {
        _run.Chat.Receive("waiting for you");
        var ran = await _run.RunAsync("first\n/with bob\nsecond\n//third\n/what\n", ["chat"]);
        Assert.Equal(0, ran.Code);
        Assert.Equal(2, _run.Chat.Sends);
        Assert.Contains("alice (sent): second\n", ran.Output, StringComparison.Ordinal);
        Assert.Contains("alice (sent): /third\n", ran.Output, StringComparison.Ordinal);
        Assert.Contains("/what is not a command", ran.Error, StringComparison.Ordinal);
    }
}
