using System.Globalization;

namespace TalkyWalky.Load.Measuring;

/// <summary>What taskset(1) puts a program on; null for any. The generator has the last core to itself (bench/load puts it there), a server the first.</summary>
internal static class Cores
{
    private static readonly bool IsShared = Proc.Cores > 1 && Environment.ProcessorCount == 1;

    public static string? OfServers => IsShared ? "0" : null;

    /// <summary>For programs that are measured alone.</summary>
    public static string? All => IsShared ? string.Create(CultureInfo.InvariantCulture, $"0-{Proc.Cores - 1}") : null;
}
