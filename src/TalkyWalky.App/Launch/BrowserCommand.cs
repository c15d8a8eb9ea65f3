using System.Diagnostics;
using System.Globalization;

namespace TalkyWalky.App.Launch;

/// <summary>How the browser is started.</summary>
internal static class BrowserCommand
{
    /// <summary>More arguments for the browser, separated by spaces: for tests and for machines with broken graphics.</summary>
    public const string MoreArguments = "TALKYWALKY_BROWSER_ARGUMENTS";

    public const string RootWarning = "The browser runs without its sandbox, because this is root; run talkywalky as an ordinary user.";

    // Which screen to draw on, and the leave to come to the front that the desktop gave to the program a person just started.
    public static readonly string[] DisplayVariables = ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"];

    public static ProcessStartInfo For(Browser.AppWindow browser, string folder, Uri entrance, (int Width, int Height) size, Surroundings here)
    {
        // https://chromium.googlesource.com/chromium/src/+/main/chrome/common/chrome_switches.cc
        List<string> arguments =
        [
            $"--app={entrance.AbsoluteUri}",
            $"--user-data-dir={folder}",
            string.Create(CultureInfo.InvariantCulture, $"--window-size={size.Width},{size.Height}"),
            "--no-first-run", "--no-default-browser-check", "--hide-crash-restore-bubble",
            "--disable-sync", "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-extensions",
        ];
        // Chromium would open the system's keychain for a key to cookies that end with the session.
        if (here.System == HostSystem.Linux) arguments.AddRange(["--password-store=basic", "--class=talkywalky"]);
        if (here.IsRoot) arguments.Add("--no-sandbox");
        if (here.Variable(MoreArguments) is { Length: > 0 } more) arguments.AddRange(more.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return With(new ProcessStartInfo(browser.Program, arguments), here);
    }

    public static ProcessStartInfo For(Browser.Default browser, Uri entrance, Surroundings here) =>
        With(new ProcessStartInfo(browser.Opener, [.. browser.Arguments, entrance.AbsoluteUri]), here);

    // What browsers say on their standard error is of no use to anybody here.
    private static ProcessStartInfo With(ProcessStartInfo start, Surroundings here)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var name in DisplayVariables)
        {
            if (here.Variable(name) is { Length: > 0 } value) start.Environment[name] = value;
            else start.Environment.Remove(name);
        }

        return start;
    }
}
