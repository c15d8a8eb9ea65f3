using System.Net;
using System.Text.Json;
using TalkyWalky.App.Settings;
using TalkyWalky.Testing;

namespace TalkyWalky.App.Tests;

/// <summary>How the app looks and behaves here: PROFILE/app.json.</summary>
public sealed class SettingsTests
{
    private const string Defaults =
        """{"theme":"system","fontFamily":null,"fontSize":15,"language":"system","windowSize":null,"sidebarWidth":264,"detailsOpen":false,"notifications":true,"background":false,"lastConversation":null,"recentEmoji":[],"skinTone":0}""";

    public static TheoryData<string, string> Changes { get; } = new()
    {
        { "theme", "\"hacker\"" }, { "fontFamily", "\"DejaVu Sans\"" }, { "fontSize", "24" }, { "language", "\"fr\"" }, { "windowSize", """{"width":3840,"height":2160}""" },
        { "windowSize", """{"width":360,"height":200}""" }, { "sidebarWidth", "480" }, { "detailsOpen", "true" }, { "notifications", "false" }, { "background", "true" },
        { "lastConversation", "\"person/bob\"" }, { "lastConversation", "\"room/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"" },
        { "recentEmoji", """["👋","❤️"]""" }, { "skinTone", "5" },
    };

    [Fact]
    public async Task Settings_AtFirst_AreTheDefaults()
    {
        await using var app = await TestApp.StartAsync();
        Assert.Equal(Defaults, (await app.CallAsync("GET", "/settings")).GetRawText());
        Assert.Equal((1180, 760), app.Server.WindowSize);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Change_OneSetting_StaysOverARestartAndGoesBack(string name, string value)
    {
        await using var app = await TestApp.StartAsync();
        var changed = await app.CallAsync("PATCH", "/settings", $"{{\"{name}\":{value}}}");
        var wanted = JsonElement.Parse(value);
        Assert.True(JsonElement.DeepEquals(wanted, changed.GetProperty(name)), changed.GetRawText());
        await app.RestartAsync();
        var kept = await app.CallAsync("GET", "/settings");
        Assert.True(JsonElement.DeepEquals(changed, kept), kept.GetRawText());
        Assert.Equal(Defaults, (await app.CallAsync("PATCH", "/settings", $"{{\"{name}\":null}}")).GetRawText());
    }

    [Theory]
    [InlineData("""{"theme":"sepia"}""")]
    [InlineData("""{"theme":1}""")]
    [InlineData("""{"fontSize":10}""")]
    [InlineData("""{"fontSize":25}""")]
    [InlineData("""{"fontSize":15.5}""")]
    [InlineData("""{"fontSize":"15"}""")]
    [InlineData("""{"fontFamily":""}""")]
    [InlineData("""{"fontFamily":"a\u0000b"}""")]
    [InlineData("""{"language":"de"}""")]
    [InlineData("""{"windowSize":{"width":359,"height":200}}""")]
    [InlineData("""{"windowSize":{"width":360,"height":199}}""")]
    [InlineData("""{"windowSize":{"width":3841,"height":2160}}""")]
    [InlineData("""{"windowSize":{"width":360,"height":2161}}""")]
    [InlineData("""{"windowSize":{"width":360}}""")]
    [InlineData("""{"windowSize":{"width":360,"height":200,"depth":1}}""")]
    [InlineData("""{"sidebarWidth":199}""")]
    [InlineData("""{"sidebarWidth":481}""")]
    [InlineData("""{"detailsOpen":"yes"}""")]
    [InlineData("""{"lastConversation":"bob"}""")]
    [InlineData("""{"lastConversation":"room/xyz"}""")]
    [InlineData("""{"recentEmoji":[null]}""")]
    [InlineData("""{"recentEmoji":[""]}""")]
    [InlineData("""{"skinTone":6}""")]
    [InlineData("""{"skinTone":-1}""")]
    [InlineData("""{"skintone":1}""")]
    [InlineData("""{"theme":"night","theme":"blue"}""")]
    [InlineData("""{"theme":"night","fontSize":99}""")]
    [InlineData("""[]""")]
    public async Task Change_OutOfBounds_ChangesNothing(string change)
    {
        await using var app = await TestApp.StartAsync();
        var (status, code, _) = await app.FailAsync("PATCH", "/settings", change);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (status, code));
        Assert.Equal(Defaults, (await app.CallAsync("GET", "/settings")).GetRawText());
    }

    [Fact]
    public async Task RevertLayout_FontThemeAndPanes_GoBackAndTheRestStays()
    {
        await using var app = await TestApp.StartAsync();
        var events = await app.ListenAsync();
        await app.CallAsync("PATCH", "/settings", """{"theme":"pink","fontFamily":"P052","fontSize":20,"sidebarWidth":300,"detailsOpen":true,"language":"fr","skinTone":3}""");
        Assert.Equal("pink", (await events.UntilAsync("settings")).GetProperty("settings").GetProperty("theme").GetString());
        var reverted = (await app.CallAsync("DELETE", "/settings/layout")).GetRawText();
        Assert.Equal(Defaults.Replace("\"language\":\"system\"", "\"language\":\"fr\"", StringComparison.Ordinal).Replace("\"skinTone\":0", "\"skinTone\":3", StringComparison.Ordinal), reverted);
        Assert.Equal("system", (await events.UntilAsync("settings")).GetProperty("settings").GetProperty("theme").GetString());
    }

    [Fact]
    public async Task WindowSize_AndBackground_AreTheLaunchers()
    {
        await using var app = await TestApp.StartAsync();
        await app.CallAsync("PATCH", "/settings", """{"windowSize":{"width":800,"height":600},"background":true}""");
        Assert.Equal((800, 600, true), (app.Server.WindowSize.Width, app.Server.WindowSize.Height, app.Server.StaysInBackground));
    }

    [Fact]
    public async Task File_IsTheOwnersAndHoldsTheWholeOfIt()
    {
        await using var app = await TestApp.StartAsync();
        await app.CallAsync("PATCH", "/settings", """{"theme":"night"}""");
        var file = Path.Combine(app.Profile, "app.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var root = JsonElement.Parse(await File.ReadAllTextAsync(file));
        Assert.Equal((1, app.Port, "night"), (root.GetProperty("version").GetInt32(), root.GetProperty("port").GetInt32(), root.GetProperty("settings").GetProperty("theme").GetString()));
        Assert.Equal(["app.json"], Directory.GetFiles(app.Profile).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"version":2,"port":20000,"settings":{}}""")]
    [InlineData("""{"version":1,"port":70000,"settings":DEFAULTS}""")]
    [InlineData("""{"version":1,"port":20000,"settings":DEFAULTS,"more":1}""")]
    [InlineData("""{"version":1,"port":20000,"settings":{"theme":"night"}}""")]
    [InlineData("""{"version":1,"port":20000,"settings":OUTOFBOUNDS}""")]
    public async Task File_Damaged_FallsBackToTheDefaultsAndSaysSo(string content)
    {
        await using var app = await TestApp.StartAsync(prepare: app =>
        {
            Directory.CreateDirectory(app.Profile);
            var text = content.Replace("DEFAULTS", Defaults, StringComparison.Ordinal).Replace("OUTOFBOUNDS", Defaults.Replace("15", "99", StringComparison.Ordinal), StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(app.Profile, "app.json"), text);
        });
        Assert.Equal(Defaults, (await app.CallAsync("GET", "/settings")).GetRawText());
        var notice = await (await app.ListenAsync()).UntilAsync("notice");
        Assert.Contains("app.json cannot be used", notice.GetProperty("text").GetString(), StringComparison.Ordinal);
        await app.CallAsync("PATCH", "/settings", """{"theme":"blue"}""");
        await app.RestartAsync();
        Assert.Equal("blue", (await app.CallAsync("GET", "/settings")).GetProperty("theme").GetString());
    }

    [Fact]
    public async Task Port_IsKept_AndAnotherIsUsedWhileItIsTaken()
    {
        await using var app = await TestApp.StartAsync();
        var port = app.Port;
        Assert.InRange(port, 20_000, 32_767);
        await app.RestartAsync();
        Assert.Equal(port, app.Port);
        await app.Server.DisposeAsync();
        using (var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, port))
        {
            taken.Start();
            await app.RestartAsync();
            Assert.NotEqual(port, app.Port);
            await app.CallAsync("GET", "/state");
        }

        await app.RestartAsync();
        Assert.Equal(port, app.Port);
    }

    [Fact]
    public async Task Fonts_Installed_AreListedOnce()
    {
        await using var app = await TestApp.StartAsync();
        var fonts = (await app.CallAsync("GET", "/fonts")).EnumerateArray().Select(static name => name.GetString()!).ToList();
        Assert.Equal(fonts.Distinct(StringComparer.OrdinalIgnoreCase), fonts);
        Assert.All(fonts, static name => Assert.DoesNotMatch("[,\\\\]|^$", name));
    }

    [Fact]
    public async Task Fonts_NoAnswerInTime_AreAskedForAgain()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["fc-list"], $"#!/bin/sh\n[ -e '{folder["ready"]}' ] || exec sleep 600\necho 'One Sans'\n");
        File.SetUnixFileMode(folder["fc-list"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var time = new HurriedTime();
        var fonts = new Fonts(time, folder["fc-list"]);
        Assert.Empty(await fonts.ListAsync(CancellationToken.None));
        await File.WriteAllTextAsync(folder["ready"], "");
        time.Hurries = false;
        Assert.Equal(["One Sans"], await fonts.ListAsync(CancellationToken.None));
    }

    /// <summary>Every wait is over at once.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public bool Hurries { get; set; } = true;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Hurries ? TimeSpan.Zero : dueTime, period);
    }
}
