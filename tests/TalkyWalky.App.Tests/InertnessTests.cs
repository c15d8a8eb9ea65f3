using System.Text;
using System.Text.Json;
using TalkyWalky.Client;

namespace TalkyWalky.App.Tests;

/// <summary>Whatever people write comes through as data, to the last byte, and never as anything else.</summary>
public sealed class InertnessTests
{
    public static TheoryData<string> Texts { get; } =
    [
        "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "\u202egnp.exe\u202c", "a\u200b\u200d\ufeffb", "\u0000\u0001\u001b[31m\u007f\u0085\u2028\u2029", "\"}],\"x\":[{\"",
        "'; DROP TABLE message; --", "👩‍👩‍👧‍👦🏳️‍🌈", "ﷺ\u0301\u0301\u0301\u0301", "\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "&lt;&#x3c;%3cscript%3e", new('"', 65_536), new('\u0001', 65_536), new('é', 32_768),
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Text_Hostile_ComesThroughUnchanged(string text)
    {
        await using var app = await TestApp.StartAsync();
        var events = await app.ListenAsync();
        await events.NextAsync();
        var sent = await app.CallAsync("POST", "/conversations/person/bob/messages", new { id = Guid.NewGuid(), text });
        Assert.Equal(text, sent.GetProperty("text").GetString());
        app.Chat.Receive(text, fromName: text.Length < 100 ? text : null);
        var came = await events.UntilAsync("message", static happening => !happening.GetProperty("message").GetProperty("mine").GetBoolean());
        Assert.Equal(text, came.GetProperty("message").GetProperty("text").GetString());

        using var response = await app.SendAsync("GET", "/conversations/person/bob/messages");
        Assert.Equal(("application/json", "nosniff"), (response.Content.Headers.ContentType!.ToString(), response.Headers.GetValues("X-Content-Type-Options").Single()));
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.All(JsonElement.Parse(bytes).EnumerateArray(), message => Assert.Equal(text, message.GetProperty("text").GetString()));
        Assert.DoesNotContain((byte)'<', bytes);
    }

    [Theory]
    [InlineData("<b>Lab</b>")]
    [InlineData("\u202ebaL")]
    [InlineData("La\u200bb")]
    public async Task RoomName_Hostile_ComesThroughUnchanged(string name)
    {
        await using var app = await TestApp.StartAsync();
        var room = await app.CallAsync("POST", "/rooms", new { name, topic = name, open = true });
        Assert.Equal((name, name), (room.GetProperty("name").GetString(), room.GetProperty("topic").GetString()));
        var listed = (await app.CallAsync("GET", "/rooms?all=true")).EnumerateArray().Single(one => one.GetProperty("room").GetString() == room.GetProperty("room").GetString());
        Assert.Equal(name, listed.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("a?b#c d+e")]
    [InlineData("<script>")]
    [InlineData("ünï")]
    public async Task Username_InAPath_IsDecodedOnce(string name)
    {
        await using var app = await TestApp.StartAsync();
        var sent = await app.CallAsync("POST", $"/conversations/person/{Uri.EscapeDataString(name)}/messages", new { id = Guid.NewGuid(), text = "x" });
        Assert.Equal(name, sent.GetProperty("with").GetString());
    }

    [Theory]
    [InlineData("POST", "/conversations/person/bob/messages", "{\"id\":\"1\",\"text\":\"x\"}")]
    [InlineData("POST", "/conversations/person/bob/messages", "{\"id\":\"00112233445566778899AABBCCDDEEFF\",\"text\":\"x\"}")]
    [InlineData("POST", "/conversations/room/General/messages", "{\"id\":\"00112233445566778899aabbccddeeff\",\"text\":\"x\"}")]
    [InlineData("GET", "/conversations/person/bob/messages?limit=0", null)]
    [InlineData("GET", "/conversations/person/bob/messages?limit=1001", null)]
    [InlineData("GET", "/conversations/person/bob/messages?limit=-1", null)]
    [InlineData("GET", "/conversations/person/bob/messages?before=x", null)]
    [InlineData("GET", "/conversations/person/bob/messages?before=99999999999999999999", null)]
    [InlineData("GET", "/conversations/person/bob/messages?before=1&after=1", null)]
    [InlineData("POST", "/conversations/person/bob/read", "{\"upTo\":\"-1\"}")]
    [InlineData("POST", "/conversations/person/bob/read", "{\"upTo\":1}")]
    [InlineData("GET", "/rooms?all=1", null)]
    [InlineData("GET", "/rooms/General", null)]
    [InlineData("POST", "/rooms/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff/members", "{\"users\":[]}")]
    [InlineData("POST", "/rooms/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff/members", "{\"users\":[null]}")]
    [InlineData("PUT", "/rooms/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff/members/bob", "{\"rank\":4}")]
    [InlineData("PUT", "/rooms/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff/members/bob", "{\"rank\":\"king\"}")]
    [InlineData("POST", "/devices/1/approve", null)]
    [InlineData("GET", "/conversations/person/bob/export?format=pdf&zone=UTC", null)]
    [InlineData("GET", "/conversations/person/bob/export?format=text&zone=Nowhere/Never", null)]
    [InlineData("GET", "/conversations/person/bob/export?format=text&zone=UTC&from=yesterday", null)]
    public async Task Request_OutOfBounds_IsInvalid(string method, string path, string? body)
    {
        await using var app = await TestApp.StartAsync();
        var (status, code, detail) = await app.FailAsync(method, path, body);
        Assert.Equal((System.Net.HttpStatusCode.BadRequest, "invalid"), (status, code));
        Assert.EndsWith(".", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/conversations/person/bob/messages", 395_000)]
    [InlineData("/login", 17_000)]
    public async Task Body_TooLarge_IsRefusedUnread(string path, int size)
    {
        await using var app = await TestApp.StartAsync();
        using var body = new StringContent(new string(' ', size), Encoding.UTF8, "application/json");
        var (status, code, _) = await app.FailAsync("POST", path, body);
        Assert.Equal((System.Net.HttpStatusCode.RequestEntityTooLarge, "invalid"), (status, code));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task Body_OfAForm_IsNotRead(string mediaType)
    {
        await using var app = await TestApp.StartAsync();
        using var body = new StringContent("{\"away\":true}", Encoding.UTF8, mediaType);
        var (status, code, _) = await app.FailAsync("PUT", "/away", body);
        Assert.Equal((System.Net.HttpStatusCode.UnsupportedMediaType, "invalid"), (status, code));
    }

    [Fact]
    public async Task Failure_Unexpected_TellsNothingOfTheInside()
    {
        await using var app = await TestApp.StartAsync();
        app.Chat.StatusFailure = new InvalidOperationException("a-private-detail");
        var (status, code, detail) = await app.FailAsync("POST", "/logout");
        Assert.Equal((System.Net.HttpStatusCode.InternalServerError, "failed"), (status, code));
        Assert.DoesNotContain("private", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", detail, StringComparison.Ordinal);
        Assert.Contains(app.Log.All, static line => line.Contains("a-private-detail", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("text", "text/plain; charset=utf-8", "txt")]
    [InlineData("json", "application/json", "json")]
    [InlineData("html", "text/html; charset=utf-8", "html")]
    public async Task Export_OfAnyText_IsADownloadWithAPlainName(string format, string mediaType, string ending)
    {
        await using var app = await TestApp.StartAsync();
        var room = (await app.CallAsync("POST", "/rooms", new { name = "../\"Lab\"\r\n/ü", topic = "", open = true })).GetProperty("room").GetString();
        await app.CallAsync("POST", $"/conversations/room/{room}/messages", new { id = Guid.NewGuid(), text = "<script>hello</script>" });
        using var response = await app.SendAsync("GET", $"/conversations/room/{room}/export?format={format}&zone=Europe/Paris&from=2020-01-01&to=2030-12-31");
        Assert.Equal(mediaType, response.Content.Headers.ContentType!.ToString());
        Assert.Matches($"^attachment; filename=\"?talkywalky-[A-Za-z0-9-]+-[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}.{ending}\"?$", response.Content.Headers.ContentDisposition!.ToString());
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("hello", text, StringComparison.Ordinal);
        if (format == "html") Assert.DoesNotContain("<script>", text, StringComparison.Ordinal);
        Assert.Equal("not-found", (await app.FailAsync("GET", "/conversations/person/carol/export?format=text&zone=UTC")).Code);
    }

    [Theory]
    [InlineData("text", "UTC")]
    [InlineData("html", "UTC")]
    [InlineData("html", "America/New_York")]
    [InlineData("html", "Asia/Tokyo")]
    public async Task Export_UntilTheBeginningOfTime_HoldsNothing(string format, string zone)
    {
        await using var app = await TestApp.StartAsync();
        app.Chat.Receive("hello");
        using var response = await app.SendAsync("GET", $"/conversations/person/bob/export?format={format}&zone={zone}&to=0001-01-01T00:00");
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("hello", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
