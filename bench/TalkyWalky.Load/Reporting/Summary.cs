namespace TalkyWalky.Load.Reporting;

/// <summary>One figure of one peer over all its runs: those that nothing disturbed, or all when every one was.</summary>
internal sealed record Summary(double Median, double Lowest, double Highest, int Runs, bool IsDisturbed)
{
    public static Summary? Of(IEnumerable<RunRecord> records, string figure)
    {
        var all = records.Where(record => record.Figures.ContainsKey(figure)).ToList();
        if (all.Count == 0) return null;
        var quiet = all.Where(static record => !record.Disturbed).ToList();
        var values = (quiet.Count > 0 ? quiet : all).Select(record => record.Figures[figure]).Order().ToList();
        return new Summary((values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2, values[0], values[^1], values.Count, quiet.Count == 0);
    }
}
