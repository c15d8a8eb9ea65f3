using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using TalkyWalky.App.Http;

namespace TalkyWalky.App.Tests;

/// <summary>What other pages, other programs and other people of this computer try.</summary>
public sealed class GuardTests
{
    [Fact]
    public async Task Port_OtherAddressesOfThisComputer_AreNotServed()
    {
        await using var app = await TestApp.StartAsync();
        var others = (await Dns.GetHostAddressesAsync(Dns.GetHostName())).Where(static address => !IPAddress.IsLoopback(address)).Append(IPAddress.Parse("127.0.0.2")).Append(IPAddress.IPv6Loopback);
        foreach (var address in others)
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(address, app.Port));
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/assets/x.js")]
    [InlineData("/api/v1/state")]
    public async Task Host_ForeignName_IsMisdirected(string path)
    {
        await using var app = await TestApp.StartAsync();
        foreach (var host in (string[])["evil.example", $"evil.example:{app.Port}", "127.0.0.1", $"127.0.0.1:{app.Port + 1}", "localhost", $"127.0.0.1.evil.example:{app.Port}", $"LOCALHOST:{app.Port}"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
            request.Headers.Add("Cookie", app.Cookie);
            request.Headers.Add("x-talkywalky-key", app.Key);
            using var response = await app.Http.SendAsync(request);
            Assert.Equal((HttpStatusCode.MisdirectedRequest, "refused"), ((await TestApp.ProblemAsync(response)) is var (status, code, _)) ? (status, code) : default);
        }
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    public async Task Host_OwnNames_AreServed(string name)
    {
        await using var app = await TestApp.StartAsync();
        using var response = await app.SendAsync("GET", "/state", change: request =>
        {
            request.Headers.Host = $"{name}:{app.Port}";
            request.Headers.Add("Origin", $"http://{name}:{app.Port}");
        });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains($"connect-src 'self' ws://{name}:{app.Port};", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin", "http://127.0.0.1:{other}")]
    [InlineData("Origin", "https://127.0.0.1:{port}")]
    [InlineData("Origin", "http://localhost:{port}")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Api_AnotherPage_IsRefused(string header, string value)
    {
        await using var app = await TestApp.StartAsync();
        var sent = value.Replace("{other}", $"{app.Port + 1}", StringComparison.Ordinal).Replace("{port}", $"{app.Port}", StringComparison.Ordinal);
        foreach (var (method, path, body) in ((string, string, object?)[])[("GET", "/state", null), ("POST", "/logout", null), ("POST", "/session", new { token = app.NewToken() })])
        {
            var (status, code, _) = await app.FailAsync(method, path, body, request => request.Headers.Add(header, sent));
            Assert.Equal((HttpStatusCode.Forbidden, "refused"), (status, code));
        }

        Assert.True(app.Chat.IsLoggedIn);
        await Assert.ThrowsAsync<WebSocketException>(() => app.ListenAsync(options => options.SetRequestHeader(header, sent)));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task Api_WithoutCookieOrKey_IsNotLetIn(bool hasCookie, bool hasKey)
    {
        await using var app = await TestApp.StartAsync();
        var endpoints = ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)app.Server.Web).DataSources.SelectMany(static source => source.Endpoints).OfType<Microsoft.AspNetCore.Routing.RouteEndpoint>().ToList();
        Assert.True(endpoints.Count > 40);
        foreach (var endpoint in endpoints.Where(static endpoint => endpoint.RoutePattern.RawText != "/api/v1/session"))
        {
            var method = endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Routing.HttpMethodMetadata>()!.HttpMethods[0];
            using var request = new HttpRequestMessage(new HttpMethod(method), endpoint.RoutePattern.RawText!.Replace('{', 'x').Replace('}', 'x'));
            if (hasCookie) request.Headers.Add("Cookie", app.Cookie);
            if (hasKey) request.Headers.Add("x-talkywalky-key", app.Key);
            using var response = await app.Http.SendAsync(request);
            Assert.Equal((HttpStatusCode.Unauthorized, "no-session"), ((await TestApp.ProblemAsync(response)) is var (status, code, _)) ? (status, code) : default);
        }
    }

    [Fact]
    public async Task Api_KeyOfAnotherBrowser_IsNotLetIn()
    {
        await using var app = await TestApp.StartAsync();
        using var entered = await app.EnterAsync(app.NewToken());
        var otherCookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var (status, code, _) = await app.FailAsync("GET", "/state", change: request =>
        {
            request.Headers.Remove("Cookie");
            request.Headers.Add("Cookie", otherCookie);
        });
        Assert.Equal((HttpStatusCode.Unauthorized, "no-session"), (status, code));
    }

    [Theory]
    [InlineData("cookie")]
    [InlineData("key")]
    public async Task Events_WithoutCookieOrKey_AreNotLetIn(string missing)
    {
        await using var app = await TestApp.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("talkywalky");
        if (missing != "key") socket.Options.AddSubProtocol($"key.{app.Key}");
        if (missing != "cookie") socket.Options.SetRequestHeader("Cookie", app.Cookie);
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://127.0.0.1:{app.Port}/api/v1/events"), CancellationToken.None));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, app.Server.Windows);
    }

    [Fact]
    public async Task Answers_TellTheBrowserToBeStrict()
    {
        await using var app = await TestApp.StartAsync();
        using var page = await app.Http.GetAsync("/");
        using var foreign = await app.SendAsync("GET", "/state", change: static request => request.Headers.Add("Origin", "http://evil.example"));
        using var api = await app.SendAsync("GET", "/state");
        foreach (var response in (HttpResponseMessage[])[page, foreign, api])
        {
            string Header(string name) => response.Headers.GetValues(name).Single();
            Assert.Equal(
                $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws://127.0.0.1:{app.Port}; manifest-src 'self'; "
                + "frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
                Header("Content-Security-Policy"));
            Assert.Equal(("nosniff", "no-referrer", "same-origin"), (Header("X-Content-Type-Options"), Header("Referrer-Policy"), Header("Cross-Origin-Opener-Policy")));
            Assert.Equal(("same-origin", "require-corp"), (Header("Cross-Origin-Resource-Policy"), Header("Cross-Origin-Embedder-Policy")));
            Assert.Contains("microphone=()", Header("Permissions-Policy"), StringComparison.Ordinal);
            Assert.DoesNotContain(response.Headers, static header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase) || header.Key == "Server");
        }

        Assert.Equal("no-store", api.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Preflight_AnotherPage_GetsNothing()
    {
        await using var app = await TestApp.StartAsync();
        using var response = await app.SendAsync("OPTIONS", "/state", change: static request =>
        {
            request.Headers.Add("Origin", "http://evil.example");
            request.Headers.Add("Access-Control-Request-Method", "GET");
        });
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.DoesNotContain(response.Headers, static header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/api/v1/state", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/api/v2/state", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api", HttpStatusCode.NotFound)]
    public async Task Api_UnknownAddress_IsAProblem(string method, string path, HttpStatusCode wanted)
    {
        await using var app = await TestApp.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Cookie", app.Cookie);
        request.Headers.Add("x-talkywalky-key", app.Key);
        using var response = await app.Http.SendAsync(request);
        Assert.Equal((wanted, "not-found"), ((await TestApp.ProblemAsync(response)) is var (status, code, _)) ? (status, code) : default);
    }

    [Theory]
    [InlineData("/api/v1/x/../people/bob")]
    [InlineData("/api/v1/./people/bob")]
    [InlineData("/api/v1/x/%2e%2e/people/bob")]
    [InlineData("http://127.0.0.1:{port}/api/v1/people/bob")]
    public async Task Api_AddressNotWrittenPlainly_IsInvalid(string target)
    {
        await using var app = await TestApp.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, app.Port);
        var request = $"GET {target.Replace("{port}", $"{app.Port}", StringComparison.Ordinal)} HTTP/1.1\r\nHost: 127.0.0.1:{app.Port}\r\nCookie: {app.Cookie}\r\nx-talkywalky-key: {app.Key}\r\nConnection: close\r\n\r\n";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(socket.GetStream());
        Assert.StartsWith("HTTP/1.1 400 ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bodies_OfAllEndpoints_AreBounded() => Assert.Equal((16 * 1024, 394_240), (ApiEndpoint.SmallBody, ApiEndpoint.TextBody));
}
