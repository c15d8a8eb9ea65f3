namespace TalkyWalky.Bench.Growth;

/// <param name="Smallest">Size of the first of three.</param>
/// <param name="CostAsync">The cost at a size.</param>
internal sealed record Measurement(string What, string Unit, bool IsEach, int Smallest, Func<int, CancellationToken, Task<double>> CostAsync)
{
    public async Task<GrowthLine> RunAsync(int tries, CancellationToken cancellation)
    {
        int[] sizes = [Smallest, Smallest * 4, Smallest * 16];
        await CostAsync(Smallest, cancellation); // compiled by now
        var costs = new List<double>();
        foreach (var size in sizes)
        {
            var least = double.MaxValue;
            for (var n = 0; n < tries; n++) least = Math.Min(least, await CostAsync(size, cancellation));
            costs.Add(least);
        }

        return new GrowthLine(What, Unit, IsEach, sizes, costs);
    }

    /// <summary>Milliseconds of processor time, over all threads of this process.</summary>
    public static async Task<double> ProcessorAsync(Func<Task> act)
    {
        var before = Environment.CpuUsage.TotalTime;
        await act();
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }
}
