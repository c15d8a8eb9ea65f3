namespace TalkyWalky.Load.Reporting;

/// <summary>One line of the closing table.</summary>
/// <param name="Beside">The peer's figure, or the limit.</param>
/// <param name="Ratio">Ours to that.</param>
/// <param name="Result">"pass", "SHORT", or "not measured" with the reason.</param>
internal sealed record Verdict(string Goal, double? Ours, double? Beside, double? Ratio, string Result, bool IsDisturbed)
{
    private const string NotAsked = "not measured: it was not asked for";

    public static Verdict Of(Goal goal, IReadOnlyList<RunRecord> runs, IReadOnlyList<Skip> skipped)
    {
        var rows = runs.Where(run => run.Row == goal.Row && run.Transport == goal.Transport).ToList();
        var ours = Summary.Of(rows.Where(static run => run.Peer == "ours"), goal.Figure);
        var peer = goal.Peer is null ? null : Summary.Of(rows.Where(run => run.Peer == goal.Peer), goal.Figure);
        var beside = goal.Peer is null ? goal.Factor : peer?.Median;
        if (ours is null || beside is not > 0)
        {
            var why = skipped.FirstOrDefault(skip => skip.Concerns(goal)) is { } skip ? $"not measured: {skip.Why}" : NotAsked;
            return new Verdict(goal.ToString(), ours?.Median, beside, null, why, IsDisturbed: false);
        }

        var (ratio, least) = (ours.Median / beside.Value, goal.Peer is null ? 1 : goal.Factor);
        var reached = goal.AtMost ? ratio <= least : ratio >= least;
        return new Verdict(goal.ToString(), ours.Median, beside, ratio, reached ? "pass" : "SHORT", ours.IsDisturbed || peer is { IsDisturbed: true });
    }
}
