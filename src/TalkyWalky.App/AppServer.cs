using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using TalkyWalky.App.Api;
using TalkyWalky.App.Http;
using TalkyWalky.App.Live;
using TalkyWalky.App.Security;
using TalkyWalky.App.Sessions;
using TalkyWalky.App.Settings;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;

namespace TalkyWalky.App;

/// <summary>Why the size of windows is not for the program to say.</summary>
public enum WindowSizeTrouble
{
    /// <summary>The default browser shows the app, for want of Chromium, Chrome or Edge.</summary>
    DefaultBrowser,

    /// <summary>The program was told to open no window, or there is no display.</summary>
    NoWindow,
}

/// <param name="Profile">Full path.</param>
/// <param name="Link">A join link that the app was opened with, else null.</param>
/// <param name="Variable">An environment variable, null when unset.</param>
public sealed record AppOptions(string Profile, string? Link, Func<string, string?> Variable)
{
    /// <summary>Null: windows open in the stored size.</summary>
    public WindowSizeTrouble? WindowSizeTrouble { get; init; }

    /// <summary>Whom the first start is for: the form begins with it.</summary>
    public string? Username { get; init; }
}

/// <summary>The loopback API and the page on it, for one profile.</summary>
public sealed class AppServer : Launch.IServedApp, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly LiveHub _hub = new();
    private readonly Entrances _entrances;
    private readonly SettingsDesk _settings;
    private readonly AppSession _session;
    private readonly WebApplication _web;
    private int _disposed;

    private AppServer(AppOptions options, ClientEnvironment environment, IProfiles profiles, IPeers peers)
    {
        var log = environment.Logs.CreateLogger<AppServer>();
        _entrances = new Entrances(environment.Time);
        _settings = new SettingsDesk(options.Profile, _hub, log);
        _session = new AppSession(options, profiles, environment, _hub);
        var socket = LoopbackPort.Bind(_settings.Port);
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        if (_settings.Port is null) _settings.KeepPort(port);
        Address = new UriBuilder(Uri.UriSchemeHttp, IPAddress.Loopback.ToString(), port).Uri;
        var browsers = new Browsers();
        var guard = new Guard(port, browsers);
        var parts = new AppParts(_session, _settings, new Fonts(environment.Time), _hub, _entrances, browsers, guard, peers, environment.Time);
        Opened = Task.Run(() => _session.StartAsync(_stopping.Token), _stopping.Token); // making a key of a passphrase takes a processor's time
        _web = LoopbackHost.Build(socket, ApiEndpoints.All(parts), new EventSocket(_session.Board, _stopping.Token), guard, Opened, log);
        AppLog.Serving(log, port);
    }

    /// <summary>Serves, and opens the profile if there is one and its secret is at hand. The caller disposes of the server, which closes the profile.</summary>
    /// <exception cref="IOException">There is no port to serve on.</exception>
    public static Task<AppServer> StartAsync(AppOptions options, ClientEnvironment environment, CancellationToken cancellation) =>
        StartAsync(options, environment, new Profiles(), Peers.Instance, cancellation);

    internal static async Task<AppServer> StartAsync(AppOptions options, ClientEnvironment environment, IProfiles profiles, IPeers peers, CancellationToken cancellation)
    {
        var server = new AppServer(options, environment, profiles, peers);
        try
        {
            await server._web.StartAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    internal WebApplication Web => _web;

    internal LiveHub Hub => _hub;

    /// <summary>http://127.0.0.1:PORT/; the port is the same at every start of a profile while it is free.</summary>
    public Uri Address { get; }

    /// <summary>An address that lets one browser in, once, within ten minutes.</summary>
    public Uri NewEntrance() => new($"{Address}#token={_entrances.New()}");

    /// <summary>Of windows that listen to events.</summary>
    public int Windows => _hub.Count;

    /// <summary>Ends when the number of windows is not <paramref name="known"/> any more.</summary>
    public Task WindowsChangedAsync(int known, CancellationToken cancellation) => _hub.ChangedAsync(known, cancellation);

    /// <summary>Ends when it is known how the profile stands. The page loads meanwhile; the API answers after it.</summary>
    public Task Opened { get; }

    /// <summary>Ends when the person chose to quit.</summary>
    public Task Quit => _session.Quit;

    /// <summary>Asks every window to close itself, but the one that connected last where <paramref name="exceptNewest"/>: it takes the place of the others.</summary>
    public Task CloseWindowsAsync(bool exceptNewest)
    {
        _hub.CloseAll(exceptNewest);
        return Task.CompletedTask;
    }

    /// <summary>What the settings say now, or the default: pixels, 360x200 to 3840x2160.</summary>
    public (int Width, int Height) WindowSize => _settings.Now.WindowSize is { } size ? (size.Width, size.Height) : (SettingsRules.DefaultWidth, SettingsRules.DefaultHeight);

    /// <summary>What the settings say now: go on when the last window closed.</summary>
    public bool StaysInBackground => _settings.Now.Background;

    /// <summary>A join link that another start of the program was given; it takes the place of <see cref="AppOptions.Link"/>.</summary>
    public void PassLink(string link) => _session.PassLink(link);

    /// <summary>Takes no more requests, closes the windows' connections, says goodbye to the chat server and closes the profile.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _stopping.CancelAsync();
        await _web.StopAsync(CancellationToken.None);
        await Opened.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // whoever waits for it was told
        await _session.DisposeAsync();
        await _web.DisposeAsync();
        _stopping.Dispose();
    }
}
