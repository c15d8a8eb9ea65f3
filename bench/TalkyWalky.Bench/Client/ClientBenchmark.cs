using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace TalkyWalky.Bench.Client;

/// <summary>What the client's own work costs, by BenchmarkDotNet, in this process: messages, grants, history. Allocations are counted.</summary>
internal static class ClientBenchmark
{
    public static int Run(string[] only)
    {
        var folder = Directory.CreateTempSubdirectory("talkywalky-benchmarks-");
        try
        {
            var config = ManualConfig.CreateEmpty()
                .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.DontLogOutput))
                .AddDiagnoser(MemoryDiagnoser.Default)
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .AddLogger(ConsoleLogger.Default)
                .WithArtifactsPath(folder.FullName)
                .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.JoinSummary);
            var summaries = BenchmarkSwitcher.FromTypes([typeof(MessageBenchmarks), typeof(GrantBenchmarks), typeof(HistoryBenchmarks)])
                .Run(["--filter", .. only.Length == 0 ? ["*"] : only.Select(static name => $"*{name}*")], config).ToList();
            return summaries.Count > 0 && summaries.All(static summary => summary.Reports.All(static report => report.Success)) ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
