using Microsoft.Playwright;
using TalkyWalky.Harness;
using TalkyWalky.Testing;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>A few people who have something to say, and a way through every screen: for pictures, and for what must hold on each.</summary>
internal static class Scene
{
    public const string Room = "Schema review";

    /// <summary>Names, a room and conversations; nobody's app may be open.</summary>
    public static async Task PrepareAsync(Place place)
    {
        var (ada, bob, cyd) = (place.Member("ada"), place.Member("bob"), place.Member("cyd"));
        await Task.WhenAll(NameAsync(ada, "Ada Lovelace"), NameAsync(bob, "Bob Marlowe"), NameAsync(cyd, "Cyd Okafor"));
        await ada.RoomAsync("create", Room, "--topic", "What we store, and for how long");
        await ada.RoomAsync("add", Room, "bob", "cyd");
        (await bob.RunAsync(["send", "--room", Room, "Shall we freeze the schema **today**? I have two small changes left:\n\n1. `position` becomes a string\n2. drafts get a place of their own"])).Expect(0);
        (await cyd.RunAsync(["send", "--room", Room, "Fine with me. This is the query that worried us:\n\n```\nSELECT count(*) FROM message WHERE position > ?\n```"])).Expect(0);
        (await ada.RunAsync(["send", "--room", Room, "Yes, after lunch. @bob, can you write it down?"])).Expect(0);
        (await bob.RunAsync(["send", "--room", Room, "👍"])).Expect(0);
        (await bob.SendAsync("ada", "Good morning! Did the long run finish?")).Expect(0);
        (await ada.SendAsync("bob", "It did, all green 🎉")).Expect(0);
        (await bob.SendAsync("ada", "Then let us show it to Cyd: https://example.org/results")).Expect(0);
        (await cyd.SendAsync("ada", "Lunch at noon?")).Expect(0);
    }

    /// <summary>Opens one screen after the other and lets <paramref name="visit"/> look at each.</summary>
    public static async Task WalkAsync(Chat chat, Func<string, Task> visit)
    {
        await chat.OpenAsync("Bob Marlowe");
        await Expect(chat.Message("all green")).ToBeVisibleAsync();
        await visit("conversation");
        await chat.ChooseOfConversationAsync("head.direct");
        await Expect(chat.Dialog.GetByRole(AriaRole.Textbox)).ToBeVisibleAsync();
        await VisitDialogAsync(chat, "direct", visit);
        await chat.OpenAsync(Room);
        await Expect(chat.Message("after lunch")).ToBeVisibleAsync();
        if (await chat.Page.GetByRole(AriaRole.Complementary).CountAsync() == 0) await chat.Button("head.details").ClickAsync();
        await Expect(chat.Page.GetByRole(AriaRole.Complementary)).ToBeVisibleAsync();
        await visit("room");
        await VisitSettingsAsync(chat, visit);
        await VisitKeysAsync(chat, visit);
        foreach (var (key, name) in (IEnumerable<(string, string)>)[("list.newRoom", "create-room"), ("list.browse", "browse-rooms"), ("list.newMessage", "new-message")])
        {
            await chat.List.GetByRole(AriaRole.Button, new() { Name = chat.Words[key], Exact = true }).ClickAsync();
            await VisitDialogAsync(chat, name, visit);
        }

        foreach (var (key, name) in (IEnumerable<(string, string)>)[("head.saveLog", "save-log"), ("head.clearHistory", "clear-history"), ("head.addPeople", "add-people"), ("head.roomSettings", "room-settings")])
        {
            await chat.ChooseOfConversationAsync(key);
            await VisitDialogAsync(chat, name, visit);
        }

        foreach (var (key, name) in (IEnumerable<(string, string)>)[("self.invite", "join-link"), ("self.logout", "log-out"), ("self.quit", "quit")])
        {
            await chat.ChooseOfSelfAsync(key);
            if (name == "join-link") await chat.JoinLinkAsync();
            await VisitDialogAsync(chat, name, visit);
        }

        await chat.Button("compose.emoji").ClickAsync();
        await Expect(chat.Page.GetByRole(AriaRole.Gridcell).First).ToBeVisibleAsync();
        await visit("emoji");
        await chat.Page.Keyboard.PressAsync("Escape");
    }

    public static Task PictureAsync(this IPage page, string name)
    {
        var folder = Path.Combine(Repository.Root, "artifacts", "screenshots");
        Directory.CreateDirectory(folder);
        return page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), Animations = ScreenshotAnimations.Disabled });
    }

    /// <summary>As it is in the smallest window.</summary>
    public static async Task SmallPictureAsync(this IPage page, string name)
    {
        var usual = page.ViewportSize!;
        await page.SetViewportSizeAsync(360, 200);
        await page.PictureAsync(name + "-360x200");
        await page.SetViewportSizeAsync(usual.Width, usual.Height);
    }

    private static async Task VisitSettingsAsync(Chat chat, Func<string, Task> visit)
    {
        var settings = new Settings(chat);
        foreach (var tab in (string[])["name", "appearance", "window", "notifications", "privacy", "language", "devices", "about"])
        {
            await settings.OpenAsync($"settings.{tab}");
            await visit($"settings-{tab}");
        }

        await settings.CloseAsync();
    }

    private static async Task VisitKeysAsync(Chat chat, Func<string, Task> visit)
    {
        await chat.Page.Keyboard.PressAsync("Control+k");
        await Expect(chat.Dialog).ToBeVisibleAsync();
        await VisitDialogAsync(chat, "switcher", visit);
        await chat.ChooseOfSelfAsync("self.shortcuts");
        await VisitDialogAsync(chat, "shortcuts", visit);
    }

    private static async Task VisitDialogAsync(Chat chat, string name, Func<string, Task> visit)
    {
        await Expect(chat.Dialog).ToBeVisibleAsync();
        await visit(name);
        await chat.Page.Keyboard.PressAsync("Escape");
        await Expect(chat.Dialog).ToHaveCountAsync(0);
    }

    private static async Task NameAsync(Member member, string name) => (await member.RunAsync(["name", "set", name])).Expect(0);
}
