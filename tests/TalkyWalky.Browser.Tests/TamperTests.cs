using System.Text.Json;
using Google.Protobuf;
using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Testing;
using TalkyWalky.Wire.Frames;
using static Microsoft.Playwright.Assertions;

namespace TalkyWalky.Browser.Tests;

/// <summary>What a person sees when the server's operator drops a message and shows a room's members two histories (tests/TalkyWalky.EndToEnd.Tests/DishonestServerTests.cs).</summary>
[Collection(FirstHalf.Name)]
public sealed class TamperTests(Trio organisation) : IAsyncLifetime
{
    private const string Room = "plans";

    /// <summary>Milliseconds. What the server does not answer is asked for again and again before an alarm is raised.</summary>
    private const float UntilAlarm = 150_000;

    private static readonly Words Words = Words.English;

    private readonly List<string> _findings = [];
    private Place _place = null!;
    private FrameProxy _operator = null!;

    public async Task InitializeAsync()
    {
        _place = await organisation.CopyAsync();
        var behind = Ports.Free();
        await File.WriteAllTextAsync(Path.Combine(_place.Data, "talkywalkyd.json"), JsonSerializer.Serialize(new { publicUrl = $"https://127.0.0.1:{_place.Port}" }));
        await _place.Started(RunningProgram.Start(Programs.Server, ["serve", "--data", _place.Data, "--listen", $"127.0.0.1:{behind}"])).LineAsync(static _ => true);
        _operator = await FrameProxy.StartAsync(_place.Data, _place.Port, behind);
    }

    public async Task DisposeAsync()
    {
        await _place.DisposeAsync();
        await _operator.DisposeAsync();
    }

    [Fact]
    public async Task DroppedMessageAndForkedRoom_AreShownAsAGapAnAlarmAndAFrozenRoom()
    {
        var (ada, cyd) = (_place.Member("ada"), _place.Member("cyd"));
        await ada.RoomAsync("create", Room);
        await ada.RoomAsync("add", Room, "bob", "cyd");
        await ada.RoomAsync("role", Room, "cyd", "owner");
        await using var desk = await Desk.OpenAsync(_place.Member("bob"));
        var window = await desk.WindowAsync();
        var bob = new Chat(window.Page, Words);
        await bob.OpenAsync(Room);
        await SayAsync(ada, "Shall we begin?");
        await Expect(bob.Message("Shall we begin?")).ToBeVisibleAsync();

        DropNextMessageToBob();
        await SayAsync(ada, "This one is dropped.");
        await SayAsync(ada, "Who brings the cake?");
        await Expect(bob.Message("Who brings the cake?")).ToBeVisibleAsync();
        await Expect(bob.History.GetByText(Words["history.gap"], new() { Exact = true })).ToHaveCountAsync(1);
        await Expect(bob.Message("This one is dropped.")).ToHaveCountAsync(0);
        await LookAsync(bob, "gap");

        await ForkAsync(ada, cyd);
        await SayAsync(ada, "On one side only");
        var bar = bob.Page.GetByRole(AriaRole.Alert);
        await Expect(bar).ToContainTextAsync("two histories", new() { Timeout = UntilAlarm });
        await Expect(bob.Composer).ToHaveCountAsync(0);
        await LookAsync(bob, "alarm");

        // It stays until the person has understood: in the list of a narrow window, after a reload and after a restart.
        await bob.Page.SetViewportSizeAsync(360, 600);
        await bob.Page.ReloadAsync();
        await Expect(bob.List).ToBeVisibleAsync();
        await Expect(bar).ToContainTextAsync("two histories");
        Assert.Empty(window.Troubles);
        await desk.RestartAsync();
        window = await desk.WindowAsync();
        bob = new Chat(window.Page, Words);
        bar = bob.Page.GetByRole(AriaRole.Alert);
        await Expect(bar).ToContainTextAsync("two histories");
        await bob.Button("trouble.understood").ClickAsync();

        // The server still shows the other side, which the new run notices for itself.
        await Expect(bar).ToContainTextAsync("names another state");
        await bob.Button("trouble.understood").ClickAsync();
        await bob.Row(Room).ClickAsync();
        await Expect(bar).ToHaveTextAsync(Words.Like("trouble.frozen"));
        await Expect(bob.Message("On one side only")).ToHaveCountAsync(0);
        await LookAsync(bob, "frozen");

        Assert.Empty(_findings);
        Assert.Empty(window.Troubles);
    }

    private void DropNextMessageToBob()
    {
        var isDropped = false;
        _operator.ToDevice = (line, frame) =>
        {
            if (isDropped || line.User != "bob" || frame.Delivery?.Envelope.Kind != EnvelopeKind.Message) return Passed(frame);
            isDropped = true;
            return Passed();
        };
    }

    /// <summary>Cyd's change is held back and ada's takes its place; bob is shown cyd's.</summary>
    private async Task ForkAsync(Member ada, Member cyd)
    {
        ByteString? held = null;
        _operator.FromDevice = async (line, frame) =>
        {
            if (line.User != "cyd" || frame.Commit is not { } commit) return [frame];
            held = commit.Token;
            await line.ToDeviceAsync(new ServerFrame { Refused = new Refused { Request = commit.Request, Code = RefusalCode.NotAllowed, Text = "not now" } });
            return [];
        };
        Assert.Equal(4, (await cyd.RunAsync(["room", "topic", Room, "cyd's topic"])).Exit);
        _operator.ToDevice = (line, frame) =>
        {
            if (line.User == "bob" && frame.LedgerPage is { Commits.Count: > 0 } page) page.Commits[0] = held;
            return Passed(frame);
        };
        await ada.RoomAsync("topic", Room, "ada's topic");
    }

    private async Task LookAsync(Chat chat, string screen)
    {
        foreach (var theme in (string[])["night", "default"])
        {
            await chat.Page.EvaluateAsync("look => { document.documentElement.dataset.theme = look; }", theme);
            await chat.Page.PictureAsync($"tamper-{screen}-{theme}");
            _findings.AddRange((await chat.Page.SeriousFindingsAsync()).Select(finding => $"{screen}, {theme}: {finding}"));
        }

        await chat.Page.SmallPictureAsync($"tamper-{screen}");
    }

    private static async Task SayAsync(Member member, string text) => (await member.RunAsync(["send", "--room", Room, text])).Expect(0);

    private static Task<IEnumerable<ServerFrame>> Passed(params ServerFrame[] frames) => Task.FromResult<IEnumerable<ServerFrame>>(frames);
}
