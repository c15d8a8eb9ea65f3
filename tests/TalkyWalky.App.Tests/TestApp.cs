using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.App.Security;
using TalkyWalky.Client;
using TalkyWalky.Client.Tests.Agent;
using TalkyWalky.Testing;

namespace TalkyWalky.App.Tests;

/// <summary>A real server on a free port, over a profile in memory, and one browser that was let in.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _home = new();
    private readonly List<ClientWebSocket> _sockets = [];

    private TestApp(MemoryProfiles profiles) => Engine = profiles;

    public MemoryProfiles Engine { get; }

    public MemoryChat Chat => Engine.Chat;

    public AppServer Server { get; private set; } = null!;

    public string Profile => _home["profile"];

    public Dictionary<string, string> Variables { get; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Lines Log { get; } = new();

    /// <summary>Sends no cookies and follows nothing of itself.</summary>
    public HttpClient Http { get; private set; } = null!;

    public string Cookie { get; private set; } = "";

    public string Key { get; private set; } = "";

    public int Port => Server.Address.Port;

    public static async Task<TestApp> StartAsync(MemoryProfiles? profiles = null, Action<TestApp>? prepare = null, IPeers? peers = null, string? link = null, TimeProvider? time = null)
    {
        var app = new TestApp(profiles ?? new MemoryProfiles()) { Time = time ?? TimeProvider.System };
        var secret = app._home["passphrase"];
        await File.WriteAllTextAsync(secret, app.Engine.Passphrase + "\n");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        app.Variables["HOME"] = app._home.Path;
        app.Variables["TALKYWALKY_PASSPHRASE_FILE"] = secret;
        prepare?.Invoke(app);
        await app.OpenAsync(peers, link);
        return app;
    }

    public async Task RestartAsync()
    {
        foreach (var socket in _sockets) socket.Dispose();
        await Server.DisposeAsync();
        await OpenAsync(peers: null, link: null);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets) socket.Dispose();
        Http.Dispose();
        await Server.DisposeAsync();
        _home.Dispose();
    }

    public string NewToken() => Server.NewEntrance().Fragment["#token=".Length..];

    /// <summary>Exchanges a token as the page does.</summary>
    public async Task<HttpResponseMessage> EnterAsync(string token, string? cookie = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/session") { Content = Json(new { token }) };
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        return await Http.SendAsync(request);
    }

    /// <summary>A request as the page makes it; <paramref name="change"/> makes it another.</summary>
    public async Task<HttpResponseMessage> SendAsync(string method, string path, object? body = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}");
        if (body is not null) request.Content = body as HttpContent ?? Json(body);
        request.Headers.Add("Cookie", Cookie);
        request.Headers.Add("x-talkywalky-key", Key);
        change?.Invoke(request);
        return await Http.SendAsync(request);
    }

    public async Task<JsonElement> CallAsync(string method, string path, object? body = null)
    {
        using var response = await SendAsync(method, path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    /// <summary>A call that must fail: its status, code and sentence.</summary>
    public async Task<(HttpStatusCode Status, string Code, string Detail)> FailAsync(string method, string path, object? body = null, Action<HttpRequestMessage>? change = null)
    {
        using var response = await SendAsync(method, path, body, change);
        return await ProblemAsync(response);
    }

    public static async Task<(HttpStatusCode Status, string Code, string Detail)> ProblemAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{(int)response.StatusCode} {text}");
        var problem = JsonElement.Parse(text);
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        Assert.Equal(["status", "code", "detail"], problem.EnumerateObject().Select(static member => member.Name));
        return (response.StatusCode, problem.GetProperty("code").GetString()!, problem.GetProperty("detail").GetString()!);
    }

    public async Task<TestEvents> ListenAsync(Action<ClientWebSocketOptions>? change = null)
    {
        var socket = new ClientWebSocket();
        _sockets.Add(socket);
        socket.Options.AddSubProtocol("talkywalky");
        socket.Options.AddSubProtocol($"key.{Key}");
        socket.Options.SetRequestHeader("Cookie", Cookie);
        change?.Invoke(socket.Options);
        using var patience = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{Port}/api/v1/events"), patience.Token);
        var events = await TestEvents.BeginAsync(socket);
        // What this chat in memory tells before the app reads its events is told to nobody.
        while (Engine.IsOpen && Chat is { IsLoggedIn: true, IsDisposed: false, Listeners: 0 }) await Task.Delay(10, patience.Token);
        return events;
    }

    /// <summary>Waits for a stage that comes by itself.</summary>
    public async Task<JsonElement> UntilStageAsync(string stage)
    {
        var events = await ListenAsync();
        return await events.UntilAsync("state", happening => happening.GetProperty("state").GetProperty("stage").GetString() == stage);
    }

    public static StringContent Json(object body) => new(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private async Task OpenAsync(IPeers? peers, string? link)
    {
        var environment = new ClientEnvironment(Time, KeyPool.Shared, Log);
        Server = await AppServer.StartAsync(new AppOptions(Profile, link, Variables.GetValueOrDefault), environment, Engine, peers ?? Peers.Instance, CancellationToken.None);
        Http?.Dispose();
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Server.Address, Timeout = Patience };
        using var response = await EnterAsync(NewToken());
        if (peers is not null && !response.IsSuccessStatusCode) return;
        response.EnsureSuccessStatusCode();
        Cookie = response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Key = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("key").GetString()!;
    }
}

/// <summary>The events of one connection.</summary>
internal sealed class TestEvents
{
    private JsonElement? _first;

    private TestEvents(ClientWebSocket socket) => Socket = socket;

    /// <summary>Waits for the first event: what happens after it is told on this connection; what happens between the handshake and it is not.</summary>
    public static async Task<TestEvents> BeginAsync(ClientWebSocket socket)
    {
        var events = new TestEvents(socket);
        events._first = await events.ReadAsync();
        return events;
    }

    public ClientWebSocket Socket { get; }

    /// <summary>Null: the server closed.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        if (_first is not { } first) return await ReadAsync();
        _first = null;
        return first;
    }

    private async Task<JsonElement?> ReadAsync()
    {
        using var patience = new CancellationTokenSource(TestApp.Patience);
        using var whole = new MemoryStream();
        var part = new byte[16 * 1024];
        while (true)
        {
            var received = await Socket.ReceiveAsync(part, patience.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
                return null;
            }

            whole.Write(part, 0, received.Count);
            if (received.EndOfMessage) return JsonElement.Parse(whole.ToArray());
        }
    }

    public async Task<JsonElement> UntilAsync(string type, Func<JsonElement, bool>? wanted = null)
    {
        while (true)
        {
            var happening = await NextAsync() ?? throw new InvalidOperationException($"closed before {type} came");
            if (happening.GetProperty("type").GetString() == type && (wanted is null || wanted(happening))) return happening;
        }
    }
}
