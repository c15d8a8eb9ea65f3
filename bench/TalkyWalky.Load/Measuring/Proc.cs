using System.Globalization;

namespace TalkyWalky.Load.Measuring;

/// <summary>What Linux counts of processes and of the machine (proc(5)), in seconds of one core.</summary>
internal static class Proc
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every architecture that .NET runs on

    public static int Cores { get; } = File.ReadLines("/proc/stat").Count(static line => line.StartsWith("cpu", StringComparison.Ordinal) && char.IsAsciiDigit(line[3]));

    /// <summary>User and system time of a process with all its threads.</summary>
    public static double Cpu(int process)
    {
        var fields = Stat(process);
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>The same of all processes that were started here and have ended.</summary>
    public static double CpuOfEnded()
    {
        var fields = Stat(Environment.ProcessId);
        return (Number(fields[13]) + Number(fields[14])) / TicksPerSecond;
    }

    /// <summary>Resident set, bytes.</summary>
    public static long Resident(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(static text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    /// <summary>Files that a process may have open, connections among them.</summary>
    public static int OpenFiles()
    {
        var line = File.ReadLines("/proc/self/limits").First(static text => text.StartsWith("Max open files", StringComparison.Ordinal));
        return int.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
    }

    /// <summary>Idle includes waiting for a disk; interrupts are what the kernel counts to nobody, such as packets on the way.</summary>
    public static (double Idle, double Interrupts) Machine()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return ((Number(fields[4]) + Number(fields[5])) / TicksPerSecond, (Number(fields[6]) + Number(fields[7])) / TicksPerSecond);
    }

    private static string[] Stat(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
