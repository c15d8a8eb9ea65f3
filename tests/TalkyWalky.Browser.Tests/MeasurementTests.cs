using System.Text.Json;
using TalkyWalky.Browser.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Testing;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>
/// How fast the app is with a long conversation and many people; with <c>./test --long</c> 100,000 messages and 2,000 people. The figures go to artifacts/measurements.json: a busy machine is
/// no failure, so no time is asserted.
/// </summary>
[Collection(SecondHalf.Name)]
public sealed class MeasurementTests(Trio organisation)
{
    private static readonly Words Words = Words.English;
    private static readonly string Bench = Path.Combine(
        Repository.Root, "artifacts", "bin", "TalkyWalky.Bench", new DirectoryInfo(AppContext.BaseDirectory).Name, "TalkyWalky.Bench");

    [Fact]
    public async Task Interactions_InALongHistoryAmongManyPeople_AreMeasured()
    {
        var (messages, people) = (Effort.Count(usual: 2_000, full: 100_000), Effort.Count(usual: 200, full: 2_000));
        await using var place = await organisation.CopyAsync();
        await FillAsync(place, messages, people);
        await place.StartServerAsync();

        var (first, later) = (await OpenedAsync(place), await OpenedAsync(place));
        await using var screen = await Screen.OpenAsync(1280, 800);
        await using var window = await RealWindow.OpenAsync(place.Member("ada"), screen);
        var chat = new Chat(window.Page, Words);
        await Expect(chat.Row("bob")).ToBeVisibleAsync();

        var interactions = await Interactions.WatchAsync(chat.Page);
        var figures = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["messages"] = messages,
            ["people"] = people,
            ["open to usable, the first time"] = first,
            ["open to usable, later"] = later,
            ["open the conversation"] = await interactions.LongestAsync(() => chat.OpenAsync("bob")),
            ["type a sentence"] = await interactions.LongestAsync(() => chat.Composer.PressSequentiallyAsync("How fast is this?")),
            ["send it"] = await interactions.LongestAsync(() => chat.Composer.PressAsync("Enter")),
            ["find a person"] = await interactions.LongestAsync(() => chat.List.GetByLabel(Words["list.filter"]).PressSequentiallyAsync("p0150")),
            ["go anywhere"] = await interactions.LongestAsync(async () =>
            {
                await chat.Page.Keyboard.PressAsync("Control+k");
                await Expect(chat.Dialog).ToBeVisibleAsync();
                await chat.Page.Keyboard.TypeAsync("bo");
            }),
        };
        var file = Path.Combine(Repository.Root, "artifacts", "measurements.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(figures));
        Assert.All(figures.Values, static figure => Assert.InRange(figure, 1, 120_000));
    }

    /// <summary>The program and its window, started as a person does; the first time the browser makes its folder.</summary>
    private static async Task<double> OpenedAsync(Place place)
    {
        await using var screen = await Screen.OpenAsync(1280, 800);
        await using var window = await RealWindow.OpenAsync(place.Member("ada"), screen);
        await window.CloseAsync();
        return window.Opened.TotalMilliseconds;
    }

    /// <summary>Ada has a conversation with Bob, which is then filled, as the server's directory is, by the bench's own commands.</summary>
    private static async Task FillAsync(Place place, int messages, int people)
    {
        var ada = place.Member("ada");
        var server = await place.StartServerAsync();
        (await ada.SendAsync("bob", "to begin with")).Expect(0);
        (await ada.RunAsync(["history", "clear", "--with", "bob", "--yes"])).Expect(0);
        Assert.Equal(0, await server.SignalAsync("TERM"));
        (await Programs.RunAsync(Bench, ["fill-people", "--data", place.Data, "--people", $"{people}"])).Expect(0);
        (await Programs.RunAsync(Bench, ["fill-messages", "--profile", ada.Profile, "--passphrase-file", ada.Environment["TALKYWALKY_PASSPHRASE_FILE"], "--with", "bob", "--messages", $"{messages}"], seconds: 300)).Expect(0);
    }
}
