using System.Threading.Channels;
using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>Each setting is changed, seen, found again after a restart of the program, and taken back.</summary>
[Collection(FirstHalf.Name)]
public sealed class SettingsTests(Office office) : IClassFixture<Office>, IAsyncLifetime
{
    private static readonly Words Words = Words.English;

    private Chat _ada = null!;
    private Settings _settings = null!;

    private IPage Page => _ada.Page;

    public async Task InitializeAsync() => Sit(await office.WindowAsync("ada"));

    public Task DisposeAsync() => office.CheckAsync();

    [Fact]
    public async Task Theme()
    {
        var themes = new (string Name, string Token, string Colour)[]
        {
            ("default", "surface-side", "#eeeeee"), ("grey", "surface-side", "#444444"), ("blue", "surface-side", "#1c2e44"), ("pink", "surface-side", "#ffc1f2"),
            ("turquoise", "surface-side", "#003333"), ("hacker", "text", "#33ff33"), ("night", "surface-side", "#212121"),
        };
        await _settings.OpenAsync("settings.appearance");
        foreach (var theme in themes)
        {
            await _settings.KeepAsync(() => _settings.Choice(Words[$"settings.theme.{theme.Name}"]).ClickAsync());
            await SeeThemeAsync(theme.Name, theme.Token, theme.Colour);
            await Page.ReloadAsync(); // the program has kept it
            await SeeThemeAsync(theme.Name, theme.Token, theme.Colour);
            await _settings.OpenAsync("settings.appearance");
        }

        await RestartAsync();
        await SeeThemeAsync(themes[^1].Name, themes[^1].Token, themes[^1].Colour);
        await _settings.OpenAsync("settings.appearance");
        await _settings.KeepAsync(() => _settings.Choice(Words["settings.theme.system"]).ClickAsync());
        await Expect(Root).ToHaveAttributeAsync("data-theme", "default");
        await _settings.CloseAsync();
    }

    [Fact]
    public async Task Theme_LikeTheSystem_FollowsIt()
    {
        await Expect(Root).ToHaveAttributeAsync("data-theme", "default");
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Expect(Root).ToHaveAttributeAsync("data-theme", "night");
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Expect(Root).ToHaveAttributeAsync("data-theme", "default");
    }

    [Fact]
    public async Task FontFamily()
    {
        await _settings.OpenAsync("settings.appearance");
        await _settings.Field("settings.font.family").FillAsync("dejavu s");
        await _settings.KeepAsync(() => _settings.Choice("DejaVu Serif").ClickAsync());
        await Expect(Page.Locator("body")).ToHaveCSSAsync("font-family", Pattern.Of("^\"DejaVu Serif\""));
        await RestartAsync();
        await Expect(Page.Locator("body")).ToHaveCSSAsync("font-family", Pattern.Of("^\"DejaVu Serif\""));
        await _settings.OpenAsync("settings.appearance");
        await _settings.KeepAsync(() => _settings.Choice(Words["settings.font.bundled"]).ClickAsync());
        await Expect(Page.Locator("body")).ToHaveCSSAsync("font-family", Pattern.Of("^\"?Inter Variable"));
        await _settings.CloseAsync();
    }

    [Fact]
    public async Task FontSize()
    {
        await _settings.OpenAsync("settings.appearance");
        await SizeByKeyAsync("ArrowRight", 3);
        await Expect(Root).ToHaveCSSAsync("font-size", "18px");
        await RestartAsync();
        await Expect(Root).ToHaveCSSAsync("font-size", "18px");
        await _settings.OpenAsync("settings.appearance");
        await SizeByKeyAsync("ArrowLeft", 3);
        await Expect(Root).ToHaveCSSAsync("font-size", "15px");
        await _settings.CloseAsync();
    }

    [Fact]
    public async Task DefaultLayout_OneAction_TakesBackThemeFontAndPanes()
    {
        var width = await ListWidthAsync();
        await _ada.List.Page.GetByRole(AriaRole.Separator, new() { Name = Words["main.resize"] }).FocusAsync();
        await _settings.KeepAsync(() => Page.Keyboard.PressAsync("ArrowRight"));
        Assert.True(await ListWidthAsync() > width);
        await _settings.OpenAsync("settings.appearance");
        await _settings.KeepAsync(() => _settings.Choice(Words["settings.theme.hacker"]).ClickAsync());
        await SizeByKeyAsync("ArrowRight", 1);
        await RestartAsync();
        await SeeThemeAsync("hacker", "text", "#33ff33");
        Assert.True(await ListWidthAsync() > width);

        await _settings.OpenAsync("settings.appearance");
        await _settings.Button("settings.layout.revert").ClickAsync();
        await _settings.KeepAsync(() => _settings.ConfirmAsync("settings.layout.revert"));
        await Expect(Root).ToHaveAttributeAsync("data-theme", "default");
        await Expect(Root).ToHaveCSSAsync("font-size", "15px");
        await RestartAsync();
        await Expect(Root).ToHaveCSSAsync("font-size", "15px");
        Assert.Equal(width, await ListWidthAsync());
    }

