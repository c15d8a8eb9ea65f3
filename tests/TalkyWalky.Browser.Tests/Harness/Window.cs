using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>A window of the app. It notes what no page of ours may do: break its own policy, throw, log an error, or ask anything of another place.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _troubles = new();

    private Window(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
    }

    public IPage Page { get; }

    public IBrowserContext Context => _context;

    public IReadOnlyCollection<string> Troubles => _troubles;

    public static async Task<Window> OpenAsync(IBrowserContext context, Uri entrance)
    {
        var window = new Window(context, await context.NewPageAsync());
        await window.WatchAsync(new Uri(entrance, "/"));
        Evidence.Follow(window);
        await window.Page.GotoAsync(entrance.ToString());
        return window;
    }

    private async Task WatchAsync(Uri origin)
    {
        Page.PageError += (_, error) => _troubles.Enqueue($"thrown: {error}");
        Page.Console += (_, message) =>
        {
            // What the browser itself says of answers such as 401 is part of a test, not a fault of the page.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal) && !message.Text.Contains("WebSocket connection", StringComparison.Ordinal)) _troubles.Enqueue($"console: {message.Text}");
        };
        Page.Request += (_, request) =>
        {
            var asked = new Uri(request.Url);
            if (asked.Scheme is "http" or "https" && asked.Authority != origin.Authority) _troubles.Enqueue($"asked elsewhere: {request.Url}");
        };
        await Page.ExposeFunctionAsync("reportTrouble", (string trouble) => _troubles.Enqueue(trouble));
        await Page.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', (violation) => window.reportTrouble(`policy: ${violation.violatedDirective} ${violation.blockedURI} ${violation.sample}`));");
    }

    public async ValueTask DisposeAsync()
    {
        await Evidence.ForgetAsync(this);
        await _context.CloseAsync();
    }
}
