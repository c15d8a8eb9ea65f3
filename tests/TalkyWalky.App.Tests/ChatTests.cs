using System.Net;
using TalkyWalky.Client;

namespace TalkyWalky.App.Tests;

/// <summary>The chat through the API.</summary>
public sealed class ChatTests
{
    [Fact]
    public async Task Send_Message_IsKeptAtOnceAndToldToEveryWindow()
    {
        await using var app = await TestApp.StartAsync();
        var one = await app.ListenAsync();
        var other = await app.ListenAsync();
        var id = Guid.NewGuid();
        var kept = await app.CallAsync("POST", "/conversations/person/bob/messages", new { id = id.ToString(), text = "hello" });
        Assert.Equal((id.ToString("N"), "hello", true), (kept.GetProperty("id").GetString(), kept.GetProperty("text").GetString(), kept.GetProperty("mine").GetBoolean()));
        foreach (var window in (TestEvents[])[one, other])
        {
            var sent = await window.UntilAsync("messageState");
            Assert.Equal((id.ToString("N"), "sent"), (sent.GetProperty("message").GetProperty("id").GetString(), sent.GetProperty("message").GetProperty("state").GetString()));
        }

        var page = await app.CallAsync("GET", "/conversations/person/bob/messages?limit=10");
        Assert.Equal("hello", Assert.Single(page.EnumerateArray()).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Discard_MessageThatWasRefused_TakesItOutOfTheHistory()
    {
        await using var app = await TestApp.StartAsync();
        var failed = app.Chat.Fail("hello?");
        app.Chat.Receive("hi");
        var events = await app.ListenAsync();
        await app.CallAsync("DELETE", $"/conversations/person/Bob/messages/{failed.Id}");
        Assert.Equal("person/bob", (await events.UntilAsync("discarded")).GetProperty("conversation").GetString());
        Assert.Equal("hi", Assert.Single((await app.CallAsync("GET", "/conversations/person/bob/messages")).EnumerateArray()).GetProperty("text").GetString());
        Assert.Equal((HttpStatusCode.Conflict, "refused"), await Code(app.FailAsync("DELETE", $"/conversations/person/bob/messages/{failed.Id}")));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid"), await Code(app.FailAsync("DELETE", "/conversations/person/bob/messages/x")));
    }

    [Fact]
    public async Task Receive_Message_ComesAsEvent()
    {
        await using var app = await TestApp.StartAsync();
        var events = await app.ListenAsync();
        var first = await events.NextAsync();
        Assert.Equal(("state", "ready"), (first!.Value.GetProperty("type").GetString(), first.Value.GetProperty("state").GetProperty("stage").GetString()));
        app.Chat.Receive("hi");
        Assert.Equal("hi", (await events.UntilAsync("message")).GetProperty("message").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Logout_Locks_UntilTheNextLogin()
    {
        await using var app = await TestApp.StartAsync();
        await app.CallAsync("POST", "/logout");
        Assert.Equal("loggedOut", (await app.CallAsync("GET", "/state")).GetProperty("stage").GetString());
        Assert.Equal((HttpStatusCode.Forbidden, "not-logged-in"), await Code(app.FailAsync("GET", "/conversations")));
        Assert.Equal((HttpStatusCode.Conflict, "refused"), await Code(app.FailAsync("POST", "/login", new { password = "wrong" })));
        await app.CallAsync("POST", "/login", new { password = "right" });
        Assert.Equal("ready", (await app.CallAsync("GET", "/state")).GetProperty("stage").GetString());
        Assert.Empty((await app.CallAsync("GET", "/conversations")).EnumerateArray());
    }

    private static async Task<(HttpStatusCode, string)> Code(Task<(HttpStatusCode Status, string Code, string Detail)> failing) => await failing is var (status, code, _) ? (status, code) : default;
}
