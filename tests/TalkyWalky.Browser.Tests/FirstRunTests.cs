using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using TalkyWalky.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>From a join link to the chat, and back in.</summary>
[Collection(FirstHalf.Name)]
public sealed class FirstRunTests(Office office) : IClassFixture<Office>, IAsyncLifetime
{
    private static readonly Words Words = Words.English;

    private readonly List<Desk> _desks = [];

    [Fact]
    public async Task TwoNewPeople_RegisterInTheBrowser_AndChatBothWays()
    {
        var dora = await RegisteredAsync("dora");
        var emil = await RegisteredAsync("emil");

        await emil.WriteAsync("dora", "Hello Dora");
        await Expect(emil.State("Hello Dora", "state.delivered")).ToBeVisibleAsync();
        await dora.OpenAsync("emil");
        await Expect(dora.Message("Hello Dora")).ToBeVisibleAsync();
        await Expect(emil.State("Hello Dora", "state.read")).ToBeVisibleAsync();
        await dora.SayAsync("Hello Emil");
        await Expect(emil.Message("Hello Emil")).ToBeVisibleAsync();
        await Expect(dora.State("Hello Emil", "state.read")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task JoinLink_ForAColleague_IsTheOneOfTheServer()
    {
        var hugo = await RegisteredAsync("hugo");
        await hugo.ChooseOfSelfAsync("self.invite");
        Assert.Equal(office.Place.Join, await hugo.JoinLinkAsync());
    }

    [Fact]
    public async Task JoinLink_ThatIsNone_IsExplained()
    {
        var (_, start) = await FreshAsync("nobody");
        await start.JoinAsync("https://example.org/");
        await Expect(start.Trouble).ToContainTextAsync("talkywalky://");
        await start.JoinAsync("");
        await Expect(start.Trouble).ToHaveTextAsync(Words["start.link.missing"]);
    }

    [Fact]
    public async Task StartedForSomebody_TheFormHoldsTheName()
    {
        var (window, start) = await FreshAsync("gina", options: ["--user", "Gina", office.Place.Join]);
        await Expect(start.Title("start.register.title")).ToBeVisibleAsync();
        await Expect(start.Field("start.username")).ToHaveValueAsync("gina");
        await start.RegisterAsync(username: null, "correct horse gina");
        await Expect(new Chat(window.Page, Words).List).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Register_ATakenName_SaysChooseAnotherOne()
    {
        var (_, start) = await FreshAsync("taken");
        await start.JoinAsync(office.Place.Join);
        await start.RegisterAsync("ada", "correct horse ada");
        await Expect(start.Trouble).ToContainTextAsync("taken");
    }

    [Fact]
    public async Task Register_WithABadNameOrPassword_SaysTheRule()
    {
        var (_, start) = await FreshAsync("rules");
        await start.JoinAsync(office.Place.Join);
        foreach (var (username, password, rule) in (IEnumerable<(string, string, string)>)
            [("a", "correct horse", "start.username.length"), ("with space", "correct horse", "start.username.letters"), ("fine", "short", "start.password.short")])
        {
            await start.RegisterAsync(username, password);
            await Expect(start.Trouble.First).ToHaveTextAsync(Words[rule]);
        }
    }

    [Fact]
    public async Task SignIn_WithTheWrongPassword_DoesNotSayWhetherTheNameExists()
    {
        var (_, start) = await FreshAsync("wrong");
        await start.JoinAsync(office.Place.Join);
        await start.SignInAsync("ada", "not her password");
        await Expect(start.Trouble).ToBeVisibleAsync();
        var ofAda = await start.Trouble.InnerTextAsync();
        await start.SignInAsync("nobody-of-this-name", "not her password");
        await Expect(start.Trouble).ToHaveTextAsync(ofAda);
    }

    [Fact]
    public async Task SecondDevice_IsLetInFromTheFirst_WhereTheSameKeyIsSeen()
    {
        var ada = new Chat((await office.WindowAsync("ada")).Page, Words);
        var (window, start) = await FreshAsync("ada-laptop", "ada");
        await start.JoinAsync(office.Place.Join);
        await start.SignInAsync("ada", office.Place.Member("ada").Password);
        await Expect(start.Title("start.pending.title")).ToBeVisibleAsync();
        var key = await window.Page.GetByLabel(Words["start.pending.key"]).InnerTextAsync();

        await Expect(ada.Page.GetByText("approve it in Settings, under Devices")).ToBeVisibleAsync();
        await new Settings(ada).ApproveDeviceAsync(key);
        await Expect(new Chat(window.Page, Words).List).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Profile_WithAPassphrase_IsLockedAtEveryStart()
    {
        var (window, start) = await FreshAsync("locked", "frida");
        await start.JoinAsync(office.Place.Join);
        await start.RegisterAsync("frida", "correct horse frida", passphrase: "battery staple frida");
        await Expect(new Chat(window.Page, Words).List).ToBeVisibleAsync();

        var desk = _desks[^1];
        await desk.RestartAsync();
        window = await desk.WindowAsync();
        start = new FirstRun(window.Page, Words);
        await Expect(start.Title("start.locked.title")).ToBeVisibleAsync();
        await LookAsync(window, "start-locked");
        await start.Field("start.passphrase").FillAsync("not it");
        await start.Button("start.locked.go").ClickAsync();
        await Expect(start.Trouble).ToBeVisibleAsync();
        await start.Field("start.passphrase").FillAsync("battery staple frida");
        await start.Button("start.locked.go").ClickAsync();
        await Expect(new Chat(window.Page, Words).List).ToBeVisibleAsync();
    }

    [Fact]
    public async Task DamagedProfile_IsExplained()
    {
        var member = office.Place.Member("hugo", "damaged");
        Member.WriteSecret(member.Environment["TALKYWALKY_PASSPHRASE_FILE"], "battery staple hugo");
        Directory.CreateDirectory(member.Profile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(member.Profile, "profile.db"), new string('x', 8192));
        var desk = await Desk.OpenAsync(member);
        _desks.Add(desk);
        var window = await desk.WindowAsync();
        await Expect(new FirstRun(window.Page, Words).Title("start.broken.title")).ToBeVisibleAsync();
        await Expect(window.Page.GetByText("damaged")).ToBeVisibleAsync();
        await LookAsync(window, "start-broken");
    }

    [Fact]
    public async Task Disconnect_AsksForThePasswordAgain()
    {
        var window = await office.WindowAsync("bob");
        var (chat, start) = (new Chat(window.Page, Words), new FirstRun(window.Page, Words));
        await chat.ChooseOfSelfAsync("self.logout");
        await chat.ConfirmAsync("logout.go");
        await Expect(start.Title("start.loggedOut.title")).ToBeVisibleAsync();
        await LookAsync(window, "start-logged-out");
        await start.Field("start.password").FillAsync("not his password");
        await start.Button("start.signIn.go").ClickAsync();
        await Expect(start.Trouble).ToBeVisibleAsync();
        await start.Field("start.password").FillAsync(office.Place.Member("bob").Password);
        await start.Button("start.signIn.go").ClickAsync();
        await Expect(chat.List).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Quit_EndsTheProgram_AndThePageSaysSo()
    {
        var window = await office.WindowAsync("cyd");
        var desk = await office.DeskAsync("cyd");
        var chat = new Chat(window.Page, Words);
        await chat.ChooseOfSelfAsync("self.quit");
        await chat.ConfirmAsync("quit.go");
        Assert.Equal(0, await desk.Program.ExitAsync());
        var start = new FirstRun(window.Page, Words);
        await Expect(start.Title("outside.closed.title").Or(start.Title("outside.gone.title"))).ToBeVisibleAsync();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        var troubles = _desks.SelectMany(static desk => desk.Windows).SelectMany(static window => window.Troubles).ToList();
        foreach (var desk in _desks) await desk.DisposeAsync();
        Assert.Empty(troubles);
    }

    /// <summary>A program that has no profile yet, and its window.</summary>
    private async Task<(Window Window, FirstRun Start)> FreshAsync(string profile, string? name = null, params string[] options)
    {
        var desk = await Desk.OpenAsync(office.Place.Newcomer(name ?? profile, profile), options);
        _desks.Add(desk);
        var window = await desk.WindowAsync();
        return (window, new FirstRun(window.Page, Words));
    }

    /// <summary>Pictures in dark, light and the smallest window, and nothing serious for axe.</summary>
    private static async Task LookAsync(Window window, string screen)
    {
        foreach (var (scheme, theme) in (IEnumerable<(ColorScheme, string)>)[(ColorScheme.Dark, "night"), (ColorScheme.Light, "default")])
        {
            await window.Page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-theme", theme);
            await window.Page.PictureAsync($"{screen}-{theme}");
            Assert.Empty(await window.Page.SeriousFindingsAsync());
        }

        await window.Page.SmallPictureAsync(screen);
    }

    private async Task<Chat> RegisteredAsync(string name)
    {
        var (window, start) = await FreshAsync(name);
        await start.JoinAsync(office.Place.Join);
        await start.RegisterAsync(name, $"correct horse {name}");
        var chat = new Chat(window.Page, Words);
        await Expect(chat.List).ToBeVisibleAsync();
        return chat;
    }
}
