using System.Globalization;
using System.Runtime.InteropServices;
using TalkyWalky.Load.Measuring;

namespace TalkyWalky.Load.Reporting;

/// <param name="LoadBefore">Of the minute before, when the bench began: what else the machine did.</param>
internal sealed record MachineState(int Cores, string Processor, int MemoryGiB, string System, string Runtime, double LoadBefore)
{
    public static MachineState Now() => new(
        Proc.Cores,
        Field("/proc/cpuinfo", "model name"),
        (int)Math.Round(long.Parse(Field("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1048576.0),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture));

    private static string Field(string file, string name)
    {
        var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? "unknown" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
