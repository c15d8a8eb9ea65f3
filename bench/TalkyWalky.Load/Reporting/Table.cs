using System.Globalization;
using System.Text;

namespace TalkyWalky.Load.Reporting;

/// <summary>What is printed: a block for each workload, a line for each figure and peer, then the goals.</summary>
internal static class Table
{
    public static string Of(Results results)
    {
        var text = new StringBuilder();
        foreach (var row in results.Runs.GroupBy(static run => (run.Row, run.Transport)))
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{row.Key.Row} ({row.Key.Transport})");
            foreach (var figure in row.SelectMany(static run => run.Figures.Keys).Distinct(StringComparer.Ordinal)) Append(text, row.Key.Row, row.Key.Transport, figure, [.. row]);
        }

        foreach (var (peer, why) in results.Skipped) text.AppendLine().Append(CultureInfo.InvariantCulture, $"{peer} was skipped: {why}");
        if (results.Runs.Any(static run => run.Disturbed))
            text.AppendLine().AppendLine().Append("* every run was disturbed: other programs took more than 2.5 % of the machine. Repeat it on a machine that does nothing else.");
        return text.ToString().Trim('\n', '\r');
    }

    private static void Append(StringBuilder text, string row, string transport, string figure, List<RunRecord> runs)
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

        if (ours is null) return;
        foreach (var goal in Goal.All.Where(goal => goal.Row == row && goal.Transport == transport && goal.Figure == figure))
        {
            if (goal.Judge(ours, goal.Peer is null ? null : peers.GetValueOrDefault(goal.Peer)) is { } verdict) text.AppendLine(CultureInfo.InvariantCulture, $"    goal: {verdict}");
        }
    }

    private static string Number(double value) => value.ToString(value >= 1000 ? "#,0" : value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
