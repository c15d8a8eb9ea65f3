namespace TalkyWalky.App.Launch;

/// <summary>What shows the app.</summary>
internal abstract record Browser
{
    private Browser() { }

    /// <summary>Of the Chromium family: windows of their own, in a size of our choice.</summary>
    public sealed record AppWindow(string Program) : Browser;

    /// <param name="Opener">The program that hands an address to the browser that the person chose for the web.</param>
    public sealed record Default(string Opener, IReadOnlyList<string> Arguments) : Browser;

    /// <param name="Why">A sentence that says what to do.</param>
    public sealed record None(string Why) : Browser;
}

/// <summary>Chromium, Chrome or Edge; else the default browser. TALKYWALKY_BROWSER names one instead.</summary>
internal static class BrowserSearch
{
    public const string Variable = "TALKYWALKY_BROWSER";

    private static readonly string[] Names =
        ["chromium", "google-chrome", "google-chrome-stable", "microsoft-edge", "microsoft-edge-stable", "chromium-browser"];

    public static Browser Find(Surroundings here)
    {
        if (here.Variable(Variable) is { Length: > 0 } named)
        {
            var program = Path.IsPathRooted(named) ? (here.IsProgram(named) ? named : null) : here.OnPath(named);
            return program is not null
                ? new Browser.AppWindow(program)
                : new Browser.None($"{Variable} names {named}, which is not a program here; name Chromium, Chrome or Edge, or unset it");
        }

        var found = Names.Select(here.OnPath).FirstOrDefault(static path => path is not null) ?? UsualPlaces(here).FirstOrDefault(here.IsProgram);
        return found is not null ? new Browser.AppWindow(found) : Default(here);
    }

    private static Browser Default(Surroundings here) => here.System switch
    {
        HostSystem.Windows => new Browser.Default("rundll32.exe", ["url.dll,FileProtocolHandler"]),
        HostSystem.MacOs => new Browser.Default("/usr/bin/open", []),
        _ => here.OnPath("xdg-open") is { } opener
            ? new Browser.Default(opener, [])
            : new Browser.None("no browser was found; install Chromium, Chrome or Edge, or xdg-utils and any other"),
    };

    private static IEnumerable<string> UsualPlaces(Surroundings here) => here.System switch
    {
        HostSystem.Linux =>
        [
            "/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/microsoft-edge", "/opt/google/chrome/chrome", "/opt/microsoft/msedge/msedge", "/snap/bin/chromium",
        ],
        HostSystem.MacOs =>
            from folder in (string?[])["", here.Variable("HOME")]
            where folder is not null
            from name in (string[])["Google Chrome", "Chromium", "Microsoft Edge"]
            select $"{folder}/Applications/{name}.app/Contents/MacOS/{name}",
        _ =>
            from variable in (string[])["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"]
            let folder = here.Variable(variable)
            where folder is { Length: > 0 }
            from path in (string[])[@"Google\Chrome\Application\chrome.exe", @"Microsoft\Edge\Application\msedge.exe", @"Chromium\Application\chrome.exe"]
            select $@"{folder}\{path}",
    };
}
