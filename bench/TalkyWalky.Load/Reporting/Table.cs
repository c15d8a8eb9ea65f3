using System.Globalization;
using System.Text;

namespace TalkyWalky.Load.Reporting;

/// <summary>What is printed: a block for each workload with a line for each figure and peer, then the goals as a table in Markdown.</summary>
internal static class Table
{
    public static string Of(Results results)
    {
        var text = new StringBuilder();
        foreach (var row in results.Runs.GroupBy(static run => (run.Row, run.Transport)))
        {
            text.AppendLine().Append(row.Key.Row).AppendLine(row.Key.Transport == Transports.None ? "" : $" ({row.Key.Transport})");
            foreach (var figure in row.SelectMany(static run => run.Figures.Keys).Distinct(StringComparer.Ordinal)) Append(text, figure, [.. row]);
        }

        if (results.Skipped.Count + results.Notes.Count > 0) text.AppendLine();
        foreach (var line in results.Skipped.Select(static skip => skip.ToString()).Concat(results.Notes)) text.AppendLine(line);
        text.AppendLine().AppendLine("| goal | ours | peer, or limit | ours to that | |").AppendLine("|---|---|---|---|---|");
        foreach (var goal in results.Goals)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {goal.Goal} | {Number(goal.Ours)} | {Number(goal.Beside)} | {(goal.Ratio is { } ratio ? $"{Number(ratio)}x" : "")} | {goal.Result}{(goal.IsDisturbed ? "*" : "")} |");
        if (results.Runs.Any(static run => run.Disturbed))
            text.AppendLine().Append("* every run was disturbed: other programs took more than 2.5 % of the machine. Repeat it on a machine that does nothing else.");
        return text.ToString().Trim('\n', '\r');
    }

    private static void Append(StringBuilder text, string figure, List<RunRecord> runs)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"  {figure}");
        var peers = runs.Select(static run => run.Peer).Distinct(StringComparer.Ordinal).ToDictionary(static peer => peer, peer => Summary.Of(runs.Where(run => run.Peer == peer), figure), StringComparer.Ordinal);
        var ours = peers.GetValueOrDefault("ours");
        foreach (var (peer, summary) in peers)
        {
            if (summary is null) continue;
            var ratio = ours is not null && peer != "ours" && summary.Median > 0 ? $"  ours is {Number(ours.Median / summary.Median)}x" : "";
            text.AppendLine(CultureInfo.InvariantCulture, $"    {peer,-17} {Number(summary.Median),10}{(summary.IsDisturbed ? "*" : " ")} ({Number(summary.Lowest)} to {Number(summary.Highest)}, {summary.Runs} runs){ratio}");
        }
    }

    private static string Number(double? value) => value?.ToString(value >= 1000 ? "#,0" : value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture) ?? "";
}
