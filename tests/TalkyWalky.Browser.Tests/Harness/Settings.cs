using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>What a person does in the settings.</summary>
internal sealed class Settings(Chat chat)
{
    private static readonly string[] Kept = ["/api/v1/settings", "/api/v1/privacy"];

    private IPage Page => chat.Page;

    private Words Words => chat.Words;

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog, new() { Name = Words["settings.title"], Exact = true });

    public ILocator Button(string key) => Dialog.GetByRole(AriaRole.Button, new() { Name = Words[key], Exact = true });

    public ILocator Switch(string key) => Dialog.GetByRole(AriaRole.Switch, new() { Name = Words[key], Exact = true });

    public ILocator Field(string key) => Dialog.GetByRole(AriaRole.Textbox, new() { Name = Words[key], Exact = true });

    /// <summary>One of several: a theme, a font.</summary>
    public ILocator Choice(string name) => Dialog.GetByRole(AriaRole.Radio, new() { Name = name, Exact = true });

    public async Task OpenAsync(string tab)
    {
        if (!await Dialog.IsVisibleAsync()) await chat.ChooseOfSelfAsync("self.settings");
        await Dialog.GetByRole(AriaRole.Tab, new() { Name = Words[tab], Exact = true }).ClickAsync();
    }

    public async Task CloseAsync()
    {
        await Dialog.GetByRole(AriaRole.Button, new() { Name = Words["close"], Exact = true }).ClickAsync();
        await Expect(Dialog).ToHaveCountAsync(0);
    }

    /// <summary>Changes something, and waits until the program has kept it.</summary>
    public Task KeepAsync(Func<Task> change) => Page.RunAndWaitForResponseAsync(
        change, static response => response.Ok && response.Request.Method != "GET" && Kept.Any(path => response.Url.Contains(path, StringComparison.Ordinal)));

    /// <summary>The switch is off after it was on, or the other way round.</summary>
    public async Task TurnAsync(string key, bool on)
    {
        await Expect(Switch(key)).ToBeCheckedAsync(new() { Checked = !on });
        await KeepAsync(() => Switch(key).ClickAsync());
        await Expect(Switch(key)).ToBeCheckedAsync(new() { Checked = on });
    }

    /// <summary>Answers a question over the settings with its main button.</summary>
    public async Task ConfirmAsync(string key)
    {
        var question = Page.GetByRole(AriaRole.Alertdialog);
        await question.GetByRole(AriaRole.Button, new() { Name = Words[key], Exact = true }).ClickAsync();
        await Expect(question).ToHaveCountAsync(0);
    }

    public async Task ApproveDeviceAsync(string key)
    {
        await OpenAsync("settings.devices");
        await Button("settings.device.approve").ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Group, new() { Name = Words["settings.device.key"] })).ToHaveTextAsync(key);
        await ConfirmAsync("settings.device.approve.go");
        await CloseAsync();
    }
}
