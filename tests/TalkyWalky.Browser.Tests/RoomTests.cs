using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>Rooms, made and run by clicks.</summary>
[Collection(SecondHalf.Name)]
public sealed class RoomTests(Office office) : IClassFixture<Office>, IAsyncLifetime
{
    private static readonly Words Words = Words.English;

    private Chat _ada = null!, _bob = null!, _cyd = null!;

    public async Task InitializeAsync()
    {
        _ada = await SitAsync("ada");
        _bob = await SitAsync("bob");
        _cyd = await SitAsync("cyd");
    }

    public Task DisposeAsync() => office.CheckAsync();

    [Fact]
    public async Task RoomOfThree_MadeByClicks_AllRead()
    {
        await CreateAsync("plans", open: false);
        await AddAsync("bob", "cyd");
        await _ada.SayAsync("Shall we move to the new office?");
        await _bob.OpenAsync("plans");
        await Expect(_bob.Message("Shall we move to the new office?")).ToContainTextAsync("ada");
        await _bob.SayAsync("Yes, in May.");
        await _cyd.OpenAsync("plans");
        await Expect(_cyd.Message("Shall we move to the new office?")).ToBeVisibleAsync();
        await Expect(_cyd.Message("Yes, in May.")).ToContainTextAsync("bob");
        await Expect(_ada.Message("Yes, in May.")).ToBeVisibleAsync();
        await Expect(_ada.State("Shall we move to the new office?", "state.read")).ToBeVisibleAsync();
        await Expect(_ada.Page.GetByText("3 people").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task OpenRoom_IsBrowsedAndJoinedByAnyone()
    {
        await CreateAsync("lunch", open: true);
        await _ada.Page.Keyboard.PressAsync("Escape");
        await _ada.SayAsync("Soup today");
        await _bob.List.GetByRole(AriaRole.Button, new() { Name = Words["list.browse"], Exact = true }).ClickAsync();
        await _bob.Dialog.GetByRole(AriaRole.Combobox).FillAsync("lun");
        await _bob.Dialog.GetByRole(AriaRole.Option).Filter(new() { HasText = "lunch" }).ClickAsync();
        await Expect(_bob.Composer).ToBeVisibleAsync();
        await _bob.SayAsync("I am in");
        await Expect(_ada.Message("I am in")).ToContainTextAsync("bob");
    }

    [Fact]
    public async Task General_IsThereForEveryone()
    {
        await _bob.List.GetByRole(AriaRole.Button, new() { Name = Words["list.browse"], Exact = true }).ClickAsync();
        await Expect(_bob.Dialog.GetByRole(AriaRole.Option).Filter(new() { HasText = "General" })).ToBeVisibleAsync();
        await _bob.Page.Keyboard.PressAsync("Escape");
    }

    [Fact]
    public async Task Invitation_IsSeen_AndAccepted()
    {
        await CreateAsync("secret garden", open: false);
        await _ada.Dialog.GetByRole(AriaRole.Radio, new() { Name = Words["people.how.invite"], Exact = true }).ClickAsync();
        await _ada.Dialog.GetByRole(AriaRole.Option).Filter(new() { HasText = "bob" }).ClickAsync();
        await _ada.Dialog.GetByRole(AriaRole.Button, new() { NameRegex = Words.Like("people.invite.go/one") }).ClickAsync();
        await Expect(_bob.Row("secret garden")).ToContainTextAsync(Words["list.invited"]);
        await _bob.Page.PictureAsync("invited-row");
        await _bob.Row("secret garden").ClickAsync();
        await _bob.Button("trouble.join").First.ClickAsync();
        await _bob.SayAsync("Thank you for the invitation");
        await Expect(_ada.Message("Thank you for the invitation")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Owner_RenamesChangesRolesAndRemoves()
    {
        await CreateAsync("drafts", open: false);
        await AddAsync("bob");
        await _ada.ChooseOfConversationAsync("head.roomSettings");
        await _ada.Dialog.GetByRole(AriaRole.Textbox, new() { Name = Words["rooms.name"], Exact = true }).FillAsync("final texts");
        await _ada.Dialog.GetByRole(AriaRole.Button, new() { Name = Words["save"], Exact = true }).ClickAsync();
        await Expect(_bob.Row("final texts")).ToBeVisibleAsync();
        await Expect(_ada.Dialog).ToHaveCountAsync(0);

        if (!await Details(_ada).IsVisibleAsync()) await _ada.Button("head.details").ClickAsync();
        await _ada.ButtonCalled(Words.With("details.memberMenu", ("name", "bob"))).ClickAsync();
        await _ada.MenuItem("details.makeModerator").PressAsync("Enter");
        await Expect(Details(_ada).GetByText(Words["rank.moderator"], new() { Exact = true })).ToBeVisibleAsync();
        await _ada.ButtonCalled(Words.With("details.memberMenu", ("name", "bob"))).ClickAsync();
        await _ada.MenuItem("details.remove").PressAsync("Enter");
        await _ada.Dialog.GetByRole(AriaRole.Button, new() { Name = Words["details.remove"], Exact = true }).ClickAsync();
        await Expect(Details(_ada).GetByText("bob", new() { Exact = true })).ToHaveCountAsync(0);
        await Expect(_bob.Page.GetByText("removed you").First).ToBeVisibleAsync();
    }

    /// <summary>The program answers when something else lies there already.</summary>
    [Fact]
    public async Task RoomMadeAfterItsDialogWasClosed_LeavesTheNextDialogAlone()
    {
        var release = new TaskCompletionSource();
        await _ada.Page.RouteAsync("**/api/v1/rooms", async route =>
        {
            await release.Task;
            await route.ContinueAsync();
        });
        await _ada.List.GetByRole(AriaRole.Button, new() { Name = Words["list.newRoom"], Exact = true }).ClickAsync();
        await _ada.Dialog.GetByRole(AriaRole.Textbox, new() { Name = Words["rooms.name"], Exact = true }).FillAsync("slow room");
        await _ada.Dialog.GetByRole(AriaRole.Button, new() { Name = Words["rooms.create.go"], Exact = true }).ClickAsync();
        await _ada.Page.Keyboard.PressAsync("Escape");
        await Expect(_ada.Dialog).ToHaveCountAsync(0);
        await _ada.Page.Keyboard.PressAsync("Control+,");
        var settings = _ada.Page.GetByRole(AriaRole.Dialog, new() { Name = Words["settings.title"], Exact = true });
        await Expect(settings).ToBeVisibleAsync();
        var answered = _ada.Page.WaitForResponseAsync(static answer => answer.Request.Method == "POST" && answer.Url.EndsWith("/api/v1/rooms", StringComparison.Ordinal));
        release.SetResult();
        await (await answered).FinishedAsync();
        await Expect(_ada.Page.GetByText("slow room", new() { Exact = true })).ToHaveCountAsync(1);
        await Expect(settings).ToBeVisibleAsync();
        await _ada.Page.UnrouteAsync("**/api/v1/rooms");
        await _ada.Page.Keyboard.PressAsync("Escape");
    }

    [Fact]
    public async Task OnlyOwner_Leaves_IsToldWhyNotInPlace()
    {
        await CreateAsync("mine", open: false);
        await AddAsync("bob");
        await _ada.ChooseOfConversationAsync("head.leave");
        await _ada.ConfirmAsync("rooms.leave");
        await Expect(_ada.Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("You are the only owner of this room");
        await _ada.ConfirmAsync("cancel");
        await Expect(_ada.Row("mine")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Member_Leaves()
    {
        await CreateAsync("short visit", open: false);
        await AddAsync("bob");
        await _bob.OpenAsync("short visit");
        await _bob.ChooseOfConversationAsync("head.leave");
        await _bob.Dialog.GetByRole(AriaRole.Button, new() { Name = Words["rooms.leave"], Exact = true }).ClickAsync();
        await Expect(_bob.Row("short visit")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Owner_ClosesTheRoom_ForEverybody()
    {
        await CreateAsync("last year", open: false);
        await AddAsync("bob");
        await _bob.OpenAsync("last year");
        await _ada.ChooseOfConversationAsync("head.roomSettings");
        await _ada.Dialog.GetByRole(AriaRole.Button, new() { Name = Words["rooms.end"], Exact = true }).ClickAsync();
        await Expect(_ada.Dialog).ToContainTextAsync(Words["rooms.end.about"]);
        await _ada.ConfirmAsync("rooms.end");
        await Expect(_ada.Dialog).ToHaveCountAsync(0);
        await Expect(_bob.Page.GetByText(Words["trouble.closed"]).First).ToBeVisibleAsync();
        await Expect(_bob.Composer).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Person_ShowsDevicesAndCertificate_InWords()
    {
        await _ada.WriteAsync("bob", "so that we verify each other");
        await Expect(_ada.State("so that we verify each other", "state.delivered").Or(_ada.State("so that we verify each other", "state.read"))).ToBeVisibleAsync();
        if (!await Details(_ada).IsVisibleAsync()) await _ada.Button("head.details").ClickAsync();
        await Expect(Details(_ada).GetByText("1 device, verified by")).ToBeVisibleAsync();
        await Details(_ada).GetByRole(AriaRole.Button, new() { Name = Words["details.showDevices"] }).ClickAsync();
        await Expect(_ada.Page.GetByText("This certificate says that the device belongs to bob")).ToBeVisibleAsync();
    }

    private static ILocator Details(Chat chat) => chat.Page.GetByRole(AriaRole.Complementary, new() { Name = Words["main.details"], Exact = true });

    private async Task<Chat> SitAsync(string name) => new((await office.WindowAsync(name)).Page, Words);

    /// <summary>Ends where people are asked for.</summary>
    private async Task CreateAsync(string name, bool open)
    {
        await _ada.List.GetByRole(AriaRole.Button, new() { Name = Words["list.newRoom"], Exact = true }).ClickAsync();
        await _ada.Dialog.GetByRole(AriaRole.Textbox, new() { Name = Words["rooms.name"], Exact = true }).FillAsync(name);
        if (open) await _ada.Dialog.GetByRole(AriaRole.Radio, new() { Name = Words["rooms.open"], Exact = true }).ClickAsync();
        await _ada.Dialog.GetByRole(AriaRole.Button, new() { Name = Words["rooms.create.go"], Exact = true }).ClickAsync();
        await Expect(_ada.Dialog.GetByText(Words.With("people.add.title", ("room", name)))).ToBeVisibleAsync();
    }

    private async Task AddAsync(params string[] people)
    {
        foreach (var person in people) await _ada.Dialog.GetByRole(AriaRole.Option).Filter(new() { HasText = person }).ClickAsync();
        await _ada.Dialog.GetByRole(AriaRole.Button, new() { NameRegex = Words.Like(people.Length == 1 ? "people.add.go/one" : "people.add.go/other") }).ClickAsync();
        await Expect(_ada.Dialog).ToHaveCountAsync(0);
    }
}
