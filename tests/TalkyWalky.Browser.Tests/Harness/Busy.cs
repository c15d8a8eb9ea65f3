using Microsoft.Playwright;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>Processor time of a page's main thread, which does not depend on what else the machine does.</summary>
internal static class Busy
{
    public static async Task<TimeSpan> DuringAsync(IPage page, Func<Task> act)
    {
        var tools = await page.Context.NewCDPSessionAsync(page);
        await tools.SendAsync("Performance.enable", new Dictionary<string, object>(StringComparer.Ordinal) { ["timeDomain"] = "threadTicks" });
        var before = await TasksAsync(tools);
        await act();
        var after = await TasksAsync(tools);
        await tools.DetachAsync();
        return after - before;
    }

    private static async Task<TimeSpan> TasksAsync(ICDPSession tools)
    {
        var told = await tools.SendAsync("Performance.getMetrics") ?? throw new InvalidOperationException("the browser tells no metrics");
        var task = told.GetProperty("metrics").EnumerateArray().Single(static metric => metric.GetProperty("name").GetString() == "TaskDuration");
        return TimeSpan.FromSeconds(task.GetProperty("value").GetDouble());
    }
}
