using System.Text.Json;
using TalkyWalky.Client;
using TalkyWalky.Client.Export;

namespace TalkyWalky.Cli.Tests;

public sealed class ExportTests : IDisposable
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    private readonly TestRun _run = new();

    private string File => Path.Combine(_run.Home, "out");

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Export_Json_IsOneDocumentOfAllPages()
    {
        for (var number = 0; number < 2501; number++) _run.Chat.Receive($"{number}\n\"x\"");
        var ran = await _run.RunAsync("history", "export", "--with", "bob", "--format", "json", "--output", "-");
        using var document = JsonDocument.Parse(ran.Output);
        var root = document.RootElement;
        Assert.Equal(("talkywalky-history", "alice", "bob", 2501), (Text(root, "format"), Text(root, "owner"), Text(root, "with"), root.GetProperty("count").GetInt32()));
        Assert.Equal(Enumerable.Range(0, 2501).Select(static number => $"{number}\n\"x\""), root.GetProperty("messages").EnumerateArray().Select(static one => Text(one, "text")));
    }

    [Fact]
    public async Task Export_Nothing_IsAWholeDocumentToo()
    {
        using var document = JsonDocument.Parse((await _run.RunAsync("history", "export", "--with", "bob", "--format", "json", "--output", "-")).Output);
        Assert.Equal(0, document.RootElement.GetProperty("messages").GetArrayLength());
        Assert.EndsWith("</html>\n", (await _run.RunAsync("history", "export", "--with", "bob", "--format", "html", "--output", "-")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_Html_RunsNothingThatPeopleWrote()
    {
        _run.Chat.Rooms.Add("<script>alert(1)</script>", RoomRank.Member);
        _run.Chat.ReceiveIn("<script>alert(1)</script>", "bob", "</p><img src=x onerror='alert(1)'> & \"quoted\" \u001b\u202eevil");
        var page = (await _run.RunAsync("history", "export", "--room", "<script>alert(1)</script>", "--format", "html", "--output", "-")).Output;
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', page);
        Assert.Contains("&lt;/p&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt; &amp; &quot;quoted&quot; \\u{1B}", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_Html_HasDaysAndTimesOfTheReader()
    {
        _run.Zone = Paris;
        _run.Chat.Receive("late", new DateTimeOffset(2026, 7, 1, 21, 59, 30, TimeSpan.Zero), fromName: "Bobby");
        _run.Chat.Receive("later", new DateTimeOffset(2026, 7, 1, 22, 0, 0, TimeSpan.Zero));
        var page = (await _run.RunAsync("history", "export", "--with", "bob", "--format", "html", "--output", "-")).Output;
        Assert.Contains("<h2>Wednesday, 1 July 2026</h2>", page, StringComparison.Ordinal);
        Assert.Contains("<h2>Thursday, 2 July 2026</h2>", page, StringComparison.Ordinal);
        Assert.Contains("<time datetime=\"2026-07-01T21:59:30.000Z\" title=\"Wednesday, 1 July 2026 23:59:30 +02:00\">23:59</time>", page, StringComparison.Ordinal);
        Assert.Contains("Bobby", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_Text_IsInertAndHasDays()
    {
        _run.Chat.Receive("one\u001b[2J\n2026-01-01 00:00 carol: two");
        Assert.Equal(0, (await _run.RunAsync("history", "export", "--with", "bob", "--format", "text", "--output", File)).Code);
        var text = await System.IO.File.ReadAllTextAsync(File);
        Assert.Equal(
            "bob, as alice has it\n\n== Saturday, 21 November 2026 ==\n2026-11-21 09:30 bob: one\\u{1B}[2J\n    2026-01-01 00:00 carol: two\n\n1 message\n",
            text);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal(2, Directory.GetFileSystemEntries(_run.Home).Count(static name => !name.Contains(".config", StringComparison.Ordinal))); // the profile and the file: no draft is left
    }

    [Fact]
    public async Task Export_FileExists_IsKeptUnlessForced()
    {
        await System.IO.File.WriteAllTextAsync(File, "mine");
        string[] export = ["history", "export", "--with", "bob", "--format", "text", "--output", File];
        var ran = await _run.RunAsync(export);
        Assert.Equal((1, "mine"), (ran.Code, await System.IO.File.ReadAllTextAsync(File)));
        Assert.Contains("--force", ran.Error, StringComparison.Ordinal);
        var forced = await _run.RunAsync([.. export, "--force", "--json"]);
        Assert.Equal((0, 0), (forced.Code, forced.Objects.Single().GetProperty("messages").GetInt32()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Theory]
    [InlineData("--from", "2026-11-22", new[] { "third" })]
    [InlineData("--to", "2026-11-21", new[] { "first", "second" })]
    [InlineData("--from", "2026-11-21T12:00", new[] { "second", "third" })]
    [InlineData("--to", "2026-11-21T12:00", new[] { "first" })]
    public async Task Export_Range_KeepsWhatIsInside(string option, string date, string[] expected)
    {
        foreach (var (text, day, hour) in ((string, int, int)[])[("first", 21, 9), ("second", 21, 12), ("third", 22, 0)])
            _run.Chat.Receive(text, new DateTimeOffset(2026, 11, day, hour, 0, 0, TimeSpan.Zero));
        var ran = await _run.RunAsync("history", "export", "--with", "bob", "--format", "json", "--output", "-", option, date);
        Assert.Equal(expected, JsonDocument.Parse(ran.Output).RootElement.GetProperty("messages").EnumerateArray().Select(static one => Text(one, "text")!));
    }

    [Theory]
    [InlineData("2026-03-29", false, "2026-03-28T23:00:00Z")]
    [InlineData("2026-03-29", true, "2026-03-29T22:00:00Z")]
    [InlineData("2026-03-29T02:30", false, "2026-03-29T01:30:00Z")]
    public void Moment_InAZone_KnowsItsClockChanges(string text, bool isLast, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), LocalTime.Moment(text, isLast, Paris));

    [Theory]
    [InlineData("--from", "yesterday")]
    [InlineData("--to", "2026-13-01")]
    [InlineData("--format", "pdf")]
    public async Task Export_WrongValue_EndsWithUsage(string option, string value) =>
        Assert.Equal(2, (await _run.RunAsync("history", "export", "--with", "bob", "--output", "-", "--format", "text", option, value)).Code);

    [Fact]
    public async Task Export_RoomByItsId_IsCalledByItsName()
    {
        var room = _run.Chat.Rooms.Add("Planning", RoomRank.Member);
        _run.Chat.ReceiveIn("Planning", "bob", "hi");
        var ran = await _run.RunAsync("history", "export", "--room", room.Room.ToString()[..8], "--format", "json", "--output", "-");
        Assert.Equal("Planning", Text(JsonDocument.Parse(ran.Output).RootElement, "with"));
    }

    [Fact]
    public async Task Export_UnknownRoomOrNoFolder_Fails()
    {
        Assert.Equal(4, (await _run.RunAsync("history", "export", "--room", "Nowhere", "--format", "text", "--output", "-")).Code);
        Assert.Equal(1, (await _run.RunAsync("history", "export", "--with", "bob", "--format", "text", "--output", Path.Combine(_run.Home, "no", "x"))).Code);
        Assert.Equal(1, (await _run.RunAsync("history", "export", "--with", "bob", "--format", "text", "--output", _run.Home)).Code);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
