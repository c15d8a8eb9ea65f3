using Microsoft.Extensions.Logging;
using TalkyWalky.Client;

namespace TalkyWalky.App.Launch;

internal abstract record Opening
{
    private Opening() { }

    /// <param name="Warning">A sentence, or null.</param>
    public sealed record Started(string? Warning) : Opening;

    /// <param name="Why">A sentence; the person can still open the address elsewhere.</param>
    public sealed record Impossible(string Why) : Opening;
}

/// <summary>Opens windows on the app, for this process and for those that ask it.</summary>
internal sealed class WindowOpener(
    IServedApp app, AppLife life, ILaunchVoice voice, string profile, Surroundings here, ClientEnvironment environment) : IAsyncDisposable
{
    /// <summary>As long as an address lets a browser in.</summary>
    private static readonly TimeSpan ByHand = TimeSpan.FromMinutes(10);

    private readonly BrowserProcesses _browsers = new(environment.Time);
    private readonly ILogger _log = environment.Logs.CreateLogger<WindowOpener>();
    private readonly List<Task> _watches = [];
    private volatile bool _ends;

    /// <summary>Answers a later start of the program.</summary>
    public Task<AppAnswer> AnswerAsync(AppCall call, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (call.Link is { } link) app.PassLink(link);
        if (call.Wish == AppWish.Address) return Task.FromResult(new AppAnswer(app.NewEntrance().AbsoluteUri));
        return Task.FromResult(Open(here with { Variable = Overlay(call.Display) }) switch
        {
            Opening.Started started => new AppAnswer(Warning: started.Warning),
            Opening.Impossible impossible => new AppAnswer(app.NewEntrance().AbsoluteUri, Warning: impossible.Why),
            _ => throw new InvalidOperationException("unknown opening"),
        });
    }

    /// <summary>A window in front; it takes the place of those that are open. None can put itself in front: browsers forbid that to pages.</summary>
    public Opening Open() => Open(here);

    public async ValueTask DisposeAsync()
    {
        _ends = true;
        await _browsers.DisposeAsync();
        await Task.WhenAll(_watches);
    }

    private Opening Open(Surroundings where)
    {
        if (!where.HasDisplay) return new Opening.Impossible("There is no display here. Open this address in a browser on this computer:");
        var browser = BrowserSearch.Find(where);
        var start = browser switch
        {
            Browser.AppWindow window => BrowserCommand.For(
                window, BrowserFolder.Prepare(profile, window.Program, where.Variable), app.NewEntrance(), app.WindowSize, where),
            Browser.Default any => BrowserCommand.For(any, app.NewEntrance(), where),
            _ => null,
        };
        if (start is null) return new Opening.Impossible($"{((Browser.None)browser).Why}. Until then, open this address in a browser:");
        if (!_browsers.TryStart(start, out var ended)) return new Opening.Impossible($"{start.FileName} cannot be started. Open this address in a browser:");
        life.Expect(AppLife.UntilWindowComes, replaces: true);
        _watches.RemoveAll(static watch => watch.IsCompleted);
        _watches.Add(WatchAsync(start.FileName, ended));
        return new Opening.Started(where.IsRoot && browser is Browser.AppWindow ? BrowserCommand.RootWarning : null);
    }

    private async Task WatchAsync(string program, Task<int> ended)
    {
        var code = await ended;
        LaunchLog.BrowserEnded(_log, code);
        if (code == 0 || _ends || app.Windows > 0) return;
        life.Expect(ByHand, replaces: false);
        await voice.NoteAsync($"{program} ended with code {code} and showed no window. Open this address in a browser:");
        await voice.AddressAsync(app.NewEntrance(), isRunning: false);
    }

    /// <summary>A caller without a display, as over SSH, gets the window where the app runs.</summary>
    private Func<string, string?> Overlay(IReadOnlyDictionary<string, string>? display)
    {
        var caller = here with { Variable = name => display?.GetValueOrDefault(name) };
        return name => caller.HasDisplay && BrowserCommand.DisplayVariables.Contains(name, StringComparer.Ordinal) ? caller.Variable(name) : here.Variable(name);
    }
}
