using System.Security.Cryptography;
using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>Files between Ada and Bob, each with a program and a window.</summary>
[Collection(SecondHalf.Name)]
public sealed class FileTests(Office office) : IClassFixture<Office>, IAsyncLifetime
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
    public async Task File_ChosenAndSent_IsSavedByTheOther_ByteForByte()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        await _ada.AttachAsync("Réport 2026.pdf", "application/pdf", content);
        await _ada.SayAsync("Here is the report:");
        await Expect(_bob.Message("Here is the report:")).ToBeVisibleAsync();
        var card = _bob.Message("Réport 2026.pdf");
        await Expect(card).ToContainTextAsync("293 kB");
        await Expect(_ada.State("Réport 2026.pdf", "state.read")).ToBeVisibleAsync();
        await Expect(_ada.Row("bob")).ToContainTextAsync("Réport 2026.pdf");
        await Expect(_ada.Row("bob").GetByRole(AriaRole.Img, new() { Name = Words["list.file"], Exact = true })).ToBeVisibleAsync();

        var (name, saved) = await _bob.SaveFileAsync("Réport 2026.pdf");
        Assert.Equal("Réport 2026.pdf", name);
        Assert.Equal(content, saved);
        foreach (var look in (string[])["default", "night"])
        {
            await _bob.Page.EvaluateAsync("look => { document.documentElement.dataset.theme = look; }", look);
            await _bob.Page.PictureAsync($"theme-{look}-file");
            Assert.Empty(await _bob.Page.SeriousFindingsAsync());
        }

        await _bob.Page.EvaluateAsync("() => { document.documentElement.dataset.theme = 'default'; }");
    }

    [Fact]
    public async Task File_DroppedAndPasted_IsAttached_AndCanBeTakenBack()
    {
        await DropAsync("dropped.txt", 7);
        await Expect(Attached("dropped.txt")).ToBeVisibleAsync();
        await _ada.Composer.EvaluateAsync(
            """
            (field) => {
              const clipboard = new DataTransfer();
              clipboard.items.add(new File(['pasted'], 'image.png', { type: 'image/png' }));
              field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }));
            }
            """);
        await Expect(Attached("image.png")).ToBeVisibleAsync();
        Assert.Empty(await _ada.Page.SeriousFindingsAsync());
        await _ada.ButtonCalled(Words.With("compose.detach", ("name", "dropped.txt"))).ClickAsync();
        await Expect(Attached("dropped.txt")).ToHaveCountAsync(0);
        await _ada.Composer.PressAsync("Enter");
        await Expect(_bob.Message("image.png")).ToBeVisibleAsync();
        await Expect(Attached("image.png")).ToHaveCountAsync(0);
        Assert.Equal("pasted"u8.ToArray(), (await _bob.SaveFileAsync("image.png")).Content);
        await Expect(_bob.Message("dropped.txt")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task File_TooLarge_IsRefusedAtOnce_WithTheLimit()
    {
        await DropAsync("film.iso", (8 * 1024 * 1024) + 1);
        await Expect(_ada.Page.GetByText(Words.With("file.tooLarge", ("name", "film.iso"), ("limit", "8 MB")))).ToBeVisibleAsync();
        await Expect(Attached("film.iso")).ToHaveCountAsync(0);
    }

    private ILocator Attached(string name) => _ada.Page.GetByRole(AriaRole.List, new() { Name = Words["compose.attached"], Exact = true }).GetByText(name, new() { Exact = true });

    private async Task DropAsync(string name, int size) => await _ada.History.EvaluateAsync(
        """
        (element, [name, size]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([new Uint8Array(size)], name));
          for (const type of ['dragover', 'drop']) element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        }
        """,
        new object[] { name, size });
}
