using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests.Harness;

/// <summary>Real terminals by tmux, on a socket of its own: what a person types and sees.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    private readonly string _socket;

    private Terminal(string folder)
    {
        Folder = folder;
        _socket = Path.Combine(folder, "tmux");
    }

    public string Folder { get; }

    public static async Task<Terminal> OpenAsync()
    {
        var terminal = new Terminal(Directory.CreateTempSubdirectory("tw-term-").FullName);
        await terminal.TmuxAsync("new-session", "-d", "-s", "keep", "-x", "100", "-y", "40", "cat");
        return terminal;
    }

    public Task RunAsync(string window, string command) =>
        TmuxAsync("new-session", "-d", "-s", window, "-x", "100", "-y", "40", $"XDG_CONFIG_HOME={Folder}/config {command}; echo ended $?; cat");

    public async Task TypeAsync(string window, string text)
    {
        await TmuxAsync("send-keys", "-t", window, "-l", text);
        await TmuxAsync("send-keys", "-t", window, "Enter");
    }

    /// <summary>Answers register's questions: the password, twice where asked, and Enter for the key file.</summary>
    public async Task RegisterAsync(string window, string password)
    {
        await SeeAsync(window, "assword");
        await TypeAsync(window, password);
        await SeeAsync(window, "Once more:");
        await TypeAsync(window, password);
        await SeeAsync(window, "assphrase");
        await TypeAsync(window, "");
        await SeeAsync(window, "/help");
    }

    public async Task<string> SeeAsync(string window, string text, int seconds = Programs.Patience)
    {
        var screen = "";
        for (var end = DateTime.UtcNow.AddSeconds(seconds); DateTime.UtcNow < end;)
        {
            screen = await TmuxAsync("capture-pane", "-p", "-J", "-S", "-200", "-t", window);
            if (screen.Contains(text, StringComparison.Ordinal)) return screen;
            await Task.Delay(50);
        }

        throw new TimeoutException($"\"{text}\" did not appear within {seconds} s; the screen:\n{screen.TrimEnd()}");
    }

    public Task<string> EndAsync(string window) => SeeAsync(window, "ended 0");

    public async ValueTask DisposeAsync()
    {
        await Programs.RunAsync("tmux", ["-S", _socket, "kill-server"]);
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<string> TmuxAsync(params string[] arguments) => (await Programs.RunAsync("tmux", ["-S", _socket, .. arguments])).Expect(0).Output;
}
