using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using TalkyWalky.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>An administrator lets a device into ada's account: her app asks whether it was her.</summary>
[Collection(SecondHalf.Name)]
public sealed class AddedDeviceTests(Office office) : IClassFixture<Office>, IAsyncLifetime
{
    /// <summary>Milliseconds. A device asks for what the log says of its owner once a minute at most.</summary>
    private const float UntilAlarm = 300_000;

    private const int NarrowWidth = 400, NarrowHeight = 700;

    private readonly List<string> _findings = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => office.CheckAsync();

    [Fact]
    public async Task Alarm_RevokeIt_EndsTheDeviceInOneStep()
    {
        var words = Words.English;
        var ada = new Chat((await office.WindowAsync("ada")).Page, words);
        await ada.OpenAsync("bob");
        var phone = office.Place.Member("ada", "ada-phone");
        var id = await AddAsync(phone, "Phone");
        var listening = phone.Start("listen", "--json");
        var bar = ada.Page.GetByRole(AriaRole.Alert);
        await Expect(bar).ToContainTextAsync(Named(words, "Phone"), new() { Timeout = UntilAlarm });
        await LookAsync(ada, "alarm-device");

        // By keyboard; who thinks better of it is where they were.
        var revoke = bar.GetByRole(AriaRole.Button, new() { Name = words["alarm.revoke"], Exact = true });
        await bar.GetByRole(AriaRole.Button, new() { Name = words["alarm.mine"], Exact = true }).FocusAsync();
        await ada.Page.Keyboard.PressAsync("Tab");
        await Expect(revoke).ToBeFocusedAsync();
        await ada.Page.Keyboard.PressAsync("Enter");
        await Expect(ada.Dialog).ToContainTextAsync(words["settings.device.revoke.about"]);
        await LookAsync(ada, "alarm-device-revoke");
        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.Dialog).ToHaveCountAsync(0);
        await Expect(revoke).ToBeFocusedAsync();
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.ConfirmAsync("alarm.revoke");

        await Expect(ada.Dialog).ToContainTextAsync(words["alarm.password.how"]);
        await Expect(bar).ToHaveCountAsync(0);
        await LookAsync(ada, "alarm-device-password");
        await ada.ConfirmAsync("trouble.understood");
        await Expect(ada.Dialog).ToHaveCountAsync(0);
        await phone.UntilAsync(() => phone.RunAsync(["status"]), static status => status.Output.Contains("revoked", StringComparison.Ordinal));
        Assert.Contains("revoked", await LineAsync(id), StringComparison.Ordinal);
        await listening.SignalAsync("INT");
        await ada.Page.ReloadAsync();
        await Expect(ada.Row("bob")).ToBeVisibleAsync();
        await Expect(bar).ToHaveCountAsync(0);
        Assert.Empty(_findings);
    }

    [Fact]
    public async Task Alarm_ItWasMe_PutsItAwayAndOthersSeeHowTheDeviceCameIn()
    {
        var words = Words.French;
        var options = Chromium.Usual();
        options.Locale = "fr-FR";
        await using var window = await (await office.DeskAsync("ada")).WindowAsync(options);
        var ada = new Chat(window.Page, words);
        await ada.OpenAsync("bob");
        var id = await AddAsync(office.Place.Member("ada", "ada-tablet"), "Tablet");
        var bar = ada.Page.GetByRole(AriaRole.Alert);
        await Expect(bar).ToContainTextAsync(Named(words, "Tablet"), new() { Timeout = UntilAlarm });
        await LookAsync(ada, "french-alarm-device");
        await bar.GetByRole(AriaRole.Button, new() { Name = words["alarm.mine"], Exact = true }).ClickAsync();
        await Expect(bar).ToHaveCountAsync(0);
        await ada.Page.ReloadAsync();
        await Expect(ada.Row("bob")).ToBeVisibleAsync();
        await Expect(bar).ToHaveCountAsync(0);
        Assert.Contains("active", await LineAsync(id), StringComparison.Ordinal);
        Assert.Empty(window.Troubles);

        var bob = new Chat((await office.WindowAsync("bob")).Page, Words.English);
        await bob.OpenAsync("ada");
        await SeeHowDevicesCameInAsync(bob);
        await LookAsync(bob, "card-of-devices", isNarrowToo: false);
        await bob.Page.SetViewportSizeAsync(NarrowWidth, NarrowHeight);
        await SeeHowDevicesCameInAsync(bob);
        await bob.Page.PictureAsync("card-of-devices-narrow");
        Assert.Empty(_findings);
    }

    private static async Task SeeHowDevicesCameInAsync(Chat chat)
    {
        await chat.Button("head.details").ClickAsync();
        await chat.Page.GetByText(chat.Words["details.showDevices"], new() { Exact = true }).ClickAsync();
        await Expect(chat.Page.GetByText(chat.Words["details.letInFirst"], new() { Exact = true })).ToBeVisibleAsync();
        var letIn = chat.Page.GetByText(chat.Words["details.letInByAdministrator"], new() { Exact = true });
        await Expect(letIn).ToBeVisibleAsync();
        await letIn.ScrollIntoViewIfNeededAsync();
    }

    /// <summary>A device of this person asks to come in, and an administrator names it and lets it in. Its id.</summary>
    private async Task<string> AddAsync(Member added, string name)
    {
        Assert.Contains("waits for approval", (await added.LoginAsync("--no-wait")).Errors, StringComparison.Ordinal);
        var id = (await AdministratorAsync("list", "--user", added.Name)).Lines.Single(static line => line.Contains(" pending ", StringComparison.Ordinal)).Split(' ')[0];
        await AdministratorAsync("name", id, name);
        await AdministratorAsync("approve", id);
        (await added.LoginAsync()).Expect(0);
        return id;
    }

    private async Task<string> LineAsync(string device) =>
        (await AdministratorAsync("list", "--user", "ada")).Lines.Single(line => line.StartsWith(device, StringComparison.Ordinal));

    private async Task<Finished> AdministratorAsync(params string[] command) => (await Programs.RunAsync(Programs.Server, ["device", .. command, "--data", office.Place.Data])).Expect(0);

    /// <summary>As the bar names it: up to the day, with the marks of the language around the name.</summary>
    private static Regex Named(Words words, string name) =>
        Pattern.Of(Regex.Escape(words["alarm.added.administrator"]).Split(@"\{device")[0].Replace(@"\ ", " ", StringComparison.Ordinal) + $".{{1,2}}{name}.{{1,2}},");

    /// <summary>In the light, in the dark, and in a narrow window.</summary>
    private async Task LookAsync(Chat chat, string screen, bool isNarrowToo = true)
    {
        foreach (var theme in (string[])["night", "default"])
        {
            await chat.Page.EvaluateAsync("look => { document.documentElement.dataset.theme = look; }", theme);
            await chat.Page.PictureAsync($"{screen}-{theme}");
            _findings.AddRange((await chat.Page.SeriousFindingsAsync()).Select(finding => $"{screen}, {theme}: {finding}"));
        }

        if (!isNarrowToo) return;
        var usual = chat.Page.ViewportSize!;
        await chat.Page.SetViewportSizeAsync(NarrowWidth, NarrowHeight);
        await chat.Page.PictureAsync($"{screen}-narrow");
        await chat.Page.SetViewportSizeAsync(usual.Width, usual.Height);
    }
}
