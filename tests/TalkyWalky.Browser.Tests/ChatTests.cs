using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>Ada and Bob, each with a program and a window.</summary>
[Collection(SecondHalf.Name)]
public sealed class ChatTests(Office office) : IClassFixture<Office>, IAsyncLifetime
{
    private static readonly Words Words = Words.English;

    private Chat _ada = null!, _bob = null!;

    public async Task InitializeAsync()
    {
        _ada = new Chat((await office.WindowAsync("ada")).Page, Words);
        _bob = new Chat((await office.WindowAsync("bob")).Page, Words);
        await _ada.OpenAsync("bob");
        await _bob.OpenAsync("ada");
    }

    public Task DisposeAsync() => office.CheckAsync();

    [Fact]
    public async Task Message_IsSeenThereAndReadHere_BothWays()
    {
        await _ada.SayAsync("Shall we freeze the schema?");
        await Expect(_bob.Message("Shall we freeze the schema?")).ToBeVisibleAsync();
        await Expect(_ada.State("Shall we freeze the schema?", "state.read")).ToBeVisibleAsync();
        await _bob.SayAsync("Yes, after lunch.");
        await Expect(_ada.Message("Yes, after lunch.")).ToContainTextAsync("bob");
        await Expect(_bob.State("Yes, after lunch.", "state.read")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Message_ShowsItsTime_AndTheWholeDateOnHover()
    {
        await _ada.SayAsync("What time is it?");
        var time = _bob.Message("What time is it?").GetByRole(AriaRole.Time);
        await Expect(time).ToHaveTextAsync(Pattern.Of(@"^\d\d:\d\d$"));
        await Expect(time).ToHaveAttributeAsync("title", Pattern.Of(@"^\w+day.* \d{4} at \d\d:\d\d$"));
        await Expect(_bob.History.GetByText(Words["when.today"], new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Composer_ShiftEnter_BeginsALine()
    {
        await _ada.Composer.FillAsync("first line");
        await _ada.Composer.PressAsync("Shift+Enter");
        await _ada.Composer.PressSequentiallyAsync("second line");
        await _ada.Composer.PressAsync("Enter");
        await Expect(_bob.Message("first line")).ToContainTextAsync("second line");
    }

    [Fact]
    public async Task Markdown_IsShownAsItIsMeant()
    {
        await _ada.SayAsync("some **bold**, *slanted*, `code`, https://example.org/page\n\n- one\n- two\n\n> said\n\n```\nint x = 1;\n```");
        var message = _bob.Message("slanted");
        await Expect(message.GetByRole(AriaRole.Strong)).ToHaveTextAsync("bold");
        await Expect(message.GetByRole(AriaRole.Emphasis)).ToHaveTextAsync("slanted");
        await Expect(message.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await Expect(message.GetByRole(AriaRole.Blockquote)).ToHaveTextAsync("said");
        await Expect(message.Locator("pre")).ToContainTextAsync("int x = 1;");
        var link = message.GetByRole(AriaRole.Link);
        await Expect(link).ToHaveAttributeAsync("href", "https://example.org/page");
        await Expect(link).ToHaveAttributeAsync("rel", Pattern.Of("noopener.*noreferrer|noreferrer.*noopener"));
        await Expect(link).ToHaveAttributeAsync("target", "_blank");
    }

    [Fact]
    public async Task Markdown_Preview_ShowsItBeforeItIsSent()
    {
        await _ada.Composer.FillAsync("this is **important**");
        await _ada.Button("compose.preview").ClickAsync();
        await Expect(_ada.Page.GetByRole(AriaRole.Strong).Filter(new() { HasText = "important" })).ToBeVisibleAsync();
        await _ada.Button("compose.write").ClickAsync();
        await Expect(_ada.Composer).ToHaveValueAsync("this is **important**");
        await _ada.Composer.FillAsync("");
    }

    [Fact]
    public async Task Emoji_ChosenInThePicker_IsSent_AndRemembered()
    {
        await _ada.Button("compose.emoji").ClickAsync();
        await _ada.Page.GetByRole(AriaRole.Searchbox, new() { Name = Words["emoji.search"] }).FillAsync("rocket");
        await _ada.Page.GetByRole(AriaRole.Gridcell, new() { Name = "Rocket" }).First.ClickAsync();
        await Expect(_ada.Composer).ToHaveValueAsync("🚀");
        await _ada.Page.Keyboard.PressAsync("Escape");
        await _ada.Composer.PressAsync("Enter");
        await Expect(_bob.Message("🚀").First).ToBeVisibleAsync();
        await _ada.Button("compose.emoji").ClickAsync();
        await Expect(_ada.Page.GetByRole(AriaRole.Group, new() { Name = Words["emoji.recent"] }).GetByRole(AriaRole.Button, new() { Name = "🚀" })).ToBeVisibleAsync();
        await _ada.Page.Keyboard.PressAsync("Escape");
    }

    [Fact]
    public async Task Emoji_InAChosenSkinTone_IsRemembered()
    {
        await _ada.Button("compose.emoji").ClickAsync();
        await _ada.Page.GetByRole(AriaRole.Radio, new() { Name = Words["emoji.tone3"], Exact = true }).ClickAsync();
        await ChooseAsync("Thumbs up");
        await Expect(_ada.Composer).ToHaveValueAsync("👍🏽");
        await _ada.Composer.FillAsync("");
        await _ada.Page.ReloadAsync();
        await _ada.Button("compose.emoji").ClickAsync();
        await Expect(_ada.Page.GetByRole(AriaRole.Radio, new() { Name = Words["emoji.tone3"], Exact = true })).ToBeCheckedAsync();
        await ChooseAsync("Waving hand");
        await Expect(_ada.Composer).ToHaveValueAsync("👋🏽");
        await _ada.Button("compose.emoji").ClickAsync();
        await _ada.Page.GetByRole(AriaRole.Radio, new() { Name = Words["emoji.tone0"], Exact = true }).ClickAsync();
        await _ada.Page.Keyboard.PressAsync("Escape");
        await _ada.Composer.FillAsync("");

        async Task ChooseAsync(string emoji)
        {
            await _ada.Page.GetByRole(AriaRole.Searchbox, new() { Name = Words["emoji.search"] }).FillAsync(emoji);
            await _ada.Page.GetByRole(AriaRole.Gridcell, new() { Name = emoji }).First.ClickAsync();
        }
    }

    [Fact]
    public async Task Emoji_ByShortcode_IsCompleted()
    {
        await _ada.Composer.ClickAsync();
        await _ada.Composer.PressSequentiallyAsync("well done :tada");
        await Expect(_ada.Page.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
        await _ada.Composer.PressAsync("Enter");
        await Expect(_ada.Composer).ToHaveValueAsync(Pattern.Of("^well done 🎉"));
        await _ada.Composer.PressAsync("Enter");
        await Expect(_bob.Message("well done 🎉")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Mention_IsCompleted_AndMarkedForWhomItMeans()
    {
        await _ada.Composer.ClickAsync();
        await _ada.Composer.PressSequentiallyAsync("ask @bo");
        await Expect(_ada.Page.GetByRole(AriaRole.Option).Filter(new() { HasText = "bob" })).ToBeVisibleAsync();
        await _ada.Composer.PressAsync("Tab");
        await Expect(_ada.Composer).ToHaveValueAsync("ask @bob ");
        await _ada.Composer.PressSequentiallyAsync("please");
        await _ada.Composer.PressAsync("Enter");
        await Expect(_bob.Message("ask @bob please").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Typing_IsSeenByTheOther()
    {
        await _ada.Composer.PressSequentiallyAsync("I am still thinking", new() { Delay = 250 });
        await Expect(_bob.Page.GetByText(Words.With("typing.one", ("name", "ada"))).First).ToBeVisibleAsync();
        await _ada.Composer.FillAsync("");
    }

    [Fact]
    public async Task Unread_IsCounted_AndTheLineShowsWhereToGoOn()
    {
        await _bob.OpenAsync("cyd");
        await _ada.SayAsync("one while you were away");
        await _ada.SayAsync("two while you were away");
        await Expect(_bob.Row("ada")).ToContainTextAsync("2 unread messages");
        await _bob.OpenAsync("ada");
        await Expect(_bob.History.GetByText(Words["history.new"], new() { Exact = true })).ToBeVisibleAsync();
        await Expect(_bob.Row("ada")).Not.ToContainTextAsync("unread");
    }

    [Fact]
    public async Task Unread_FarAbove_IsReachedByOneButton()
    {
        await _bob.OpenAsync("cyd");
        for (var i = 1; i <= 40; i++) await _ada.SayAsync($"line {i} of a long story\n\nwith a second paragraph");
        await Expect(_bob.Row("ada")).ToContainTextAsync("40 unread messages");
        await _bob.OpenAsync("ada");
        await Expect(_bob.Message("line 1 of a long story")).ToBeInViewportAsync();
        await _bob.Button("history.toNewest").Or(_bob.Page.GetByRole(AriaRole.Button, new() { NameRegex = Words.Like("history.toNewestUnread/other") })).ClickAsync();
        await Expect(_bob.Message("line 40 of a long story")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task NewMessage_IsAnnouncedPolitely()
    {
        await _ada.SayAsync("can you hear me?");
        var announced = _bob.Page.Locator("[aria-live=polite]").Filter(new() { HasText = "can you hear me?" });
        await Expect(announced).ToHaveTextAsync(Words.With("history.announce", ("name", "ada"), ("text", "can you hear me?")));
    }

    [Fact]
    public async Task MainJob_ByKeyboardAlone()
    {
        await _ada.Page.Keyboard.PressAsync("Control+k");
        await _ada.Page.Keyboard.TypeAsync("cyd");
        await _ada.Page.Keyboard.PressAsync("Enter");
        await Expect(_ada.Composer).ToBeFocusedAsync();
        await _ada.Page.Keyboard.TypeAsync("written without a mouse");
        await _ada.Page.Keyboard.PressAsync("Enter");
        await Expect(_ada.Message("written without a mouse")).ToBeVisibleAsync();
        await _ada.Page.Keyboard.PressAsync("Control+k");
        await _ada.Page.Keyboard.TypeAsync("bob");
        await _ada.Page.Keyboard.PressAsync("Enter");
        await Expect(_ada.Composer).ToBeFocusedAsync();
        await _ada.Page.Keyboard.TypeAsync("and back");
        await _ada.Page.Keyboard.PressAsync("Enter");
        await Expect(_bob.Message("and back")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task WrittenAtOnceAfterGoing_OnASlowMachine_IsWrittenToTheOtherOne()
    {
        var tools = await _ada.Page.Context.NewCDPSessionAsync(_ada.Page);
        await tools.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = 8 });
        foreach (var (name, text) in new[] { ("cyd", "meant for cyd"), ("bob", "meant for bob") })
        {
            await _ada.Page.Keyboard.PressAsync("Control+k");
            await _ada.Page.Keyboard.TypeAsync(name);
            await _ada.Page.Keyboard.PressAsync("Enter");
            await _ada.Page.Keyboard.TypeAsync(text);
            await _ada.Page.Keyboard.PressAsync("Enter");
            await Expect(_ada.Message(text)).ToHaveCountAsync(1);
        }
        await tools.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = 1 });
        await Expect(_bob.Message("meant for bob")).ToBeVisibleAsync();
        await Expect(_bob.Message("meant for cyd")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Menu_OpenedWhileTheAppLoads_StaysOpen()
    {
        var held = new TaskCompletionSource();
        await _ada.Page.RouteAsync("**/api/v1/conversations", async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });
        await _ada.Page.ReloadAsync();
        await _ada.List.GetByRole(AriaRole.Button, new() { Name = Words["self.menu"] }).ClickAsync();
        await Expect(_ada.MenuItem("self.settings")).ToBeVisibleAsync();
        held.SetResult();
        await Expect(_ada.Composer).ToBeVisibleAsync();
        await _ada.MenuItem("self.settings").PressAsync("Enter");
        await new Settings(_ada).CloseAsync();
        await _ada.Page.UnrouteAsync("**/api/v1/conversations");
    }

    [Fact]
    public async Task Away_IsSeenByOthers()
    {
        await _ada.ChooseOfSelfAsync("self.away");
        await Expect(_bob.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }).Locator("..")).ToContainTextAsync(Words["presence.away"]);
        await _ada.ChooseOfSelfAsync("self.away");
        await Expect(_bob.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }).Locator("..")).ToContainTextAsync(Words["presence.online"]);
    }
}
