namespace TalkyWalky.Bench.Growth;

/// <summary>What something costs at 1, 4 and 16 times a size.</summary>
/// <param name="Unit">Of the costs.</param>
/// <param name="IsEach">The cost of one act among so many, which should hardly grow; else that of all together, which may grow with their number.</param>
internal sealed record GrowthLine(string What, string Unit, bool IsEach, IReadOnlyList<int> Sizes, IReadOnlyList<double> Costs)
{
    /// <summary>The power of the size by which the cost grows, from the smallest to the largest.</summary>
    public double Exponent => Math.Log(Costs[^1] / Costs[0]) / Math.Log((double)Sizes[^1] / Sizes[0]);
}
