using Microsoft.Playwright;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>What a person does on the screens before the chat.</summary>
internal sealed class FirstRun(IPage page, Words words)
{
    public ILocator Title(string key) => page.GetByRole(AriaRole.Heading, new() { Name = words[key], Exact = true });

    public ILocator Button(string key) => page.GetByRole(AriaRole.Button, new() { Name = words[key], Exact = true });

    public ILocator Field(string key) => page.GetByRole(AriaRole.Textbox, new() { Name = words[key] });

    public ILocator Trouble => page.GetByRole(AriaRole.Alert);

    public async Task JoinAsync(string link)
    {
        await Field("start.link").FillAsync(link);
        await Button("start.continue").ClickAsync();
    }

    /// <param name="username">Null: the one that the form begins with.</param>
    public async Task RegisterAsync(string? username, string password, string? passphrase = null)
    {
        await Assertions.Expect(Title("start.register.title")).ToBeVisibleAsync();
        if (username is not null) await Username.FillAsync(username);
        await Password.FillAsync(password);
        await Field("start.password.repeat").FillAsync(password);
        if (passphrase is not null)
        {
            await Button("start.lock").ClickAsync();
            await Field("start.passphrase").FillAsync(passphrase);
        }

        await Button("start.register.go").ClickAsync();
    }

    public async Task SignInAsync(string username, string password)
    {
        await page.GetByRole(AriaRole.Radio, new() { Name = words["start.signIn"] }).ClickAsync();
        await Username.FillAsync(username);
        await Password.FillAsync(password);
        await Button("start.signIn.go").ClickAsync();
    }

    private ILocator Username => page.GetByRole(AriaRole.Textbox, new() { Name = words["start.username"], Exact = true });

    private ILocator Password => page.GetByRole(AriaRole.Textbox, new() { Name = words["start.password"], Exact = true });
}
