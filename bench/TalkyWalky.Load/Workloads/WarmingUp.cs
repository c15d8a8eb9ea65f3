using System.Diagnostics;
using TalkyWalky.Load.Measuring;

namespace TalkyWalky.Load.Workloads;

/// <summary>Full load until a message costs no less processor time any more: programs are compiled while they run, and hot code again in the background.</summary>
internal static class WarmingUp
{
    /// <summary>Less does not count as better.</summary>
    private const double Gain = 0.02;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    /// <param name="done">How many messages so far.</param>
    /// <returns>Of each step, the microseconds of a message.</returns>
    public static async Task<IReadOnlyList<double>> RunAsync(LoadTimes times, int process, Func<long> done, Func<TimeSpan, Task> work)
    {
        var (clock, most, costs) = (Stopwatch.StartNew(), times.WarmUpMost > times.WarmUp ? times.WarmUpMost : times.WarmUp, new List<double>());
        while (clock.Elapsed < most)
        {
            var (cpu, count, left) = (Proc.Cpu(process), done(), most - clock.Elapsed);
            await work(left < Step ? left : Step);
            costs.Add(Math.Round((Proc.Cpu(process) - cpu) * 1e6 / Math.Max(1, done() - count), 1));
            if (clock.Elapsed >= times.WarmUp && costs.Count > 1 && costs[^1] > costs.SkipLast(1).Min() * (1 - Gain)) break;
        }

        return costs;
    }
}
