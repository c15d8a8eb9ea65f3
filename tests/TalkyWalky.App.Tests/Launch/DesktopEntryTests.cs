using TalkyWalky.App.Launch;
using TalkyWalky.Testing;

namespace TalkyWalky.App.Tests.Launch;

public sealed class DesktopEntryTests : IDisposable
{
    private const UnixFileMode Runnable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string? Variable(string name) => name switch
    {
        "XDG_DATA_HOME" => _folder["data"],
        "XDG_CONFIG_HOME" => _folder["config"],
        "PATH" => _folder["bin"],
        _ => null,
    };

    [Fact]
    public async Task Install_WritesEntryAndIcon_AndRegistersTheLinks()
    {
        var calls = StandIn("xdg-mime");
        var file = await new DesktopEntry("/opt/talky walky/talkywalky", null, Variable).InstallAsync(default);
        Assert.Equal(_folder["data/applications/talkywalky.desktop"], file);
        var lines = await File.ReadAllLinesAsync(file);
        Assert.Equal("[Desktop Entry]", lines[0]);
        Assert.Contains("Exec=\"/opt/talky walky/talkywalky\" open -- %u", lines);
        Assert.Contains("MimeType=x-scheme-handler/talkywalky;", lines);
        Assert.Contains("<svg", await File.ReadAllTextAsync(_folder["data/icons/hicolor/scalable/apps/talkywalky.svg"]), StringComparison.Ordinal);
        Assert.Equal("default talkywalky.desktop x-scheme-handler/talkywalky", (await File.ReadAllTextAsync(calls)).Trim());
    }

    [Fact]
    public async Task Install_HostilePaths_StayOneArgument()
    {
        var file = await new DesktopEntry("/opt/a\"b", "/home/$HOME/`x`/100%/back\\slash", Variable).InstallAsync(default);
        Assert.Contains(
            """Exec="/opt/a\\"b" open --profile "/home/\\$HOME/\\`x\\`/100%%/back\\\\slash" -- %u""", await File.ReadAllLinesAsync(file));
    }

    [Fact]
    public async Task Remove_UndoesIt_AndKeepsOtherChoices()
    {
        var entry = new DesktopEntry("/opt/talkywalky", null, Variable);
        await entry.InstallAsync(default);
        Directory.CreateDirectory(_folder["config"]);
        await File.WriteAllTextAsync(_folder["config/mimeapps.list"], "[Default Applications]\nx-scheme-handler/talkywalky=talkywalky.desktop;\ntext/html=firefox.desktop\n");
        await entry.RemoveAsync(default);
        Assert.Empty(Directory.GetFiles(_folder["data"], "*", SearchOption.AllDirectories));
        Assert.Equal(["[Default Applications]", "text/html=firefox.desktop"], await File.ReadAllLinesAsync(_folder["config/mimeapps.list"]));
        await entry.RemoveAsync(default);
    }

    private string StandIn(string name)
    {
        Directory.CreateDirectory(_folder["bin"]);
        var program = Path.Combine(_folder["bin"], name);
        File.WriteAllText(program, $"#!/bin/sh\necho \"$*\" >'{_folder[name]}'\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, Runnable);
        return _folder[name];
    }
}
