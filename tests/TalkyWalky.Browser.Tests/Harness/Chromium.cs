using System.Reflection;
using Microsoft.Playwright;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>
/// The distribution's Chromium, one process for the test run; people get contexts of it, which share nothing. Playwright's driver runs from its package
/// by the machine's Node.js, so that neither is copied and no browser is downloaded.
/// </summary>
internal static class Chromium
{
    private static readonly Lazy<Task<IPlaywright>> Driver = new(StartAsync);
    private static readonly Lazy<Task<IBrowser>> Shared = new(LaunchAsync);

    public static string Path { get; } = InPath("chromium");

    /// <summary>No sandbox: the tests also run as root and in containers, where Chromium's does not start. Nothing outside is ever asked.</summary>
    public static IReadOnlyList<string> Flags { get; } =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    /// <summary>Milliseconds until something that must come has not come. Making an account costs seconds of processor time, a minute on a busy machine.</summary>
    private const float Patience = 90_000;

    public static async Task<IBrowserContext> ContextAsync(BrowserNewContextOptions? options = null)
    {
        var context = await (await Shared.Value).NewContextAsync(options ?? Usual());
        context.SetDefaultTimeout(Patience);
        return context;
    }

    public static BrowserNewContextOptions Usual(int width = 1180, int height = 760) => new()
    {
        ViewportSize = new ViewportSize { Width = width, Height = height },
        Locale = "en-GB",
        TimezoneId = "Europe/Paris",
        AcceptDownloads = true,
        ReducedMotion = ReducedMotion.Reduce,
    };

    /// <summary>A browser that somebody else started with a port for debugging.</summary>
    public static async Task<IBrowser> ConnectAsync(int port)
    {
        var driver = await Driver.Value;
        for (var end = DateTime.UtcNow.AddMilliseconds(Patience); ;)
        {
            try
            {
                return await driver.Chromium.ConnectOverCDPAsync($"http://127.0.0.1:{port}");
            }
            catch (PlaywrightException) when (DateTime.UtcNow < end)
            {
                await Task.Delay(100); // it does not listen yet
            }
        }
    }

    private static async Task<IBrowser> LaunchAsync() =>
        await (await Driver.Value).Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path, Args = Flags, Headless = true });

    private static async Task<IPlaywright> StartAsync()
    {
        var package = typeof(Chromium).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static data => data.Key == "PlaywrightPackage").Value;
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", package);
        Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", InPath("node"));
        Assertions.SetDefaultExpectTimeout(Patience);
        Evidence.Watch();
        var playwright = await Playwright.CreateAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => playwright.Dispose();
        return playwright;
    }

    private static string InPath(string name) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{name} is not installed; ./test installs it");
}
