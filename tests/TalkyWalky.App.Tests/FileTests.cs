using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Tests;

/// <summary>Messages that are files.</summary>
public sealed class FileTests
{
    private const string Bytes = "application/octet-stream";

    [Theory]
    [InlineData(0)]
    [InlineData(300_000)]
    [InlineData(Limits.File)]
    public async Task File_SentAndFetched_HasTheSameBytes(int size)
    {
        await using var app = await TestApp.StartAsync();
        var other = await app.ListenAsync();
        var content = RandomNumberGenerator.GetBytes(size);
        var kept = await app.CallAsync("POST", Path("person/bob", "Réport 1.pdf", "application/pdf"), Body(content));
        Assert.Equal(("Réport 1.pdf", true), (kept.GetProperty("text").GetString(), kept.GetProperty("mine").GetBoolean()));
        Assert.Equal($$"""{"name":"Réport 1.pdf","type":"application/pdf","size":{{size}},"here":true}""", kept.GetProperty("file").GetRawText());
        var told = await other.UntilAsync("message");
        Assert.Equal(kept.GetProperty("id").GetString(), told.GetProperty("message").GetProperty("id").GetString());

        using var response = await app.SendAsync("GET", $"/conversations/person/bob/messages/{kept.GetProperty("position").GetString()}/file");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(content, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>What a browser is told: a file to be saved, nothing that runs or is drawn in the app's origin.</summary>
    [Theory]
    [InlineData("page.html", "text/html", "attachment; filename=page.html; filename*=UTF-8''page.html")]
    [InlineData("a\"b; c.svg", "image/svg+xml", "attachment; filename=\"a\\\"b; c.svg\"; filename*=UTF-8''a%22b%3B%20c.svg")]
    [InlineData("voilà 🚀.js", "text/javascript", "attachment; filename=\"voil_ __.js\"; filename*=UTF-8''voil%C3%A0%20%F0%9F%9A%80.js")]
    public async Task File_OfAnyType_ComesAsADownload(string name, string type, string disposition)
    {
        await using var app = await TestApp.StartAsync();
        var message = app.Chat.Receive(new OutgoingFile(name, type, "<script>alert(1)</script>"u8.ToArray()));
        using var response = await app.SendAsync("GET", $"/conversations/person/bob/messages/{message.Position}/file");
        Assert.Equal((Bytes, disposition), (response.Content.Headers.ContentType!.ToString(), response.Content.Headers.NonValidated["Content-Disposition"].ToString()));
        Assert.Equal(("nosniff", "no-store"), (response.Headers.GetValues("X-Content-Type-Options").Single(), response.Headers.GetValues("Cache-Control").Single()));
    }

    [Fact]
    public async Task File_ThatIsNotHere_IsNotFound()
    {
        await using var app = await TestApp.StartAsync();
        var message = app.Chat.Receive(new OutgoingFile("late.bin", MediaType.Unknown, new byte[] { 1 }), isHere: false);
        var text = app.Chat.Receive("no file");
        var listed = await app.CallAsync("GET", "/conversations/person/bob/messages?limit=2");
        Assert.Equal([false, null], listed.EnumerateArray().Select(static one => one.GetProperty("file") is { ValueKind: System.Text.Json.JsonValueKind.Object } file ? file.GetProperty("here").GetBoolean() : (bool?)null));
        foreach (var position in (long[])[message.Position, text.Position, 1])
        {
            var (status, code, detail) = await app.FailAsync("GET", $"/conversations/person/bob/messages/{position}/file");
            Assert.Equal((HttpStatusCode.NotFound, "not-found"), (status, code));
            Assert.EndsWith(".", detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task File_SentTwiceWithOneId_IsOneMessage()
    {
        await using var app = await TestApp.StartAsync();
        var path = Path("person/bob", "once.txt", "text/plain");
        var first = await app.CallAsync("POST", path, Body([1, 2]));
        var second = await app.CallAsync("POST", path, Body([1, 2]));
        Assert.Equal(first.GetProperty("position").GetString(), second.GetProperty("position").GetString());
        Assert.Single((await app.CallAsync("GET", "/conversations/person/bob/messages")).EnumerateArray());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task File_TooLarge_IsRefusedWithTheLimit(bool isRoom, bool isChunked)
    {
        await using var app = await TestApp.StartAsync();
        var to = isRoom ? $"room/{(await app.CallAsync("POST", "/rooms", new { name = "lab", topic = "", open = true })).GetProperty("room").GetString()}" : "person/bob";
        var largest = isRoom ? Limits.RoomFile : Limits.File;
        await app.CallAsync("POST", Path(to, "fits.bin", Bytes), Body(new byte[largest], isChunked));
        var (status, code, detail) = await app.FailAsync("POST", Path(to, "large.bin", Bytes), Body(new byte[largest + 1], isChunked));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "invalid"), (status, code));
        Assert.Contains(isRoom ? " 1 MiB" : " 8 MiB", detail, StringComparison.Ordinal);
        Assert.Equal(1, app.Chat.Sends);
    }

    [Theory]
    [InlineData("/conversations/person/bob/files?name=a.txt")]
    [InlineData("/conversations/person/bob/files?id=1&name=a.txt")]
    [InlineData("/conversations/person/bob/files?id=00112233445566778899aabbccddeeff")]
    [InlineData("/conversations/person/bob/files?id=00112233445566778899aabbccddeeff&name=")]
    [InlineData("/conversations/person/bob/files?id=00112233445566778899aabbccddeeff&name=..")]
    [InlineData("/conversations/person/bob/files?id=00112233445566778899aabbccddeeff&name=a%2Fb")]
    [InlineData("/conversations/person/bob/files?id=00112233445566778899aabbccddeeff&name=a%0D%0Ab")]
    [InlineData("/conversations/person/bob/files?id=00112233445566778899aabbccddeeff&name=%E2%80%AEfdp.exe")]
    [InlineData("/conversations/person/bob/files?id=00112233445566778899aabbccddeeff&name=a.txt&type=text")]
    [InlineData("/conversations/person/bob/files?id=00112233445566778899aabbccddeeff&name=a.txt&type=text/html%3B%20charset%3Dx")]
    [InlineData("/conversations/room/General/files?id=00112233445566778899aabbccddeeff&name=a.txt")]
    public async Task File_OutOfBounds_IsInvalid(string path)
    {
        await using var app = await TestApp.StartAsync();
        var (status, code, detail) = await app.FailAsync("POST", path, Body([1]));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), (status, code));
        Assert.EndsWith(".", detail, StringComparison.Ordinal);
        Assert.Equal(0, app.Chat.Sends);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999999999999")]
    public async Task Position_OutOfBounds_IsInvalid(string position)
    {
        await using var app = await TestApp.StartAsync();
        Assert.Equal("invalid", (await app.FailAsync("GET", $"/conversations/person/bob/messages/{position}/file")).Code);
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    public async Task File_AsAForm_IsNotRead(string mediaType)
    {
        await using var app = await TestApp.StartAsync();
        var body = Body([1]);
        body.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "invalid"), await app.FailAsync("POST", Path("person/bob", "a.txt", Bytes), body) is var (status, code, _) ? (status, code) : default);
        Assert.Equal(0, app.Chat.Sends);
    }

    [Fact]
    public async Task File_LoggedOut_IsNeitherSentNorGiven()
    {
        await using var app = await TestApp.StartAsync();
        var message = app.Chat.Receive(new OutgoingFile("a.txt", "text/plain", new byte[] { 1 }));
        await app.CallAsync("POST", "/logout");
        Assert.Equal("not-logged-in", (await app.FailAsync("POST", Path("person/bob", "a.txt", Bytes), Body([1]))).Code);
        Assert.Equal("not-logged-in", (await app.FailAsync("GET", $"/conversations/person/bob/messages/{message.Position}/file")).Code);
    }

    private static string Path(string to, string name, string type) =>
        $"/conversations/{to}/files?id={Guid.NewGuid()}&name={Uri.EscapeDataString(name)}&type={Uri.EscapeDataString(type)}";

    private static HttpContent Body(byte[] content, bool isChunked = false)
    {
        HttpContent body = isChunked ? new StreamContent(new Unmeasured(content)) : new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(Bytes);
        return body;
    }

    /// <summary>Does not tell its length, so that it travels in chunks.</summary>
    private sealed class Unmeasured(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
