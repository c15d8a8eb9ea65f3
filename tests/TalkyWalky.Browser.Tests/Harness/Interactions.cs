using System.Text.Json;
using Microsoft.Playwright;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>How long a page takes from a key or a click to the next paint, by the browser's own Event Timing (W3C): what a person feels.</summary>
internal sealed class Interactions
{
    /// <summary>The browser tells only of those that took longer, and rounds to 8 ms.</summary>
    public const int ShortestTold = 16;

    private readonly IPage _page;

    private Interactions(IPage page) => _page = page;

    public static async Task<Interactions> WatchAsync(IPage page)
    {
        await page.EvaluateAsync(
            """
            () => {
              window.interactions = [];
              new PerformanceObserver((list) => window.interactions.push(...list.getEntries().filter((entry) => entry.interactionId).map((entry) => entry.duration)))
                .observe({ type: 'event', durationThreshold: 16 });
            }
            """);
        return new Interactions(page);
    }

    /// <summary>The longest of what one does meanwhile, in milliseconds; <see cref="ShortestTold"/> when none was longer.</summary>
    public async Task<double> LongestAsync(Func<Task> interact)
    {
        await _page.EvaluateAsync("() => { window.interactions.length = 0; }");
        await interact();
        // Entries are told after the paint that ends them.
        await _page.EvaluateAsync("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100))))");
        var durations = JsonSerializer.Deserialize<double[]>(await _page.EvaluateAsync<string>("JSON.stringify(window.interactions)"))!;
        return durations.Append(ShortestTold).Max();
    }
}
