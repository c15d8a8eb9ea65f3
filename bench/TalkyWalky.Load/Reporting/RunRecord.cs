using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Workloads;

namespace TalkyWalky.Load.Reporting;

/// <summary>One measurement of one run.</summary>
internal sealed record RunRecord(string Row, string Peer, string Transport, int Run, bool Disturbed, CpuShare Cpu, IReadOnlyDictionary<string, double> Figures)
{
    public static RunRecord Of(Measured measured, string peer, bool tls, int run) => new(
        measured.Row, peer, tls ? "TLS" : "plain", run, measured.Cpu.IsDisturbed, measured.Cpu,
        measured.Figures.ToDictionary(static figure => figure.Name, static figure => Math.Round(figure.Value, 4), StringComparer.Ordinal));
}

/// <param name="Skipped">Peers that could not be measured, and why.</param>
internal sealed record Results(
    DateTimeOffset At, MachineState Machine, IReadOnlyDictionary<string, string> Peers, IReadOnlyDictionary<string, string> Skipped, IReadOnlyList<RunRecord> Runs);
