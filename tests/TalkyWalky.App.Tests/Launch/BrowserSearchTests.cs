using TalkyWalky.App.Launch;

namespace TalkyWalky.App.Tests.Launch;

public sealed class BrowserSearchTests
{
    [Theory]
    [InlineData("/opt/bin/chromium", "/opt/bin/chromium")]
    [InlineData("/usr/bin/google-chrome /opt/bin/chromium", "/opt/bin/chromium")]
    [InlineData("/opt/bin/microsoft-edge /opt/bin/firefox", "/opt/bin/microsoft-edge")]
    [InlineData("/snap/bin/chromium /usr/bin/xdg-open", "/snap/bin/chromium")]
    [InlineData("/opt/google/chrome/chrome", "/opt/google/chrome/chrome")]
    public void Linux_FindsOneOfTheFamily(string installed, string expected) =>
        Assert.Equal(new Browser.AppWindow(expected), BrowserSearch.Find(Here(HostSystem.Linux, installed, ("PATH", "relative:/opt/bin:/usr/bin"))));

    [Fact]
    public void Linux_OnlyAnotherBrowser_IsTheDefaultOne()
    {
        var found = Assert.IsType<Browser.Default>(BrowserSearch.Find(Here(HostSystem.Linux, "/usr/bin/firefox /usr/bin/xdg-open", ("PATH", "/usr/bin"))));
        Assert.Equal("/usr/bin/xdg-open", found.Opener);
    }

    [Fact]
    public void Linux_NoBrowser_SaysWhatToInstall() =>
        Assert.Contains("install Chromium", Assert.IsType<Browser.None>(BrowserSearch.Find(Here(HostSystem.Linux, "", ("PATH", "/usr/bin")))).Why, StringComparison.Ordinal);

    [Theory]
    [InlineData("brave", "/opt/bin/brave")]
    [InlineData("/home/a/my chrome", "/home/a/my chrome")]
    public void NamedBrowser_ComesFirst(string named, string expected)
    {
        var here = Here(HostSystem.Linux, "/usr/bin/chromium|/opt/bin/brave|/home/a/my chrome", ("PATH", "/usr/bin:/opt/bin"), (BrowserSearch.Variable, named));
        Assert.Equal(new Browser.AppWindow(expected), BrowserSearch.Find(here));
    }

    [Fact]
    public void NamedBrowser_IsNotThere_SaysSo()
    {
        var here = Here(HostSystem.Linux, "/usr/bin/chromium", ("PATH", "/usr/bin"), (BrowserSearch.Variable, "/nowhere/chrome"));
        Assert.Contains("/nowhere/chrome", Assert.IsType<Browser.None>(BrowserSearch.Find(here)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void MacAndWindows_LookWhereTheirProgramsLie()
    {
        const string chrome = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", edge = @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe";
        Assert.Equal(new Browser.AppWindow(chrome), BrowserSearch.Find(Here(HostSystem.MacOs, chrome)));
        Assert.Equal(
            new Browser.AppWindow(edge),
            BrowserSearch.Find(Here(HostSystem.Windows, edge, ("ProgramFiles", @"C:\Program Files"), ("ProgramFiles(x86)", @"C:\Program Files (x86)"))));
        Assert.IsType<Browser.Default>(BrowserSearch.Find(Here(HostSystem.MacOs, "")));
        Assert.IsType<Browser.Default>(BrowserSearch.Find(Here(HostSystem.Windows, "")));
    }

    /// <param name="installed">Paths, separated by | or, where none holds a space, by spaces.</param>
    private static Surroundings Here(HostSystem system, string installed, params (string Name, string Value)[] variables)
    {
        var separator = installed.Contains('|', StringComparison.Ordinal) || system != HostSystem.Linux ? '|' : ' ';
        var programs = installed.Split(separator).ToHashSet(StringComparer.Ordinal);
        return new Surroundings(system, name => variables.FirstOrDefault(pair => pair.Name == name).Value, programs.Contains, IsRoot: false);
    }
}
