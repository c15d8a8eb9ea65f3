using System.Diagnostics;
using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Testing;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>The app's own window, on a screen of its own: <c>talkywalky open</c> as a person runs it.</summary>
[Collection(FirstHalf.Name)]
public sealed class WindowTests(Office office) : IClassFixture<Office>
{
    private static readonly Words Words = Words.English;

    [Fact]
    public async Task DefaultWindowSize_IsTheSizeOfEveryStart_AndGoesBackToTheDefault()
    {
        await using var screen = await Screen.OpenAsync(1920, 1200);
        await using (var first = await RealWindow.OpenAsync(office.Place.Member("ada"), screen))
        {
            Assert.Equal((1180, 760), await screen.SizeAsync(first.Id));
            await first.Settings.OpenAsync("settings.window");
            await first.Settings.Field("settings.window.width").FillAsync("359");
            await Expect(first.Settings.Dialog.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
            await Expect(first.Settings.Button("settings.window.keep")).ToBeDisabledAsync();
            await first.Settings.Field("settings.window.width").FillAsync("900");
            await first.Settings.Field("settings.window.height").FillAsync("640");
            await first.Settings.KeepAsync(() => first.Settings.Button("settings.window.keep").ClickAsync());
            await first.CloseAsync();
        }

        await using (var second = await RealWindow.OpenAsync(office.Place.Member("ada"), screen))
        {
            Assert.Equal((900, 640), await screen.SizeAsync(second.Id));
            await screen.ResizeAsync(second.Id, 1000, 700);
            await second.Settings.OpenAsync("settings.window");
            await second.Settings.KeepAsync(() => second.Settings.Button("settings.window.current").ClickAsync());
            await Expect(second.Settings.Field("settings.window.width")).ToHaveValueAsync("1000");
            await second.Settings.KeepAsync(() => second.Settings.Button("settings.window.default").ClickAsync());
            await Expect(second.Settings.Field("settings.window.width")).ToHaveValueAsync("1180");
            await second.CloseAsync();
        }

        await using var third = await RealWindow.OpenAsync(office.Place.Member("ada"), screen);
        Assert.Equal((1180, 760), await screen.SizeAsync(third.Id));
    }

    [Fact]
    public async Task LastWindowClosed_TheAppEndsTenSecondsLater()
    {
        await using var screen = await Screen.OpenAsync(1280, 800);
        await using var window = await RealWindow.OpenAsync(office.Place.Member("bob"), screen);
        var since = Stopwatch.StartNew();
        await window.CloseWindowAsync();
        Assert.Equal(0, await window.Program.ExitAsync());
        Assert.InRange(since.Elapsed.TotalSeconds, 9.5, 40);
    }

    [Fact]
    public async Task KeptInTheBackground_TheAppGoesOnWithoutAWindow_AndASecondOpenShowsOne()
    {
        await using var screen = await Screen.OpenAsync(1280, 800);
        await using var window = await RealWindow.OpenAsync(office.Place.Member("cyd"), screen);
        await window.Settings.OpenAsync("settings.window");
        await window.Settings.TurnAsync("settings.background.keep", on: true);
        await window.CloseWindowAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => window.Program.ExitAsync(12));
        (await office.Place.Member("cyd").RunAsync(["open"])).Expect(0);
        await screen.WindowAsync("TalkyWalky");
    }
}

/// <summary>A window that the program opened by itself; the browser's port for debugging lets the test's hands in.</summary>
internal sealed class RealWindow : IAsyncDisposable
{
    private readonly IBrowser _browser;

    private RealWindow(RunningProgram program, IBrowser browser, IPage page, string id, TimeSpan opened)
    {
        Opened = opened;
        Program = program;
        _browser = browser;
        Page = page;
        Id = id;
        Settings = new Settings(new Chat(page, Words.English));
    }

    /// <summary>From the start of the program to the list on the screen.</summary>
    public TimeSpan Opened { get; }

    public RunningProgram Program { get; }

    public IPage Page { get; }

    public Settings Settings { get; }

    /// <summary>Of the X server.</summary>
    public string Id { get; }

    public static async Task<RealWindow> OpenAsync(Member member, Screen screen)
    {
        var port = Ports.Free();
        member.Environment["DISPLAY"] = screen.Display;
        member.Environment["LANG"] = "en_GB.UTF-8";
        member.Environment["TALKYWALKY_BROWSER_ARGUMENTS"] = string.Join(' ', Chromium.Flags.Append($"--remote-debugging-port={port}").Append("--lang=en-GB"));
        var clock = Stopwatch.StartNew();
        var program = member.Start("open");
        var browser = await Chromium.ConnectAsync(port);
        var page = browser.Contexts[0].Pages[0];
        await Expect(new Chat(page, Words.English).List).ToBeVisibleAsync();
        var opened = clock.Elapsed;
        return new RealWindow(program, browser, page, await screen.WindowAsync("TalkyWalky"), opened);
    }

    /// <summary>The test's hands go first: a browser that is debugged does not end with its last window.</summary>
    public async Task CloseWindowAsync()
    {
        await Page.CloseAsync();
        await _browser.DisposeAsync();
    }

    /// <summary>Ends the program, as Ctrl-C does.</summary>
    public async Task CloseAsync()
    {
        await CloseWindowAsync();
        Assert.Equal(0, await Program.SignalAsync("INT"));
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        await Program.DisposeAsync();
    }
}
