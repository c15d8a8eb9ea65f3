using System.Diagnostics;
using System.Net;
using System.Text.Json;
using TalkyWalky.App.Security;

namespace TalkyWalky.App.Tests;

/// <summary>Getting in by a one-time token.</summary>
public sealed class EntranceTests
{
    [Fact]
    public async Task Token_UsedTwice_LetsInOnce()
    {
        await using var app = await TestApp.StartAsync();
        var token = app.NewToken();
        using var first = await app.EnterAsync(token);
        using var second = await app.EnterAsync(token);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal((HttpStatusCode.Forbidden, "refused"), ((await TestApp.ProblemAsync(second)) is var (status, code, _)) ? (status, code) : default);
        Assert.False(second.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Token_AtOnceFromMany_LetsInOnce()
    {
        await using var app = await TestApp.StartAsync();
        var token = app.NewToken();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => app.EnterAsync(token)));
        Assert.Single(answers, static answer => answer.IsSuccessStatusCode);
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task Token_AfterTenMinutes_IsTooOld()
    {
        var time = new ShiftedTime();
        await using var app = await TestApp.StartAsync(time: time);
        var (early, late) = (app.NewToken(), app.NewToken());
        time.Shift = Entrances.Life - TimeSpan.FromSeconds(30);
        using var inTime = await app.EnterAsync(early);
        time.Shift = Entrances.Life;
        using var tooLate = await app.EnterAsync(late);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (inTime.StatusCode, tooLate.StatusCode));
    }

    [Fact]
    public async Task Tokens_TooManyOutstanding_TheOldestGoes()
    {
        await using var app = await TestApp.StartAsync();
        var tokens = Enumerable.Range(0, Entrances.MaxOutstanding + 1).Select(_ => app.NewToken()).ToList();
        using var oldest = await app.EnterAsync(tokens[0]);
        using var next = await app.EnterAsync(tokens[1]);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK), (oldest.StatusCode, next.StatusCode));
    }

    [Fact]
    public async Task Token_Wrong_IsAnsweredLate()
    {
        await using var app = await TestApp.StartAsync();
        var clock = Stopwatch.StartNew();
        using var answer = await app.EnterAsync(Secret.New());
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.True(clock.Elapsed >= Entrances.Penalty, $"answered after {clock.Elapsed}");
    }

    [Fact]
    public async Task Tokens_ManyWrongAtOnce_AreTurnedAwayAndTheRightOneIsNot()
    {
        var time = new ShiftedTime();
        await using var app = await TestApp.StartAsync(time: time);
        time.IsStuck = true; // who waits, waits on
        var wrong = Enumerable.Range(0, Entrances.MaxWaiting + 1).Select(_ => app.EnterAsync(Secret.New())).ToList();
        using var turnedAway = await await Task.WhenAny(wrong);
        Assert.Equal((HttpStatusCode.TooManyRequests, "1"), (turnedAway.StatusCode, turnedAway.Headers.RetryAfter!.ToString()));
        using var entered = await app.EnterAsync(app.NewToken());
        Assert.Equal(HttpStatusCode.OK, entered.StatusCode);
        _ = Assert.Single(wrong, static one => one.IsCompleted);
        app.Http.CancelPendingRequests();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(wrong));
    }

    [Fact]
    public async Task Token_FromAnotherUsersProcess_LetsNobodyIn()
    {
        var peers = new SomeoneElse();
        await using var app = await TestApp.StartAsync(peers: peers);
        var token = app.NewToken();
        using var refused = await app.EnterAsync(token);
        Assert.Equal((HttpStatusCode.Forbidden, "refused"), ((await TestApp.ProblemAsync(refused)) is var (status, code, _)) ? (status, code) : default);
        peers.IsThere = false;
        using var entered = await app.EnterAsync(token);
        Assert.Equal(HttpStatusCode.OK, entered.StatusCode);
    }

    [Fact]
    public async Task Cookie_IsForThisPortAndNoScript()
    {
        await using var app = await TestApp.StartAsync();
        using var entered = await app.EnterAsync(app.NewToken());
        var cookie = entered.Headers.GetValues("Set-Cookie").Single();
        Assert.Matches($"^talkywalky-{app.Port}=[A-Za-z0-9_-]{{43}}; path=/; samesite=strict; httponly$", cookie);
        Assert.Equal(Secret.Length, JsonElement.Parse(await entered.Content.ReadAsStringAsync()).GetProperty("key").GetString()!.Length);
    }

    [Fact]
    public async Task Browser_WithASecondWindow_KeepsTheFirst()
    {
        await using var app = await TestApp.StartAsync();
        using var entered = await app.EnterAsync(app.NewToken(), app.Cookie);
        Assert.Equal(app.Cookie, entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        var second = JsonElement.Parse(await entered.Content.ReadAsStringAsync()).GetProperty("key").GetString()!;
        Assert.NotEqual(app.Key, second);
        await app.CallAsync("GET", "/state");
        using var response = await app.SendAsync("GET", "/state", change: request =>
        {
            request.Headers.Remove("x-talkywalky-key");
            request.Headers.Add("x-talkywalky-key", second);
        });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Browser_InUse_OutlivesOnesThatComeAndGo()
    {
        await using var app = await TestApp.StartAsync();
        string first = "";
        for (var i = 0; i <= Browsers.MaxBrowsers; i++)
        {
            using var entered = await app.EnterAsync(app.NewToken());
            if (i == 0) first = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
            await app.CallAsync("GET", "/state");
        }

        // The one that was used least lately went, and its cookie is new again.
        using var back = await app.EnterAsync(app.NewToken(), first);
        Assert.NotEqual(first, back.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        await app.CallAsync("GET", "/state");
    }

    [Fact]
    public async Task Session_OfARunThatEnded_IsOver()
    {
        await using var app = await TestApp.StartAsync();
        var (cookie, key) = (app.Cookie, app.Key);
        await app.RestartAsync();
        var (status, code, _) = await app.FailAsync("GET", "/state", change: request =>
        {
            request.Headers.Remove("Cookie");
            request.Headers.Remove("x-talkywalky-key");
            request.Headers.Add("Cookie", cookie);
            request.Headers.Add("x-talkywalky-key", key);
        });
        Assert.Equal((HttpStatusCode.Unauthorized, "no-session"), (status, code));
    }

    [Fact]
    public async Task Logs_OfAWholeVisit_HoldNoSecret()
    {
        await using var app = await TestApp.StartAsync();
        var token = app.NewToken();
        (await app.EnterAsync(token)).Dispose();
        await app.CallAsync("POST", "/conversations/person/bob/messages", new { id = Guid.NewGuid().ToString("N"), text = "a-private-text" });
        await app.CallAsync("POST", "/logout");
        await app.FailAsync("POST", "/login", new { password = "a-private-password" });
        await app.FailAsync("POST", "/login", "{\"password\":\"a-private-password\",\"more\":1}");
        var log = string.Join('\n', app.Log.All);
        Assert.All((string[])[token, app.Key, app.Cookie.Split('=')[1], "a-private", "bob"], secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
    }

    private sealed class SomeoneElse : IPeers
    {
        public bool IsThere { get; set; } = true;

        public bool IsSameUser(IPEndPoint local, IPEndPoint remote) => !IsThere;
    }
}