    [Fact]
    public async Task Name_ChangedRevertedAndItsHistoryCleared_IsSeenByOthers()
    {
        var bob = new Chat((await office.WindowAsync("bob")).Page, Words);
        await bob.OpenAsync("ada");
        await _settings.OpenAsync("settings.name");
        await _settings.Field("settings.name.shown").FillAsync("Ada the Great");
        await _settings.Button("settings.name.change").ClickAsync();
        await Expect(_settings.Dialog.GetByText("Ada the Great").First).ToBeVisibleAsync();
        await Expect(bob.Row("Ada the Great")).ToBeVisibleAsync();
        await Expect(bob.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Ada the Greatada");
        await RestartAsync();
        await Expect(_ada.List.GetByRole(AriaRole.Button, new() { Name = Words["self.menu"] })).ToContainTextAsync("Ada the Great");

        await _settings.OpenAsync("settings.name");
        await _settings.Button("settings.name.revert").ClickAsync();
        await Expect(_settings.Dialog.GetByText(Words.With("settings.name.directory", ("name", "ada")))).ToBeVisibleAsync();
        await Expect(bob.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("ada");
        await Expect(_settings.Dialog.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Ada the Great" })).ToBeVisibleAsync();
        await _settings.Button("settings.name.history.clear").ClickAsync();
        await _settings.ConfirmAsync("settings.name.history.clear");
        await Expect(_settings.Dialog.GetByText("Ada the Great")).ToHaveCountAsync(0);
        await RestartAsync();
        await _settings.OpenAsync("settings.name");
        await Expect(_settings.Dialog.GetByText("Ada the Great")).ToHaveCountAsync(0);
        await _settings.CloseAsync();
    }

    [Fact]
    public async Task Language_French_AndBack()
    {
        await _settings.OpenAsync("settings.language");
        await _settings.KeepAsync(() => _settings.Dialog.GetByRole(AriaRole.Combobox, new() { Name = Words["settings.language.choose"] }).SelectOptionAsync("fr"));
        await Expect(Root).ToHaveAttributeAsync("lang", "fr");
        await RestartAsync();
        await Expect(Root).ToHaveAttributeAsync("lang", "fr");
        var french = new Settings(new Chat(Page, Words.French));
        await french.OpenAsync("settings.language");
        await french.KeepAsync(() => french.Dialog.GetByRole(AriaRole.Combobox, new() { Name = Words.French["settings.language.choose"] }).SelectOptionAsync("system"));
        await Expect(Root).ToHaveAttributeAsync("lang", "en");
        await _settings.CloseAsync();
    }

    [Fact]
    public async Task Notifications_TellWhoWrote_NeverWhat()
    {
        var window = await office.WindowAsync("ada");
        await window.Context.GrantPermissionsAsync(["notifications"]);
        var shown = Channel.CreateUnbounded<string>();
        await Page.ExposeFunctionAsync("notified", (string text) => shown.Writer.TryWrite(text));
        await Page.AddInitScriptAsync(
            "window.Notification = class extends Notification { constructor(title, options) { super(title, options); window.notified(title + ' | ' + (options?.body ?? '')); } };");
        await Page.ReloadAsync();
        await _settings.OpenAsync("settings.notifications");
        if (!await _settings.Switch("settings.notifications.show").IsCheckedAsync()) await _settings.TurnAsync("settings.notifications.show", on: true);
        await _settings.Button("settings.notifications.test").ClickAsync();
        Assert.Contains(Words["settings.notifications.sample"], await NextAsync(shown.Reader), StringComparison.Ordinal);
        await _settings.CloseAsync();
        await _ada.OpenAsync("cyd");
        var bob = new Chat((await office.WindowAsync("bob")).Page, Words);
        await bob.WriteAsync("ada", "a secret thing");
        var told = await NextAsync(shown.Reader);
        Assert.Contains("bob", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);

        await _settings.OpenAsync("settings.notifications");
        await _settings.TurnAsync("settings.notifications.show", on: false);
        await RestartAsync();
        await (await office.WindowAsync("ada")).Context.GrantPermissionsAsync(["notifications"]);
        await _settings.OpenAsync("settings.notifications");
        await Expect(_settings.Switch("settings.notifications.show")).Not.ToBeCheckedAsync();
        await _settings.CloseAsync();
    }

    [Fact]
    public async Task Background_IsKept()
    {
        await _settings.OpenAsync("settings.window");
        await _settings.TurnAsync("settings.background.keep", on: true);
        await RestartAsync();
        await _settings.OpenAsync("settings.window");
        await _settings.TurnAsync("settings.background.keep", on: false);
        await _settings.CloseAsync();
    }

    [Fact]
    public async Task Privacy_ReadReceiptsOff_TheOtherSeesDeliveredOnly()
    {
        await TurnPrivacyAsync("settings.privacy.read", on: false);
        await RestartAsync();
        var bob = new Chat((await office.WindowAsync("bob")).Page, Words);
        await _ada.OpenAsync("bob");
        await bob.WriteAsync("ada", "did you see this?");
        await Expect(_ada.Message("did you see this?")).ToBeVisibleAsync();
        await Expect(bob.State("did you see this?", "state.delivered")).ToBeVisibleAsync();
        await TurnPrivacyAsync("settings.privacy.read", on: true);
        await bob.SayAsync("and this?");
        await Expect(bob.State("and this?", "state.read")).ToBeVisibleAsync();
        Assert.True(await bob.State("did you see this?", "state.delivered").IsVisibleAsync() || await bob.State("did you see this?", "state.read").IsVisibleAsync());
    }

    [Fact]
    public async Task Privacy_AllOff_TheOtherSeesSentOnly()
    {
        string[] all = ["settings.privacy.delivered", "settings.privacy.read", "settings.privacy.typing"];
        foreach (var key in all) await TurnPrivacyAsync(key, on: false);
        await RestartAsync();
        var bob = new Chat((await office.WindowAsync("bob")).Page, Words);
        await _ada.OpenAsync("bob");
        await bob.WriteAsync("ada", "is it there?");
        await Expect(_ada.Message("is it there?")).ToBeVisibleAsync();
        await _ada.Composer.PressSequentiallyAsync("quietly");
        await _ada.SayAsync("done quietly");
        await Expect(bob.Message("done quietly")).ToBeVisibleAsync();
        await Expect(bob.State("is it there?", "state.sent")).ToBeVisibleAsync();
        await Expect(bob.Page.GetByText(Words.With("typing.one", ("name", "ada")))).ToHaveCountAsync(0);
        foreach (var key in all) await TurnPrivacyAsync(key, on: true);
    }

    private static async Task<string> NextAsync(ChannelReader<string> shown)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        return await shown.ReadAsync(limit.Token);
    }

    private ILocator Root => Page.Locator("html");

    private void Sit(Window window)
    {
        _ada = new Chat(window.Page, Words);
        _settings = new Settings(_ada);
    }

    private async Task RestartAsync() => Sit(await office.RestartAsync("ada"));

    private async Task TurnPrivacyAsync(string key, bool on)
    {
        await _settings.OpenAsync("settings.privacy");
        await _settings.TurnAsync(key, on);
        await _settings.CloseAsync();
    }

    private async Task SeeThemeAsync(string theme, string token, string colour)
    {
        await Expect(Root).ToHaveAttributeAsync("data-theme", theme);
        var painted = await Root.EvaluateAsync<string>($"root => {{ const probe = document.createElement('i'); probe.style.color = 'var(--{token})'; root.append(probe); const is = getComputedStyle(probe).color; probe.remove(); return is; }}");
        var (red, green, blue) = (Convert.ToInt32(colour[1..3], 16), Convert.ToInt32(colour[3..5], 16), Convert.ToInt32(colour[5..7], 16));
        Assert.Equal($"rgb({red}, {green}, {blue})", painted);
    }

    private async Task SizeByKeyAsync(string key, int times)
    {
        var slider = _settings.Dialog.GetByRole(AriaRole.Slider, new() { Name = Words["settings.font.size"] });
        for (var i = 0; i < times; i++) await _settings.KeepAsync(() => slider.PressAsync(key));
    }

    private async Task<double> ListWidthAsync()
    {
        await Expect(_ada.List).ToBeVisibleAsync();
        return (await _ada.List.BoundingBoxAsync())!.Width;
    }
}
