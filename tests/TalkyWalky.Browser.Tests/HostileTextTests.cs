using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>
/// Texts, names and rooms of somebody who means harm: they are shown as text. A script that ran would call reportTrouble, and what the policy had to stop is reported there too
/// (<see cref="Window"/>), so after each test nothing was even tried.
/// </summary>
[Collection(SecondHalf.Name)]
public sealed class HostileTextTests(Office office) : IClassFixture<Office>, IAsyncLifetime
{
    private const string Override = "\u202E", ZeroWidth = "\u200B";

    private static readonly Words Words = Words.English;

    private Chat _bob = null!;

    public async Task InitializeAsync()
    {
        await office.DeskAsync("cyd"); // what cyd sends goes through a program that runs
        _bob = new Chat((await office.WindowAsync("bob")).Page, Words);
        await _bob.OpenAsync("cyd");
    }

    public Task DisposeAsync() => office.CheckAsync();

    [Theory]
    [InlineData("""case-a <img src=x onerror="reportTrouble('image')">""")]
    [InlineData("""case-b <script>reportTrouble('script')</script>""")]
    [InlineData("""case-c <svg onload="reportTrouble('svg')"><a href="javascript:reportTrouble('svg link')">x</a></svg>""")]
    [InlineData("""case-d <iframe srcdoc="<script>parent.reportTrouble('frame')</script>"></iframe>""")]
    [InlineData("""case-e <style>* { display: none }</style><form action="/api/v1/logout"><button>press</button></form>""")]
    [InlineData("case-f ![picture](https://tracker.invalid/pixel.png) ![picture](javascript:reportTrouble(1))")]
    public async Task Markup_InAMessage_IsShownAsText(string text)
    {
        await ReceiveAsync(text);
        var message = _bob.Message(text[..text.IndexOf(' ', StringComparison.Ordinal)]).Locator("[data-text]");
        await Expect(message).ToBeVisibleAsync();
        await Expect(message.Locator("img, script, svg, iframe, style, form, button, input, object, embed")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("case-g [press](javascript:reportTrouble('link'))")]
    [InlineData("case-h [press](data:text/html,<script>opener.reportTrouble(1)</script>)")]
    [InlineData("case-i [press](vbscript:x) <javascript:reportTrouble(1)> javascript:reportTrouble(1)")]
    [InlineData("case-j [press](/api/v1/quit) [press](file:///etc/passwd) [press](talkywalky://evil.invalid:1/join#root=00)")]
    public async Task Links_ThatAreNotToTheWeb_AreNoLinks(string text)
    {
        await ReceiveAsync(text);
        var message = _bob.Message(text[..text.IndexOf(' ', StringComparison.Ordinal)]);
        await Expect(message).ToBeVisibleAsync();
        await Expect(message.Locator("a")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Overrides_InAMessage_TurnNothingAround()
    {
        await ReceiveAsync($"case-k {Override}txt.exe");
        await Expect(_bob.Message("case-k")).Not.ToContainTextAsync(Override);
        await Expect(_bob.Row("cyd")).Not.ToContainTextAsync(Override);
    }

    [Fact]
    public async Task Message_OfTenThousandCharacters_KeepsThePageUsable()
    {
        await ReceiveAsync("case-l " + new string('W', 9_993));
        var message = _bob.Message("case-l");
        await Expect(message).ToBeVisibleAsync();
        await ReceiveAsync("case-m, after a long one");
        await Expect(_bob.Message("case-m")).ToBeVisibleAsync();
        Assert.True(await _bob.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways");
    }

    [Fact]
    public async Task DeepMarkdown_IsShownInTime()
    {
        var busy = await Busy.DuringAsync(_bob.Page, async () =>
        {
            await ReceiveAsync("case-n " + string.Concat(Enumerable.Repeat("**_[`>", 1500)));
            await Expect(_bob.Message("case-n")).ToBeVisibleAsync();
        });
        Assert.InRange(busy, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("<img src=x onerror=reportTrouble(1)>", "<img src=x onerror=reportTrouble(1)>")]
    [InlineData("[Bob](javascript:reportTrouble(1)) **bold**", "[Bob](javascript:reportTrouble(1)) **bold**")]
    public async Task Name_OfAPerson_IsShownAsText_BesideTheUsername(string name, string shown)
    {
        (await office.Place.Member("cyd").RunAsync(["name", "set", name])).Expect(0);
        await ReceiveAsync($"from {name.Length} letters");
        var head = _bob.Page.GetByRole(AriaRole.Heading, new() { Level = 1 });
        await Expect(head).ToContainTextAsync(shown);
        await Expect(head).ToContainTextAsync("cyd");
        await Expect(_bob.List.GetByText(shown, new() { Exact = true })).ToBeVisibleAsync();
        (await office.Place.Member("cyd").RunAsync(["name", "revert"])).Expect(0);
        await Expect(head).ToHaveTextAsync("cyd");
    }

    [Theory]
    [InlineData($"b{ZeroWidth}ob")]
    [InlineData($"{Override}bob")]
    public async Task Name_ThatPretendsToBeAnother_IsRefused(string name)
    {
        var settings = new Settings(_bob);
        await settings.OpenAsync("settings.name");
        await settings.Field("settings.name.shown").FillAsync(name);
        await settings.Button("settings.name.change").ClickAsync();
        await Expect(settings.Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("invisible");
        await settings.CloseAsync();
    }

    [Fact]
    public async Task NameOfARoom_IsShownAsText()
    {
        const string name = "<b onmouseover=reportTrouble(1)>room</b>";
        await office.Place.Member("cyd").RoomAsync("create", name, "--topic", "<img src=x onerror=reportTrouble(2)>");
        await office.Place.Member("cyd").RoomAsync("add", name, "bob");
        await _bob.Row(name).ClickAsync();
        await Expect(_bob.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(name);
        await _bob.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }).HoverAsync();
    }

    /// <summary>Who reads a tall message above is left there; then one button leads to what is new.</summary>
    private async Task ReceiveAsync(string text)
    {
        (await office.Place.Member("cyd").SendAsync("bob", text)).Expect(0);
        var newest = _bob.Button("history.toNewest").Or(_bob.Page.GetByRole(AriaRole.Button, new() { NameRegex = Pattern.Of("new messages? below$") }));
        await Expect(_bob.Message(text.Split(' ')[0]).Or(newest).First).ToBeVisibleAsync();
        if (await newest.IsVisibleAsync()) await newest.ClickAsync();
    }
}
