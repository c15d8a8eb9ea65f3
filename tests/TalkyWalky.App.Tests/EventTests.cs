using System.Net;
using TalkyWalky.App.Live;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Tests;

/// <summary>What windows are told, and how many there are.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task Windows_ComeAndGo_AreCounted()
    {
        await using var app = await TestApp.StartAsync();
        Assert.Equal(0, app.Server.Windows);
        var changed = app.Server.WindowsChangedAsync(0, CancellationToken.None);
        Assert.False(changed.IsCompleted);
        var window = await app.ListenAsync();
        await changed.WaitAsync(TestApp.Patience);
        Assert.Equal(1, app.Server.Windows);
        var gone = app.Server.WindowsChangedAsync(1, CancellationToken.None);
        window.Socket.Abort();
        await gone.WaitAsync(TestApp.Patience);
        Assert.Equal(0, app.Server.Windows);
    }

    [Fact]
    public async Task CloseWindows_ExceptTheNewest_TellsTheOthers()
    {
        await using var app = await TestApp.StartAsync();
        var old = await app.ListenAsync();
        await old.NextAsync();
        var newest = await app.ListenAsync();
        await newest.NextAsync();
        await app.Server.CloseWindowsAsync(exceptNewest: true);
        await old.UntilAsync("close");
        app.Chat.Publish(new ChatEvent.Notice("after"));
        Assert.Equal("notice", (await newest.NextAsync())!.Value.GetProperty("type").GetString());
        await app.Server.CloseWindowsAsync(exceptNewest: false);
        await newest.UntilAsync("close");
    }

    [Fact]
    public async Task Notices_WhileNobodyListens_WaitForTheNext()
    {
        await using var app = await TestApp.StartAsync();
        while (app.Chat.Listeners == 0) await Task.Yield();
        app.Chat.Publish(new ChatEvent.Notice("Bob invites you."));
        app.Chat.Publish(new ChatEvent.PresenceChanged(new PersonInfo(UserId.New(), "bob", "Bob", PersonPresence.Away, null)));
        app.Chat.Publish(new ChatEvent.Notice("A message was dropped."));
        while (app.Server.Hub.Unheard < 2) await Task.Yield();
        var events = await app.ListenAsync();
        Assert.Equal("state", (await events.NextAsync())!.Value.GetProperty("type").GetString());
        Assert.Equal("Bob invites you.", (await events.NextAsync())!.Value.GetProperty("text").GetString());
        Assert.Equal("A message was dropped.", (await events.NextAsync())!.Value.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Window_ThatHangs_IsCutOffAndOthersAreNot()
    {
        await using var app = await TestApp.StartAsync();
        var (hanging, other) = (await app.ListenAsync(), await app.ListenAsync());
        await other.NextAsync();
        var text = new string('x', Limits.Text);
        // More than the queue and the system's buffers take.
        var count = 4 * LiveHub.Listener.MaxBytes / Limits.Text;
        for (var i = 0; i < count; i++)
        {
            app.Chat.Receive(text);
            await other.UntilAsync("message");
        }

        var seen = 0;
        while (await hanging.NextAsync() is not null) seen++;
        Assert.True(seen < count, $"{seen} of {count}");
        await app.CallAsync("GET", "/state");
        app.Chat.Receive("goes on");
        Assert.Equal("goes on", (await other.UntilAsync("message")).GetProperty("message").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Typing_InARoom_NamesItById()
    {
        await using var app = await TestApp.StartAsync();
        var events = await app.ListenAsync();
        await events.NextAsync();
        var id = new ConversationId(Digest.Sha256([7]));
        app.Chat.Publish(new ChatEvent.Typing(Target.Room("Lab"), "bob", id));
        Assert.Equal($"room/{id}", (await events.UntilAsync("typing")).GetProperty("conversation").GetString());
        app.Chat.Publish(new ChatEvent.Typing(Target.Person("bob"), "bob", id));
        Assert.Equal("person/bob", (await events.UntilAsync("typing")).GetProperty("conversation").GetString());
    }

    [Fact]
    public async Task Connection_Changed_IsToldAsState()
    {
        await using var app = await TestApp.StartAsync();
        var events = await app.ListenAsync();
        await events.NextAsync();
        app.Chat.Connection = ConnectionState.Offline;
        app.Chat.Publish(new ChatEvent.ConnectionChanged(ConnectionState.Offline, "away"));
        var state = (await events.UntilAsync("state")).GetProperty("state");
        Assert.Equal(("ready", "offline"), (state.GetProperty("stage").GetString(), state.GetProperty("status").GetProperty("connection").GetString()));
    }

    [Fact]
    public async Task History_Cleared_IsToldToEveryWindow()
    {
        await using var app = await TestApp.StartAsync();
        app.Chat.Receive("old");
        var events = await app.ListenAsync();
        Assert.Equal(1, (await app.CallAsync("DELETE", "/conversations/person/BOB/messages")).GetProperty("cleared").GetInt32());
        Assert.Equal("person/bob", (await events.UntilAsync("cleared")).GetProperty("conversation").GetString());
        await app.CallAsync("DELETE", "/messages");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await events.UntilAsync("cleared")).GetProperty("conversation").ValueKind);
    }

    [Fact]
    public async Task Events_WithoutAWebSocket_AreAProblem()
    {
        await using var app = await TestApp.StartAsync();
        var (status, code, _) = await app.FailAsync("GET", "/events");
        Assert.Equal((HttpStatusCode.UpgradeRequired, "invalid"), (status, code));
    }

    [Fact]
    public async Task Page_IsServedFromTheProgram()
    {
        await using var app = await TestApp.StartAsync();
        using var page = await app.Http.GetAsync("/");
        Assert.Equal(("text/html; charset=utf-8", "no-cache"), (page.Content.Headers.ContentType!.ToString(), page.Headers.CacheControl!.ToString()));
        using var again = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { IfNoneMatch = { page.Headers.ETag! } } };
        using var same = await app.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        var html = await page.Content.ReadAsStringAsync();
        var script = System.Text.RegularExpressions.Regex.Match(html, "src=\"\\.?(?<path>/assets/[^\"]+\\.js)\"", System.Text.RegularExpressions.RegexOptions.None, TestApp.Patience).Groups["path"].Value;
        using var asset = await app.Http.GetAsync(script);
        Assert.Equal(("text/javascript; charset=utf-8", "public, max-age=31536000, immutable"), (asset.Content.Headers.ContentType!.ToString(), asset.Headers.CacheControl!.ToString()));
        foreach (var outside in (string[])["/etc/passwd", "/..%2f..%2fetc/passwd", "/app.json", "/ui/index.html", "/assets/"])
        {
            using var none = await app.Http.GetAsync(outside);
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }
    }
}
