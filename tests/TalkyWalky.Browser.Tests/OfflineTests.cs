using TalkyWalky.Browser.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>The server goes and comes back.</summary>
[Collection(FirstHalf.Name)]
public sealed class OfflineTests(Office office) : IClassFixture<Office>
{
    private static readonly Words Words = Words.English;

    [Fact]
    public async Task ServerGone_MessagesAreKept_AndGoOutWhenItIsBack()
    {
        var ada = new Chat((await office.WindowAsync("ada")).Page, Words);
        var bob = new Chat((await office.WindowAsync("bob")).Page, Words);
        await ada.WriteAsync("bob", "the server is here");
        await bob.OpenAsync("ada");
        await Expect(bob.Message("the server is here")).ToBeVisibleAsync();

        Assert.Equal(0, await office.Server.SignalAsync("TERM"));
        await Expect(ada.Page.GetByText(Words["connection.offline"])).ToBeVisibleAsync();
        await ada.SayAsync("kept one");
        await ada.SayAsync("kept two");
        await Expect(ada.Page.GetByText(Words.With("connection.kept/other", ("count", "2")))).ToBeVisibleAsync();
        await Expect(ada.State("kept two", "state.waiting")).ToBeVisibleAsync();

        await office.StartServerAsync();
        await Expect(bob.Message("kept one")).ToBeVisibleAsync();
        await Expect(bob.Message("kept two")).ToHaveCountAsync(1);
        await Expect(ada.State("kept two", "state.read")).ToBeVisibleAsync();
        await Expect(ada.Page.GetByText(Words["connection.offline"])).ToHaveCountAsync(0);
        await office.CheckAsync();
    }
}
