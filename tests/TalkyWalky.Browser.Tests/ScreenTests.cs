using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using TalkyWalky.Testing;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>What must hold on every screen; a picture of each is kept in artifacts/screenshots.</summary>
[Collection(SecondHalf.Name)]
public sealed class ScreenTests(Stage stage) : IClassFixture<Stage>, IAsyncLifetime
{
    private static readonly string[] Looks = ["default", "night", "grey", "blue", "pink", "turquoise", "hacker"];

    private readonly List<Window> _windows = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var window in _windows)
        {
            await window.Page.EvaluateAsync("1");
            Assert.Empty(window.Troubles);
            await window.DisposeAsync();
        }
    }

    [Fact]
    public async Task EveryScreen_HasNothingSeriousForAxe()
    {
        var chat = await OpenAsync(Words.English);
        var findings = new List<string>();
        await Scene.WalkAsync(chat, async screen =>
        {
            await chat.Page.PictureAsync(screen);
            findings.AddRange((await chat.Page.SeriousFindingsAsync()).Select(finding => $"{screen}: {finding}"));
        });
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    [Fact]
    public async Task EveryTheme_HasTheContrastOfWcagAA_OnEveryScreen()
    {
        var chat = await OpenAsync(Words.English);
        var findings = new List<string>();
        await Scene.WalkAsync(chat, async screen =>
        {
            // Seven runs of axe on each screen take minutes: here those with the most kinds of text, with ./test --long all.
            if (Effort.Count(usual: 0, full: 1) == 0 && screen is not ("conversation" or "room" or "settings-appearance" or "settings-devices" or "switcher")) return;
            foreach (var look in Looks)
            {
                await chat.Page.EvaluateAsync("look => { document.documentElement.dataset.theme = look; }", look);
                if (screen is "room" or "settings-appearance") await chat.Page.PictureAsync($"theme-{look}-{screen}");
                findings.AddRange((await chat.Page.SeriousFindingsAsync(contrastOnly: true)).Select(finding => $"{look}, {screen}: {finding}"));
            }

            await chat.Page.EvaluateAsync("() => { document.documentElement.dataset.theme = 'default'; }");
        });
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    [Fact]
    public async Task French_LeavesNoEnglishOnAnyScreen()
    {
        var chat = await OpenAsync(Words.French, Chromium.Usual(), "fr-FR");
        var left = new List<string>();
        await Scene.WalkAsync(chat, async screen =>
        {
            await chat.Page.PictureAsync($"french-{screen}");
            left.AddRange((await EnglishOnAsync(chat.Page)).Select(text => $"{screen}: {text}"));
        });
        Assert.True(left.Count == 0, string.Join('\n', left));
    }

    [Fact]
    public async Task FirstRun_InBothLanguages_HasNothingSeriousForAxe()
    {
        var findings = new List<string>();
        foreach (var (words, locale) in (IEnumerable<(Words, string)>)[(Words.English, "en-GB"), (Words.French, "fr-FR")])
        {
            await using var desk = await Desk.OpenAsync(stage.Place.Newcomer("greta", $"greta-{locale}"));
            var options = Chromium.Usual();
            options.Locale = locale;
            var page = (await desk.WindowAsync(options)).Page;
            var start = new FirstRun(page, words);
            await Expect(start.Title("start.join.title")).ToBeVisibleAsync();
            await LookAsync("start-join");
            await start.JoinAsync(stage.Place.Join);
            await Expect(start.Title("start.register.title")).ToBeVisibleAsync();
            await LookAsync("start-account");
            await start.SignInAsync("ada", stage.Place.Member("ada").Password);
            await Expect(start.Title("start.pending.title")).ToBeVisibleAsync();
            await LookAsync("start-pending");

            async Task LookAsync(string screen)
            {
                await page.PictureAsync(locale == "fr-FR" ? $"french-{screen}" : screen);
                findings.AddRange((await page.SeriousFindingsAsync()).Select(finding => $"{screen}: {finding}"));
                if (locale == "fr-FR") findings.AddRange((await EnglishOnAsync(page)).Select(text => $"{screen}, in English: {text}"));
            }
        }

        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    [Fact]
    public async Task NarrowWindow_ShowsOnePane_WithAWayBack()
    {
        var chat = await OpenAsync(Words.English, Chromium.Usual(360, 640));
        await Expect(chat.List).ToBeVisibleAsync();
        await chat.Page.PictureAsync("narrow-list");
        await chat.OpenAsync(Scene.Room);
        await Expect(chat.List).ToBeHiddenAsync();
        await Expect(chat.Message("Fine with me")).ToBeInViewportAsync();
        await chat.Page.PictureAsync("narrow-room");
        Assert.True(await chat.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"), "the page scrolls sideways");
        await chat.Button("head.details").ClickAsync();
        await Expect(chat.Page.GetByRole(AriaRole.Complementary).Or(chat.Dialog).First).ToBeVisibleAsync();
        await chat.Page.PictureAsync("narrow-details");
        await chat.Page.Keyboard.PressAsync("Escape");
        await chat.Button("main.back").ClickAsync();
        await Expect(chat.List).ToBeVisibleAsync();
        await new Settings(chat).OpenAsync("settings.appearance");
        await chat.Page.PictureAsync("narrow-settings");
        Assert.Empty(await chat.Page.SeriousFindingsAsync());
    }

    [Fact]
    public async Task LargeScreen_KeepsLinesReadable()
    {
        var chat = await OpenAsync(Words.English, Chromium.Usual(3840, 2160));
        await chat.OpenAsync(Scene.Room);
        await Expect(chat.Message("after lunch")).ToBeVisibleAsync();
        await chat.Page.PictureAsync("large");
        var line = await chat.Message("after lunch").Locator("[data-text]").BoundingBoxAsync();
        Assert.InRange(line!.Width, 1, 800);
    }

    [Fact]
    public async Task ReducedMotion_NothingMoves()
    {
        var chat = await OpenAsync(Words.English);
        await chat.OpenAsync(Scene.Room);
        await new Settings(chat).OpenAsync("settings.name");
        var moving = await chat.Page.EvaluateAsync<int>("document.getAnimations().filter((one) => one.effect.getComputedTiming().activeDuration > 50).length");
        Assert.Equal(0, moving);
    }

    private async Task<Chat> OpenAsync(Words words, BrowserNewContextOptions? options = null, string locale = "en-GB")
    {
        options ??= Chromium.Usual();
        options.Locale = locale;
        var window = await stage.Ada.WindowAsync(options);
        _windows.Add(window);
        var chat = new Chat(window.Page, words);
        await Expect(chat.List).ToBeVisibleAsync();
        return chat;
    }

    /// <summary>Texts of the English catalogue that read otherwise in French, in what is shown or said.</summary>
    private static async Task<IReadOnlyList<string>> EnglishOnAsync(IPage page)
    {
        var texts = await page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('body *')].flatMap((element) => [
              ...[...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
              ...['aria-label', 'title', 'placeholder', 'aria-valuetext', 'alt'].map((name) => element.getAttribute(name) ?? ''),
            ]).map((text) => text.trim()).filter((text) => text)
            """);
        var same = Words.French.All.Values.ToHashSet(StringComparer.Ordinal);
        var english = Words.English.All.Values.Where(text => !same.Contains(text)).ToHashSet(StringComparer.Ordinal);
        var patterns = Words.English.All.Where(static entry => entry.Value.Contains('{', StringComparison.Ordinal) && entry.Value.Count(char.IsLetter) > 12 && Words.French[entry.Key] != entry.Value)
            .Select(static entry => Words.English.Like(entry.Key)).ToList();
        return [.. texts.Distinct().Where(text => english.Contains(text) || patterns.Exists(pattern => pattern.IsMatch(text)))];
    }
}

/// <summary>An office where the scene is prepared and Ada's program runs.</summary>
public sealed class Stage(Trio organisation) : IAsyncLifetime
{
    private readonly Office _office = new(organisation);

    internal TalkyWalky.Harness.Place Place => _office.Place;

    internal Desk Ada { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _office.InitializeAsync();
        await Scene.PrepareAsync(_office.Place);
        Ada = await _office.DeskAsync("ada");
    }

    public Task DisposeAsync() => _office.DisposeAsync();
}
