using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>Menus by mouse; elsewhere items are chosen by keyboard.</summary>
[Collection(SecondHalf.Name)]
public sealed class MenuTests(Office office) : IClassFixture<Office>
{
    private static readonly Words Words = Words.English;

    /// <summary>The line that says that the server is away is as high as an item, and moves all under it.</summary>
    [Fact]
    public async Task Item_PageMovesBetweenPressAndRelease_IsNotTheOneBeside()
    {
        var ada = new Chat((await office.WindowAsync("ada")).Page, Words);
        var self = ada.List.GetByRole(AriaRole.Button, new() { Name = Words["self.menu"] });
        await Expect(self.GetByRole(AriaRole.Img, new() { Name = Words["presence.online"], Exact = true })).ToBeVisibleAsync();
        await self.ClickAsync();
        var (pressed, above) = (ada.MenuItem("self.shortcuts"), ada.MenuItem("self.settings"));
        await Expect(pressed).ToBeVisibleAsync();
        var (x, y) = await MiddleAsync(pressed);
        await ada.Page.Mouse.MoveAsync(x, y);
        await ada.Page.Mouse.DownAsync();
        Assert.Equal(0, await office.Server.SignalAsync("TERM"));
        await Expect(ada.Page.GetByText(Words["connection.offline"])).ToBeVisibleAsync();
        for (var end = DateTime.UtcNow.AddSeconds(90); !await LiesUnderAsync(above, y); await Task.Delay(50)) Assert.True(DateTime.UtcNow < end, "the menu did not move");

        await ada.Page.Mouse.UpAsync();

        await ada.Page.EvaluateAsync("1"); // what the release did is done
        await Expect(ada.Dialog).ToHaveCountAsync(0);
        await above.ClickAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Dialog, new() { Name = Words["settings.title"], Exact = true })).ToBeVisibleAsync();
        await office.StartServerAsync();
        await office.CheckAsync();
    }

    private static async Task<bool> LiesUnderAsync(ILocator item, float y)
    {
        var box = (await item.BoundingBoxAsync())!;
        return box.Y < y && y < box.Y + box.Height;
    }

    private static async Task<(float X, float Y)> MiddleAsync(ILocator item)
    {
        var box = (await item.BoundingBoxAsync())!;
        return (box.X + box.Width / 2, box.Y + box.Height / 2);
    }
}
