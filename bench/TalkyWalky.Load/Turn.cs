using TalkyWalky.Load.Reporting;
using TalkyWalky.Load.Workloads;

namespace TalkyWalky.Load;

/// <summary>One thing to measure so many times, by turns with the others of its group.</summary>
/// <param name="Tries">A run that was disturbed is repeated, while there are any left.</param>
internal sealed record Turn(IMeasurement Measurement, string Peer, string Transport, int Runs, int Tries, Func<CancellationToken, Task<IReadOnlyList<Measured>>> RunAsync)
{
    public override string ToString() => $"{string.Join(" and ", Measurement.Rows)}{(Transport == Transports.None ? "" : $", {Transport}")}, {Peer}";
}
