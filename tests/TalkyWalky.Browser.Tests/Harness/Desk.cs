using Microsoft.Playwright;
using TalkyWalky.Harness;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>One person's computer: the program's <c>open --no-window</c>, and windows of a browser on it.</summary>
internal sealed class Desk : IAsyncDisposable
{
    private const string Prefix = "app ";

    private readonly List<Window> _windows = [];
    private readonly Member _member;
    private readonly Func<RunningProgram> _start;
    private RunningProgram _program;

    private Desk(Member member, Func<RunningProgram> start)
    {
        _member = member;
        _start = start;
        _program = start();
    }

    public Member Member => _member;

    public RunningProgram Program => _program;

    public IReadOnlyList<Window> Windows => _windows;

    /// <summary>http://127.0.0.1:PORT/, and what lets one browser in.</summary>
    public Uri Entrance { get; private set; } = new("about:blank");

    public static async Task<Desk> OpenAsync(Member member, params string[] options)
    {
        var desk = new Desk(member, () => member.Start(["open", "--no-window", .. options]));
        await desk.ReadEntranceAsync();
        return desk;
    }

    /// <summary>Opens another window; the entrance works once, so each asks the program for a new one.</summary>
    public async Task<Window> WindowAsync(BrowserNewContextOptions? options = null)
    {
        if (_windows.Count > 0) await NewEntranceAsync();
        var window = await Window.OpenAsync(await Chromium.ContextAsync(options), Entrance);
        _windows.Add(window);
        return window;
    }

    /// <summary>Ends the program as a closed terminal does, and starts it again.</summary>
    public async Task RestartAsync()
    {
        foreach (var window in _windows) await window.DisposeAsync();
        _windows.Clear();
        await _program.SignalAsync("TERM");
        await _program.DisposeAsync();
        _program = _start();
        await ReadEntranceAsync();
    }

    /// <summary>A second <c>open --no-window</c> says where the first one is.</summary>
    public async Task NewEntranceAsync() => Entrance = Parse((await _member.RunAsync(["open", "--no-window"])).Expect(0).Lines.Single());

    public async ValueTask DisposeAsync()
    {
        foreach (var window in _windows) await window.DisposeAsync();
        await _program.DisposeAsync();
    }

    private async Task ReadEntranceAsync() => Entrance = Parse(await _program.LineAsync(static line => line.StartsWith(Prefix, StringComparison.Ordinal)));

    private static Uri Parse(string line) => new(line[Prefix.Length..]);
}
