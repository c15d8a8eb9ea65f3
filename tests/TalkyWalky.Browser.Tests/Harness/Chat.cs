using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>What a person does in the chat, found by the roles and names of things, as a screen reader finds them.</summary>
internal sealed class Chat(IPage page, Words words)
{
    public IPage Page { get; } = page;

    public Words Words { get; } = words;

    public ILocator List => Page.GetByRole(AriaRole.Navigation, new() { Name = Words["main.list"], Exact = true });

    /// <summary>The messages on the screen; long histories are drawn in part.</summary>
    public ILocator History => Page.GetByRole(AriaRole.Log);

    /// <summary>What one writes in; there is one while a conversation is open.</summary>
    public ILocator Composer => Page.GetByRole(AriaRole.Textbox, new() { NameRegex = Words.Like("compose.label") })
        .Or(Page.GetByRole(AriaRole.Combobox, new() { NameRegex = Words.Like("compose.label") }));

    public ILocator Message(string text) => History.GetByRole(AriaRole.Article).Filter(new() { HasText = text });

    public ILocator State(string text, string state) => Message(text).GetByRole(AriaRole.Img, new() { Name = Words[state], Exact = true });

    /// <summary>A room or a person in the list.</summary>
    public ILocator Row(string name) => List.GetByRole(AriaRole.Button).Filter(new() { Has = Page.GetByText(name, new() { Exact = true }) }).First;

    public ILocator Button(string key) => Page.GetByRole(AriaRole.Button, new() { Name = Words[key], Exact = true });

    public ILocator ButtonCalled(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator MenuItem(string key) => Page.GetByRole(AriaRole.Menuitem, new() { Name = Words[key] });

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog).Or(Page.GetByRole(AriaRole.Alertdialog));

    public async Task OpenAsync(string name)
    {
        await Row(name).ClickAsync();
        await Expect(Composer).ToBeVisibleAsync();
    }

    public async Task WriteAsync(string to, string text)
    {
        await OpenAsync(to);
        await SayAsync(text);
    }

    /// <summary>In the conversation that is open.</summary>
    public async Task SayAsync(string text)
    {
        await Composer.FillAsync(text);
        await Composer.PressAsync("Enter");
    }

    /// <summary>Chooses a file for what is said next in the conversation that is open.</summary>
    public async Task AttachAsync(string name, string type, byte[] content)
    {
        var chooser = await Page.RunAndWaitForFileChooserAsync(() => Button("compose.attach").ClickAsync());
        await chooser.SetFilesAsync(new FilePayload { Name = name, MimeType = type, Buffer = content });
        await Expect(Page.GetByRole(AriaRole.List, new() { Name = Words["compose.attached"], Exact = true }).GetByText(name, new() { Exact = true })).ToBeVisibleAsync();
    }

    /// <summary>Saves a file by keyboard, as a person does in a browser without a dialog for files: it comes as a download.</summary>
    public async Task<(string Name, byte[] Content)> SaveFileAsync(string name)
    {
        await Page.EvaluateAsync("() => Object.defineProperty(window, 'showSaveFilePicker', { value: undefined, configurable: true })");
        var download = await Page.RunAndWaitForDownloadAsync(() => ButtonCalled(Words.With("file.save", ("name", name))).PressAsync("Enter"));
        return (download.SuggestedFilename, await File.ReadAllBytesAsync(await download.PathAsync()));
    }

    public Task ChooseOfSelfAsync(string key) => ChooseAsync(
        List.GetByRole(AriaRole.Button, new() { Name = Words["self.menu"] }), MenuItem(key).Or(Page.GetByRole(AriaRole.Menuitemcheckbox, new() { Name = Words[key] })));

    /// <summary>What the dialog for a colleague shows, with its code.</summary>
    public async Task<string> JoinLinkAsync()
    {
        await Expect(Dialog.GetByRole(AriaRole.Img, new() { Name = Words["link.code"], Exact = true })).ToBeVisibleAsync();
        var link = Dialog.GetByText("talkywalky://");
        await Expect(link).ToBeVisibleAsync();
        return await link.InnerTextAsync();
    }

    /// <summary>Answers the question that is asked with its main button.</summary>
    public Task ConfirmAsync(string key) => Dialog.GetByRole(AriaRole.Button, new() { Name = Words[key], Exact = true }).ClickAsync();

    public Task ChooseOfConversationAsync(string key) => ChooseAsync(Button("head.menu"), MenuItem(key));

    // By keyboard: a click comes to nothing when the line about the connection moves the page between press and release.
    private static async Task ChooseAsync(ILocator menu, ILocator item)
    {
        await menu.PressAsync("Enter");
        await item.PressAsync("Enter");
    }
}
