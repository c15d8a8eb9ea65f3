using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>Two windows with no server between them.</summary>
[Collection(FirstHalf.Name)]
public sealed class DirectTests(Office office) : IClassFixture<Office>
{
    private const string Listen = """
        async () => (await fetch('/api/v1/direct/listen', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-talkywalky-key': sessionStorage.getItem('key') },
          body: JSON.stringify({ port: 0, address: '127.0.0.1' }),
        })).ok
        """;

    private static readonly Words Words = Words.English;

    [Fact]
    public async Task ServerGone_TwoConnectDirectlyAndChat_AndHaveOneHistoryAfterwards()
    {
        var ada = new Chat((await office.WindowAsync("ada")).Page, Words);
        var bob = new Chat((await office.WindowAsync("bob")).Page, Words);
        await ada.WriteAsync("bob", "the server is here");
        await bob.OpenAsync("ada");
        await Expect(bob.Message("the server is here")).ToBeVisibleAsync();
        Assert.Equal(0, await office.Server.SignalAsync("TERM"));
        await Expect(bob.Page.GetByText(Words["connection.offline"])).ToBeVisibleAsync();
        await Expect(ada.Page.GetByText(Words["connection.offline"])).ToBeVisibleAsync();

        // The button waits on all addresses of the computer, a test on this one.
        Assert.True(await bob.Page.EvaluateAsync<bool>(Listen));
        await bob.ChooseOfConversationAsync("head.direct");
        await Expect(bob.Dialog).ToBeVisibleAsync();
        var address = await bob.Dialog.GetByText("127.0.0.1:").InnerTextAsync();
        await ada.ChooseOfConversationAsync("head.direct");
        await ada.Dialog.GetByRole(AriaRole.Textbox).FillAsync(address);
        await ada.Dialog.GetByRole(AriaRole.Button, new() { Name = Words["direct.call.go"], Exact = true }).ClickAsync();
        foreach (var (chat, other) in new[] { (ada, "bob"), (bob, "ada") })
        {
            await Expect(chat.Dialog.GetByText(Words.Like("direct.connected"))).ToBeVisibleAsync();
            await chat.Page.PictureAsync($"direct-connected-{other}");
            await chat.Page.Keyboard.PressAsync("Escape");
        }

        await ada.SayAsync("no server here");
        await Expect(bob.Message("no server here")).ToBeVisibleAsync();
        await Expect(ada.State("no server here", "state.read")).ToBeVisibleAsync();
        await bob.SayAsync("so it seems");
        await Expect(ada.Message("so it seems")).ToBeVisibleAsync();
        await ada.AttachAsync("plan.txt", "text/plain", "hand to hand"u8.ToArray());
        await ada.Composer.PressAsync("Enter");
        await Expect(ada.State("plan.txt", "state.read")).ToBeVisibleAsync();
        Assert.Equal("hand to hand"u8.ToArray(), (await bob.SaveFileAsync("plan.txt")).Content);

        await office.StartServerAsync();
        await Expect(ada.Page.GetByText(Words["connection.offline"])).ToHaveCountAsync(0);
        await ada.SayAsync("back again");
        await Expect(bob.Message("back again")).ToBeVisibleAsync();
        foreach (var chat in new[] { ada, bob })
        {
            foreach (var text in new[] { "no server here", "so it seems", "plan.txt", "back again" }) await Expect(chat.Message(text)).ToHaveCountAsync(1);
        }

        await office.CheckAsync();
    }
}
