using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using TalkyWalky.Browser.Tests.Harness;

namespace TalkyWalky.Browser.Tests;

/// <summary>
/// What other pages and programs of this computer can do to the app: nothing. Cookies are shared between the ports of a host, so the other page here has the app's cookie;
/// it is in the same browser, as a page that a developer has open would be.
/// </summary>
[Collection(SecondHalf.Name)]
public sealed class OtherPageTests(Office office) : IClassFixture<Office>, IAsyncLifetime
{
    private readonly Neighbour _neighbour = Neighbour.Serve("<!doctype html><title>another page</title><body>");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _neighbour.DisposeAsync().AsTask();

    [Theory]
    [InlineData("GET", "/api/v1/state")]
    [InlineData("GET", "/api/v1/conversations/person/bob/messages?limit=50")]
    [InlineData("POST", "/api/v1/logout")]
    [InlineData("DELETE", "/api/v1/messages")]
    public async Task Fetch_FromAnotherPort_GetsNothing(string method, string path)
    {
        var (page, app) = await NeighbourAsync();
        var read = await page.EvaluateAsync<string>(
            """
            async ([url, method]) => {
              const answers = [];
              for (const mode of ['cors', 'no-cors']) {
                for (const headers of [{}, { 'x-talkywalky-key': 'guess' }]) {
                  try {
                    const answer = await fetch(url, { method, mode, headers, credentials: 'include' });
                    answers.push(answer.type === 'opaque' ? 'opaque' : await answer.text());
                  } catch { answers.push('refused by the browser'); }
                }
              }
              return answers.join('; ');
            }
            """,
            new[] { new Uri(app, path).ToString(), method });
        Assert.Matches("^((refused by the browser|opaque)(; )?)+$", read);
        await StillThereAsync();
    }

    [Fact]
    public async Task Form_FromAnotherPort_ChangesNothing()
    {
        var (page, app) = await NeighbourAsync();
        foreach (var path in (string[])["api/v1/logout", "api/v1/quit", "api/v1/session"])
        {
            var url = new Uri(app, path).ToString();
            var answer = await page.RunAndWaitForResponseAsync(
                () => page.EvaluateAsync(
                    "(url) => { const form = Object.assign(document.createElement('form'), { method: 'post', action: url }); document.body.append(form); form.submit(); }", url),
                url);
            Assert.InRange(answer.Status, 400, 499);
            await page.WaitForURLAsync(url);
            await page.GotoAsync(_neighbour.Address.ToString());
        }

        await StillThereAsync();
    }

    [Theory]
    [InlineData("['talkywalky']")]
    [InlineData("['talkywalky', 'key.guess']")]
    [InlineData("[]")]
    public async Task WebSocket_FromAnotherPort_DoesNotOpen(string protocols)
    {
        var (page, app) = await NeighbourAsync();
        var outcome = await page.EvaluateAsync<string>(
            $$"""
            (url) => new Promise((done) => {
              const socket = new WebSocket(url, {{protocols}});
              socket.onopen = () => done('open');
              socket.onerror = () => done('refused');
            })
            """,
            $"ws://{app.Authority}/api/v1/events");
        Assert.Equal("refused", outcome);
    }

    [Fact]
    public async Task Frame_InAnotherPage_StaysEmpty()
    {
        var (page, app) = await NeighbourAsync();
        await page.EvaluateAsync(
            "(url) => new Promise((done) => { const frame = document.createElement('iframe'); frame.onload = done; frame.src = url; document.body.append(frame); })", app.ToString());
        var frame = page.Frames[^1];
        Assert.StartsWith("chrome-error:", await frame.EvaluateAsync<string>("location.href"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_AnEntranceUsedTwice_LetsNobodyInAgain()
    {
        var desk = await office.DeskAsync("ada");
        await office.WindowAsync("ada");
        var token = desk.Entrance.Fragment["#token=".Length..];
        using var http = new HttpClient();
        using var again = await http.PostAsync(new Uri(desk.Entrance, "/api/v1/session"), Json(new { token }));
        Assert.InRange((int)again.StatusCode, 400, 499);

        await using var stranger = await Chromium.ContextAsync();
        var page = await stranger.NewPageAsync();
        await page.GotoAsync(desk.Entrance.ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Textbox)).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByText("talkywalky open")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1")]
    public async Task Request_ForAnotherHost_IsRefused(string host)
    {
        var app = (await office.DeskAsync("ada")).Entrance;
        // By hand: an HTTP client would not send a Host that differs from where it connects.
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, app.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(socket.GetStream());
        var status = await reader.ReadLineAsync();
        Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", status!);
        Assert.DoesNotContain("<script", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_WithoutToken_SaysNothing()
    {
        var app = (await office.DeskAsync("ada")).Entrance;
        using var http = new HttpClient();
        foreach (var path in (string[])["state", "people", "conversations", "settings", "devices", "fonts", "rooms?all=true"])
        {
            using var answer = await http.GetAsync(new Uri(app, $"/api/v1/{path}"));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.DoesNotContain("ada", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private static StringContent Json<T>(T body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    /// <summary>Another server's page, in the browser that ada's app is open in, so with its cookie.</summary>
    private async Task<(IPage Page, Uri App)> NeighbourAsync()
    {
        var window = await office.WindowAsync("ada");
        await Assertions.Expect(new Chat(window.Page, Words.English).List).ToBeVisibleAsync();
        var page = await window.Context.NewPageAsync();
        await page.GotoAsync(_neighbour.Address.ToString());
        Assert.Contains(await window.Context.CookiesAsync([_neighbour.Address.ToString()]), static cookie => cookie.HttpOnly);
        return (page, new Uri((await office.DeskAsync("ada")).Entrance, "/"));
    }

    /// <summary>The app goes on as if nothing had been.</summary>
    private async Task StillThereAsync()
    {
        var window = await office.WindowAsync("ada");
        await window.Page.ReloadAsync();
        await Assertions.Expect(window.Page.GetByText("ada").First).ToBeVisibleAsync();
        Assert.Empty(window.Troubles);
    }
}
