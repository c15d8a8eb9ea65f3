using System.Runtime.InteropServices;
using TalkyWalky.Engines;

namespace TalkyWalky.Server.Diagnosis;

/// <summary>Whether something keeps this machine's clock right: certificates, log-ins and commits are dated by it. Directory and database say themselves how far theirs is from it.</summary>
internal static class ClockPart
{
    /// <summary>adjtimex(2): struct timex has 208 bytes where long has 64 bits, and begins with "modes", where 0 only asks.</summary>
    private const int TimexSize = 208, TimeError = 5;

    public static DoctorPart Part { get; } = new("clock", static _ => Task.FromResult<IReadOnlyList<Finding>>([Look()]));

    private static Finding Look()
    {
        const string Check = "synchronised";
        if (!OperatingSystem.IsLinux()) return new Finding(Check, Verdict.Skipped, "only Linux says", null);
        return Ask(new byte[TimexSize]) switch
        {
            >= 0 and < TimeError => new Finding(Check, Verdict.Good, "the system keeps it right", null),
            TimeError => new Finding(Check, Verdict.Warning, "the system does not know that its clock is right", "Let it be kept by NTP (chrony, systemd-timesyncd), here or on the host of this machine."),
            _ => new Finding(Check, Verdict.Skipped, "the system does not say", null),
        };
    }

    [DllImport("libc", EntryPoint = "adjtimex")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Ask([In, Out] byte[] timex);
}
