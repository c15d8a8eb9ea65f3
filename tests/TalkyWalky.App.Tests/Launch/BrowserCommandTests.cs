using System.Text.Json;
using TalkyWalky.App.Launch;
using TalkyWalky.Testing;

namespace TalkyWalky.App.Tests.Launch;

public sealed class BrowserCommandTests : IDisposable
{
    private static readonly Uri Entrance = new("http://127.0.0.1:4711/#token=T");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AppWindow_HasAddressFolderAndSize()
    {
        var start = BrowserCommand.For(new Browser.AppWindow("/usr/bin/chromium"), "/home/a b/browser", Entrance, (360, 200), Here());
        Assert.Equal("/usr/bin/chromium", start.FileName);
        string[] expected =
        [
            "--app=http://127.0.0.1:4711/#token=T", "--user-data-dir=/home/a b/browser", "--window-size=360,200", "--no-first-run", "--no-default-browser-check",
            "--disable-sync", "--disable-background-networking", "--disable-component-update", "--password-store=basic",
        ];
        foreach (var argument in expected) Assert.Contains(argument, start.ArgumentList);
        Assert.DoesNotContain("--no-sandbox", start.ArgumentList);
        Assert.Equal(":7", start.Environment["DISPLAY"]);
        Assert.False(start.Environment.ContainsKey("WAYLAND_DISPLAY"));
    }

    [Fact]
    public void Root_GoesWithoutSandbox() =>
        Assert.Contains("--no-sandbox", BrowserCommand.For(new Browser.AppWindow("c"), "f", Entrance, (1, 1), Here() with { IsRoot = true }).ArgumentList);

    [Fact]
    public void MoreArguments_ComeLast() => Assert.Equal(
        ["--disable-gpu", "--lang=fr"],
        BrowserCommand.For(new Browser.AppWindow("c"), "f", Entrance, (1, 1), Here((BrowserCommand.MoreArguments, " --disable-gpu  --lang=fr"))).ArgumentList.TakeLast(2));

    [Fact]
    public void DefaultBrowser_GetsTheAddressAlone() =>
        Assert.Equal([Entrance.AbsoluteUri], BrowserCommand.For(new Browser.Default("/usr/bin/xdg-open", []), Entrance, Here()).ArgumentList);

    [Fact]
    public void Folder_IsPrivateAndKeepsNoPasswords()
    {
        var folder = BrowserFolder.Prepare(_folder["profile"], "/usr/bin/chromium", static _ => null);
        Assert.Equal(Path.Combine(_folder["profile"], "browser"), folder);
        var file = Path.Combine(folder, "Default", "Preferences");
        using (var preferences = JsonDocument.Parse(File.ReadAllText(file))) Assert.False(preferences.RootElement.GetProperty("credentials_enable_service").GetBoolean());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        File.WriteAllText(file, "what the browser made of it");
        BrowserFolder.Prepare(_folder["profile"], "/usr/bin/chromium", static _ => null);
        Assert.Equal("what the browser made of it", File.ReadAllText(file));
    }

    [Fact]
    public void Folder_OfASnap_LiesWhereTheSnapMayWrite() => Assert.StartsWith(
        _folder["snap/chromium/common/talkywalky/"],
        BrowserFolder.Prepare(_folder[".local/share/talkywalky/default"], "/snap/bin/chromium", name => name == "HOME" ? _folder.Path : null),
        StringComparison.Ordinal);

    private static Surroundings Here(params (string Name, string Value)[] variables) => new(
        HostSystem.Linux, name => name == "DISPLAY" ? ":7" : variables.FirstOrDefault(pair => pair.Name == name).Value, static _ => true, IsRoot: false);
}
