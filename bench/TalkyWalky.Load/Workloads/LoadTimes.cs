namespace TalkyWalky.Load.Workloads;

/// <param name="WarmUp">Of full load before anything is measured, at least.</param>
/// <param name="WarmUpMost">And at most.</param>
/// <param name="Settle">Of each load, before its measuring begins.</param>
internal sealed record LoadTimes(TimeSpan WarmUp, TimeSpan WarmUpMost, TimeSpan Settle, TimeSpan Measured)
{
    /// <summary>With a server's start and so many loads that are measured one after the other.</summary>
    public TimeSpan Guess(int loads) => TimeSpan.FromSeconds(6) + WarmUp + (WarmUpMost > WarmUp ? WarmUpMost - WarmUp : TimeSpan.Zero) / 6 + loads * (Settle + Measured);
}
