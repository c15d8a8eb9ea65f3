using TalkyWalky.Engines;
using TalkyWalky.Pki.Log;

namespace TalkyWalky.Authority.Tests.Log;

/// <summary>The log as its store has it, read by an auditor.</summary>
internal static class LogReplay
{
    public static async Task<IReadOnlyList<LogEntry>> EntriesAsync(ILogStore log) => [.. (await LeavesAsync(log)).Select(static leaf => LogEntry.TryRead(leaf)!)];

    public static async Task<LogAuditReport> AuditAsync(CertificateAuthority authority, ILogStore log)
    {
        var audit = new LogAudit(authority.Anchor, authority.IssuingCertificates);
        foreach (var leaf in await LeavesAsync(log)) audit.Add(leaf);
        return audit.Finish((await log.TreeHeadAsync(CancellationToken.None))?.Token);
    }

    private static async Task<IReadOnlyList<byte[]>> LeavesAsync(ILogStore log)
    {
        var leaves = new List<byte[]>();
        while (await log.LeavesAsync((ulong)leaves.Count, 1 << 20, CancellationToken.None) is { Count: > 0 } page) leaves.AddRange(page);
        return leaves;
    }
}
