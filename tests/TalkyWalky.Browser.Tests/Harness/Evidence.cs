using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Playwright;
using TalkyWalky.Testing;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>
/// When something that a test waited for does not come, every open window is kept as it is then: a picture, the page's HTML, and what it complained of,
/// in artifacts/failures. The exception is seen where it is thrown, before the test ends and its windows with it.
/// </summary>
internal static class Evidence
{
    private const float Patience = 20_000;

    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "failures");
    private static readonly ConditionalWeakTable<Exception, object> Seen = [];
    private static readonly ConcurrentDictionary<Window, Task> Open = new();

    public static void Watch() => AppDomain.CurrentDomain.FirstChanceException += static (_, thrown) =>
    {
        if (!IsTimeUp(thrown.Exception) || !Seen.TryAdd(thrown.Exception, Folder)) return;
        foreach (var (window, before) in Open)
        {
            // One at a time: what fails in keeping is not kept.
            if (before.IsCompleted) Open.TryUpdate(window, KeepAsync(window, thrown.Exception.Message), before);
        }
    };

    public static void Follow(Window window) => Open[window] = Task.CompletedTask;

    /// <summary>Completes when what is being kept of it is kept.</summary>
    public static Task ForgetAsync(Window window) => Open.TryRemove(window, out var keeping) ? keeping : Task.CompletedTask;

    // An action's time is up in the one way, an expectation's in the other, with an exception inside that says less.
    // A window that is not open yet is tried again and again.
    private static bool IsTimeUp(Exception thrown) => thrown.Message.Contains("Call log:", StringComparison.Ordinal)
        && !thrown.Message.Contains("<ws preparing>", StringComparison.Ordinal)
        && (thrown is TimeoutException || (thrown is PlaywrightException && !thrown.Message.StartsWith("Expect failed", StringComparison.Ordinal)));

    private static async Task KeepAsync(Window window, string why)
    {
        await Task.Yield(); // the exception goes on
        Directory.CreateDirectory(Folder);
        var file = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HHmmss.fff}-{new Uri(window.Page.Url).Port}"));
        try
        {
            await File.WriteAllTextAsync($"{file}.txt", $"{why}\n\n{window.Page.Url}\n{string.Join('\n', window.Troubles)}\n");
            await window.Page.ScreenshotAsync(new() { Path = $"{file}.png", Timeout = Patience });
            await File.WriteAllTextAsync($"{file}.html", await window.Page.ContentAsync().WaitAsync(TimeSpan.FromMilliseconds(Patience)));
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException or IOException)
        {
            await File.AppendAllTextAsync($"{file}.txt", $"\nnothing more of it: {e.Message}\n");
        }
    }
}
