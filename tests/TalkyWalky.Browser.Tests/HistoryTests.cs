using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>What is kept of conversations: logs, clearing, drafts, mute and close.</summary>
[Collection(FirstHalf.Name)]
public sealed class HistoryTests(Office office) : IClassFixture<Office>, IAsyncLifetime
{
    private static readonly Words Words = Words.English;
    private static readonly string[] Said = ["The first of March suits me.", "Line one\nline two <b>not bold</b> & more", "Voilà 🚀"];

    private Chat _ada = null!;

    public async Task InitializeAsync() => _ada = new Chat((await office.WindowAsync("ada")).Page, Words);

    public Task DisposeAsync() => office.CheckAsync();

    [Fact]
    public async Task Log_AsTextJsonAndHtml_HoldsWhatWasWritten()
    {
        foreach (var text in Said) (await office.Place.Member("bob").SendAsync("ada", text)).Expect(0);
        await _ada.OpenAsync("bob");
        await Expect(_ada.Message("Voilà 🚀")).ToBeVisibleAsync();

        var text1 = await SaveAsync("log.text");
        foreach (var line in Said.SelectMany(static text => text.Split('\n'))) Assert.Contains(line, text1, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await SaveAsync("log.json"));
        Assert.Equal(Said, json.RootElement.GetProperty("messages").EnumerateArray().Select(static message => message.GetProperty("text").GetString()!).TakeLast(3));
        var html = await SaveAsync("log.html");
        Assert.Contains("not bold", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>not bold", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_OfADateRange_HoldsOnlyThat()
    {
        (await office.Place.Member("bob").SendAsync("ada", "written today")).Expect(0);
        await _ada.OpenAsync("bob");
        await Expect(_ada.Message("written today")).ToBeVisibleAsync();
        var today = DateTime.Today;
        Assert.Contains("written today", await SaveAsync("log.text", today.AddDays(-1), today.AddDays(1)), StringComparison.Ordinal);
        Assert.DoesNotContain("written today", await SaveAsync("log.text", today.AddDays(-9), today.AddDays(-2)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clear_TakesTheConversationFromTheScreen_AndFromTheDisk()
    {
        const string secret = "a phrase that nobody else would write: xylophone quartz";
        (await office.Place.Member("cyd").SendAsync("ada", secret)).Expect(0);
        await _ada.OpenAsync("cyd");
        await Expect(_ada.Message("xylophone")).ToBeVisibleAsync();
        await _ada.ChooseOfConversationAsync("head.clearHistory");
        await _ada.Dialog.GetByRole(AriaRole.Button, new() { Name = Words["clear.go"], Exact = true }).ClickAsync();
        await Expect(_ada.Message("xylophone")).ToHaveCountAsync(0);
        _ada = new Chat((await office.RestartAsync("ada")).Page, Words);
        await _ada.OpenAsync("cyd");
        await Expect(_ada.History.GetByText(Words["history.beginHint"])).ToBeVisibleAsync();
        await Expect(_ada.Message("xylophone")).ToHaveCountAsync(0);
        AssertNowhere(office.Place.Member("ada").Profile, "xylophone");
    }

    [Fact]
    public async Task ClearAll_AsksFirst_AndTakesEverything()
    {
        (await office.Place.Member("bob").SendAsync("ada", "soon gone")).Expect(0);
        await _ada.OpenAsync("bob");
        await Expect(_ada.Message("soon gone")).ToBeVisibleAsync();
        var settings = new Settings(_ada);
        await settings.OpenAsync("settings.privacy");
        await settings.Button("clear.all.go").ClickAsync();
        await _ada.Page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = Words["cancel"] }).ClickAsync();
        await _ada.OpenAsync("bob");
        await Expect(_ada.Message("soon gone")).ToBeVisibleAsync();
        await settings.OpenAsync("settings.privacy");
        await settings.Button("clear.all.go").ClickAsync();
        await settings.ConfirmAsync("clear.all.go");
        await Expect(_ada.Message("soon gone")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Draft_SurvivesARestart_AndIsSealed()
    {
        await _ada.OpenAsync("bob");
        await _ada.Composer.FillAsync("unfinished zeppelin");
        await _ada.OpenAsync("cyd");
        await Expect(_ada.Row("bob")).ToContainTextAsync("unfinished zeppelin");
        _ada = new Chat((await office.RestartAsync("ada")).Page, Words);
        await _ada.OpenAsync("bob");
        await Expect(_ada.Composer).ToHaveValueAsync("unfinished zeppelin");
        AssertNowhere(office.Place.Member("ada").Profile, "zeppelin");
        await _ada.Composer.FillAsync("");
    }

    [Fact]
    public async Task Mute_IsShown_AndTakenBack()
    {
        (await office.Place.Member("bob").SendAsync("ada", "anything to mute")).Expect(0);
        await _ada.OpenAsync("bob");
        await _ada.ChooseOfConversationAsync("head.mute");
        await Expect(_ada.Row("bob").GetByRole(AriaRole.Img, new() { Name = Words["list.muted"] })).ToBeVisibleAsync();
        _ada = new Chat((await office.RestartAsync("ada")).Page, Words);
        await Expect(_ada.Row("bob").GetByRole(AriaRole.Img, new() { Name = Words["list.muted"] })).ToBeVisibleAsync();
        await _ada.OpenAsync("bob");
        await _ada.ChooseOfConversationAsync("head.unmute");
        await Expect(_ada.Row("bob").GetByRole(AriaRole.Img, new() { Name = Words["list.muted"] })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Close_HidesTheConversation_UntilSomethingNewComes()
    {
        (await office.Place.Member("cyd").SendAsync("ada", "before it is closed")).Expect(0);
        await _ada.OpenAsync("cyd");
        await Expect(_ada.Message("before it is closed")).ToBeVisibleAsync();
        await _ada.ChooseOfConversationAsync("head.close");
        await Expect(_ada.Composer).ToHaveCountAsync(0);
        Assert.False(await IsAmongConversationsAsync("cyd"));
        (await office.Place.Member("cyd").SendAsync("ada", "here again")).Expect(0);
        await Expect(_ada.Row("cyd")).ToContainTextAsync("here again");
        Assert.True(await IsAmongConversationsAsync("cyd"));
    }

    /// <summary>Saves a log as a person does in a browser without a dialog for files: it comes as a download.</summary>
    private async Task<string> SaveAsync(string format, DateTime? from = null, DateTime? to = null)
    {
        await _ada.Page.EvaluateAsync("() => { delete window.showSaveFilePicker; Object.defineProperty(window, 'showSaveFilePicker', { value: undefined, configurable: true }); }");
        await _ada.ChooseOfConversationAsync("head.saveLog");
        await _ada.Dialog.GetByRole(AriaRole.Radio, new() { Name = Words[format], Exact = true }).ClickAsync();
        if (from is { } first) await _ada.Dialog.GetByLabel(Words["log.from"]).FillAsync($"{first:yyyy-MM-dd}");
        if (to is { } last) await _ada.Dialog.GetByLabel(Words["log.to"]).FillAsync($"{last:yyyy-MM-dd}");
        var download = await _ada.Page.RunAndWaitForDownloadAsync(() => _ada.Dialog.GetByRole(AriaRole.Button, new() { Name = Words["log.go"], Exact = true }).ClickAsync());
        await Expect(_ada.Dialog).ToHaveCountAsync(0);
        return await File.ReadAllTextAsync(await download.PathAsync());
    }

    /// <summary>Above the heading of those whom one does not write with.</summary>
    private async Task<bool> IsAmongConversationsAsync(string name)
    {
        var everyone = _ada.List.GetByRole(AriaRole.Heading, new() { Name = Words["list.everyone"], Exact = true });
        return !await everyone.IsVisibleAsync() || (await _ada.Row(name).BoundingBoxAsync())!.Y < (await everyone.BoundingBoxAsync())!.Y;
    }

    private static void AssertNowhere(string folder, string word)
    {
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(static file => Path.GetExtension(file) is not (".sock" or ".lock")).ToList();
        Assert.Contains(files, static file => file.EndsWith("profile.db", StringComparison.Ordinal));
        foreach (var bytes in (byte[][])[Encoding.UTF8.GetBytes(word), Encoding.Unicode.GetBytes(word)])
            Assert.DoesNotContain(files, file => ReadShared(file).AsSpan().IndexOf(bytes) >= 0);
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
