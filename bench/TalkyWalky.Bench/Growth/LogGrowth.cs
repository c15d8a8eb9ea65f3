namespace TalkyWalky.Bench.Growth;

internal static class LogGrowth
{
    /// <summary>Microseconds for the audit path of a leaf taken by chance, read, folded and verified.</summary>
    public static async Task<double> ProofAsync(int leaves, CancellationToken cancellation)
    {
        using var benchmark = new LogBenchmark(leaves, leafBytes: 32, Path.GetTempPath());
        return 1000 * (await benchmark.RunAsync(cancellation)).InclusionCpuMs;
    }
}
