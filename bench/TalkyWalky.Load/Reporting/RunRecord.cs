using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Workloads;

namespace TalkyWalky.Load.Reporting;

/// <summary>One measurement of one run.</summary>
/// <param name="WarmUp">Of each step of the warm-up, the microseconds of processor time that a message took.</param>
internal sealed record RunRecord(
    string Row, string Peer, string Transport, int Run, bool Disturbed, CpuShare Cpu, IReadOnlyDictionary<string, double> Figures, IReadOnlyList<double> WarmUp)
{
    public static RunRecord Of(Measured measured, string peer, string transport, int run) => new(
        measured.Row, measured.Peer ?? peer, transport, run, measured.Cpu.IsDisturbed, measured.Cpu,
        measured.Figures.ToDictionary(static figure => figure.Name, static figure => Math.Round(figure.Value, 4), StringComparer.Ordinal), measured.WarmUp);
}

/// <param name="Notes">What was asked and measured in another size.</param>
/// <param name="Goals">The closing table.</param>
internal sealed record Results(
    DateTimeOffset At,
    double Minutes,
    MachineState Machine,
    IReadOnlyDictionary<string, string> Peers,
    IReadOnlyList<Verdict> Goals,
    IReadOnlyList<string> Notes,
    IReadOnlyList<Skip> Skipped,
    IReadOnlyList<RunRecord> Runs);
