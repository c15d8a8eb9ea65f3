using System.Diagnostics;

namespace TalkyWalky.Load.Measuring;

/// <summary>Where the processor time of all cores went while something was measured.</summary>
/// <param name="Server">Cores kept busy.</param>
internal sealed record CpuShare(double Seconds, double Server, double Generator, double Idle, double Interrupts)
{
    /// <summary>Of two cores: less than 1.95 is known to have been ours, or nobody's.</summary>
    private const double Undisturbed = 0.975;

    public bool IsDisturbed => Server + Generator + Idle + Interrupts < Undisturbed * Proc.Cores;

    public double ServerSeconds => Server * Seconds;
}

/// <summary>Begun before, read after.</summary>
internal sealed class Meter
{
    private readonly int? _server;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly double _serverCpu, _generatorCpu;
    private readonly (double Idle, double Interrupts) _machine = Proc.Machine();

    private Meter(int? server)
    {
        _server = server;
        _serverCpu = CpuOf(server);
        _generatorCpu = Proc.Cpu(Environment.ProcessId);
    }

    /// <param name="server">Null: all that is started here and ends before the reading.</param>
    public static Meter Start(int? server) => new(server);

    public CpuShare Read()
    {
        var machine = Proc.Machine();
        var (server, generator) = (CpuOf(_server) - _serverCpu, Proc.Cpu(Environment.ProcessId) - _generatorCpu);
        var seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        return new CpuShare(seconds, server / seconds, generator / seconds, (machine.Idle - _machine.Idle) / seconds, (machine.Interrupts - _machine.Interrupts) / seconds);
    }

    private static double CpuOf(int? server) => server is { } process ? Proc.Cpu(process) : Proc.CpuOfEnded();
}
