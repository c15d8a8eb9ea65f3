using TalkyWalky.Harness;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>A screen of an X server of its own (Xvfb), for real windows; xdotool sees and moves them.</summary>
internal sealed class Screen : IAsyncDisposable
{
    private readonly RunningProgram _server;

    private Screen(RunningProgram server, string display)
    {
        _server = server;
        Display = display;
    }

    /// <summary>For the variable DISPLAY.</summary>
    public string Display { get; }

    public static async Task<Screen> OpenAsync(int width, int height)
    {
        // -displayfd: the server takes a free number and prints it when it is ready. A bash has the descriptor, as .NET passes none on.
        var server = RunningProgram.Start("bash", ["-c", $"exec Xvfb -displayfd 1 -screen 0 {width}x{height}x24 -nolisten tcp 2>/dev/null"]);
        return new Screen(server, ":" + (await server.LineAsync(static line => line.Length > 0)).Trim());
    }

    /// <summary>Waits for a window that is seen and has such a title; its number. Asked again and again: xdotool's own waiting misses windows that come late.</summary>
    public async Task<string> WindowAsync(string title, int seconds = 90)
    {
        for (var end = DateTime.UtcNow.AddSeconds(seconds); ;)
        {
            var found = await RunAsync(seconds, "search", "--onlyvisible", "--name", title);
            if (found is { Exit: 0, Lines: [.., var newest] }) return newest;
            Assert.True(DateTime.UtcNow < end, $"no window is called {title}");
            await Task.Delay(200);
        }
    }

    public async Task<(int Width, int Height)> SizeAsync(string window)
    {
        var shell = (await XdotoolAsync("getwindowgeometry", "--shell", window)).Split('\n')
            .Select(static line => line.Split('=')).Where(static pair => pair.Length == 2).ToDictionary(static pair => pair[0], static pair => int.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture));
        return (shell["WIDTH"], shell["HEIGHT"]);
    }

    public Task ResizeAsync(string window, int width, int height) => XdotoolAsync("windowsize", "--sync", window, $"{width}", $"{height}");

    private async Task<string> XdotoolAsync(params string[] arguments) => (await RunAsync(30, arguments)).Expect(0).Output.Trim();

    private Task<Finished> RunAsync(int seconds, params string[] arguments) =>
        Programs.RunAsync("xdotool", arguments, environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["DISPLAY"] = Display }, seconds: seconds);

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();
}
