using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>What axe-core finds on a page by the rules of WCAG 2.2 A and AA.</summary>
internal static class Accessible
{
    private static readonly List<string> Serious = ["serious", "critical"];

    public static async Task<IReadOnlyList<string>> SeriousFindingsAsync(this IPage page, bool contrastOnly = false)
    {
        var options = new AxeRunOptions
        {
            RunOnly = contrastOnly
                ? new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] }
                : new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
        };
        // Between two themes are colours of neither.
        await page.EvaluateAsync("() => Promise.allSettled(document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity).map((one) => one.finished))");
        var result = await page.RunAxe(options);
        return [.. from violation in result.Violations
                   where Serious.Contains(violation.Impact)
                   from node in violation.Nodes
                   select $"{violation.Impact} {violation.Id}: {node.Html} ({string.Join(" ", node.Any.Select(static check => check.Message))})"];
    }
}
