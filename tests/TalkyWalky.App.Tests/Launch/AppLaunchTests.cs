using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.App.Launch;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;
using TalkyWalky.Pki;
using TalkyWalky.Testing;

namespace TalkyWalky.App.Tests.Launch;

/// <summary>The launcher over a stand-in app, with real processes, sockets and files.</summary>
public sealed class AppLaunchTests : IDisposable
{
    private const string Link = "talkywalky://chat.example.org:7443/join#root=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();
    private readonly StandInApp _app = new();
    private readonly Voice _voice = new();
    private readonly ClientEnvironment _environment = new(TimeProvider.System, GeneratedKeys.Instance, NullLoggerFactory.Instance);
    private readonly CancellationTokenSource _stop = new();

    private string Profile => _folder["profile"];

    public void Dispose()
    {
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Open_StartsTheBrowserInTheStoredSize_AndLeavesNoneBehind()
    {
        var browser = new StandInBrowser(_folder, "exec sleep 600");
        _app.WindowSize = (800, 600);
        var run = RunAsync(browser.Here(), opensWindow: true);
        Assert.Equal("opened", await _voice.NextAsync());
        var arguments = (await browser.StartsAsync(1))[0];
        Assert.Contains("--app=http://127.0.0.1:4711/#token=1", arguments);
        Assert.Contains("--window-size=800,600", arguments);
        Assert.Contains($"--user-data-dir={Profile}/browser", arguments);
        _app.Show(1);
        _app.ChooseQuit();
        Assert.IsType<LaunchOutcome.Done>(await run.WaitAsync(Patience));
        Assert.False(_app.Closings[^1]);
        Assert.False(Directory.Exists($"/proc/{arguments[^1]["PID=".Length..]}"));
    }

    [Theory]
    [InlineData(true, ":7", true, null)]
    [InlineData(false, ":7", true, WindowSizeTrouble.NoWindow)]
    [InlineData(true, "", true, WindowSizeTrouble.NoWindow)]
    [InlineData(true, ":7", false, WindowSizeTrouble.DefaultBrowser)]
    public void WindowSize_CountsWhereTheProgramOpensWindowsOfItsOwn(bool opensWindow, string display, bool hasBrowser, WindowSizeTrouble? expected)
    {
        var browser = new StandInBrowser(_folder, "exit 0");
        var here = browser.Here(("DISPLAY", display), (BrowserSearch.Variable, hasBrowser ? browser.Path : "")) with { IsProgram = path => path == browser.Path };
        Assert.Equal(expected, AppLaunch.TroubleOf(new LaunchWish(Profile, null, opensWindow, static _ => null), here));
    }

    [Fact]
    public async Task Open_WhileOneRuns_OpensAWindowThereAndEnds()
    {
        var browser = new StandInBrowser(_folder, "exit 0");
        var run = RunAsync(browser.Here(), opensWindow: true);
        await _voice.NextAsync();
        _app.Show(1);
        await _app.SeenAsync().WaitAsync(Patience);
        var second = Assert.IsType<Doorstep.Theirs>(await AskAsync(new AppCall(AppWish.Window)
        {
            Link = Link, Display = new Dictionary<string, string>(StringComparer.Ordinal) { ["DISPLAY"] = ":8", ["PATH"] = "/evil" },
        }));
        Assert.Equal(new AppAnswer(), second.Answer);
        Assert.Equal(Link, _app.Link);
        Assert.Contains("DISPLAY=:8", (await browser.StartsAsync(2))[1]);
        _app.Show(2);
        await _app.WindowsChangedAsync(2, default).WaitAsync(Patience);
        Assert.Equal(1, _app.Windows);
        await EndAsync(run);
    }

    [Fact]
    public async Task Open_WithoutDisplayWhileOneRuns_OpensTheWindowThere()
    {
        var browser = new StandInBrowser(_folder, "exit 0");
        var run = RunAsync(browser.Here(), opensWindow: true);
        await browser.StartsAsync(1);
        Assert.Equal(new AppAnswer(), Assert.IsType<Doorstep.Theirs>(await AskAsync(new AppCall(AppWish.Window))).Answer);
        Assert.Contains("DISPLAY=:7", (await browser.StartsAsync(2))[1]);
        await EndAsync(run);
    }

    [Fact]
    public async Task OpenNoWindow_WhileOneRuns_GetsAnAddressOfItsOwn()
    {
        var run = RunAsync(new StandInBrowser(_folder, "exit 0").Here(), opensWindow: false);
        Assert.Equal("app http://127.0.0.1:4711/#token=1", await _voice.NextAsync());
        var second = Assert.IsType<Doorstep.Theirs>(await AskAsync(new AppCall(AppWish.Address)));
        Assert.Equal("http://127.0.0.1:4711/#token=2", second.Answer.Address);
        await EndAsync(run);
    }

    [Fact]
    public async Task Open_WithoutDisplay_TellsTheAddressAndServes()
    {
        var run = RunAsync(new StandInBrowser(_folder, "exit 0").Here(("DISPLAY", "")), opensWindow: true);
        Assert.Contains("no display", await _voice.NextAsync(), StringComparison.Ordinal);
        Assert.StartsWith("app ", await _voice.NextAsync(), StringComparison.Ordinal);
        await EndAsync(run);
    }

    [Fact]
    public async Task Open_BrowserFails_TellsTheAddress()
    {
        var run = RunAsync(new StandInBrowser(_folder, "exit 3").Here(), opensWindow: true);
        Assert.Equal("opened", await _voice.NextAsync());
        Assert.Contains("code 3", await _voice.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("app http://127.0.0.1:4711/#token=2", await _voice.NextAsync());
        await EndAsync(run);
    }

    [Fact]
    public async Task Open_AsRoot_Warns()
    {
        var run = RunAsync(new StandInBrowser(_folder, "exit 0").Here() with { IsRoot = true }, opensWindow: true);
        Assert.Equal(BrowserCommand.RootWarning, await _voice.NextAsync());
        await EndAsync(run);
    }

    [Fact]
    public async Task Door_SocketLeftByACrash_IsReplaced()
    {
        Directory.CreateDirectory(Profile);
        using (ProfileSocket.Listen(Profile, AppDoor.SocketName)) Assert.True(File.Exists(Path.Combine(Profile, AppDoor.SocketName)));
        var run = RunAsync(new StandInBrowser(_folder, "exit 0").Here(), opensWindow: false);
        await _voice.NextAsync();
        Assert.IsType<Doorstep.Theirs>(await AskAsync(new AppCall(AppWish.Address)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Profile, AppDoor.SocketName)));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Profile, AppDoor.LockName)));
        }

        await EndAsync(run);
        Assert.False(File.Exists(Path.Combine(Profile, AppDoor.SocketName)));
    }

    [Fact]
    public async Task Door_AnotherVersionOrNonsense_IsRefusedAndTheNextIsServed()
    {
        var run = RunAsync(new StandInBrowser(_folder, "exit 0").Here(), opensWindow: false);
        await _voice.NextAsync();
        Assert.Contains("another version", Assert.IsType<Doorstep.Theirs>(await AskAsync(new AppCall(AppWish.Address) { Version = 2 })).Answer.Why, StringComparison.Ordinal);
        foreach (var nonsense in new[] { "nonsense\n", new string('x', AppCall.LongestLine + 1) })
        {
            using var socket = await ProfileSocket.TryConnectAsync(Profile, AppDoor.SocketName, default);
            await socket!.SendAsync(System.Text.Encoding.ASCII.GetBytes(nonsense));
            Assert.Equal(0, await ReceivedAsync(socket));
        }

        Assert.NotNull(Assert.IsType<Doorstep.Theirs>(await AskAsync(new AppCall(AppWish.Address))).Answer.Address);
        await EndAsync(run);
    }

    private static async Task<int> ReceivedAsync(System.Net.Sockets.Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[100]).WaitAsync(Patience);
        }
        catch (System.Net.Sockets.SocketException)
        {
            return 0; // closed with bytes of ours unread
        }
    }

    private async Task<LaunchOutcome> RunAsync(Surroundings here, bool opensWindow)
    {
        var entered = Assert.IsType<Doorstep.Ours>(await AskAsync(new AppCall(AppWish.Window)));
        await using (entered.Door)
            return await AppLaunch.RunAsync(_app, new LaunchWish(Profile, null, opensWindow, here.Variable), _voice, here, entered.Door, _environment, _stop.Token);
    }

    private Task<Doorstep> AskAsync(AppCall call) => AppDoor.EnterAsync(Profile, call, TimeProvider.System, default);

    private async Task EndAsync(Task<LaunchOutcome> run)
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Patience));
        Assert.Contains(false, _app.Closings);
    }

    private sealed class Voice : ILaunchVoice
    {
        private readonly Channel<string> _said = Channel.CreateBounded<string>(16);

        public async Task<string> NextAsync() => await _said.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public Task AddressAsync(Uri entrance, bool isRunning) => _said.Writer.WriteAsync($"app {entrance.AbsoluteUri}").AsTask();

        public Task OpenedAsync(bool isRunning) => _said.Writer.WriteAsync("opened").AsTask();

        public Task NoteAsync(string sentence) => _said.Writer.WriteAsync(sentence).AsTask();
    }
}
