using System.Diagnostics;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;

namespace TalkyWalky.Bench;

/// <summary>The embedded broker under one-to-one load, in this process.</summary>
internal static class BrokerBenchmark
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public static async Task<BrokerReport> RunAsync(BrokerLoad load, string folder, CancellationToken cancellation)
    {
        var data = Directory.CreateDirectory(Path.Combine(folder, $"talkywalky-bench-{Guid.NewGuid():n}"));
        try
        {
            await using var engines = await EmbeddedEngines.OpenAsync(
                Path.Combine(data.FullName, "bench.db"), new EmbeddedOptions(MailboxLimits.Default), TimeProvider.System, cancellation);
            return await RunAsync(load, engines, cancellation);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<BrokerReport> RunAsync(BrokerLoad load, EmbeddedEngines engines, CancellationToken cancellation)
    {
        var pairs = Enumerable.Range(0, load.Pairs).Select(_ => new Pair(engines.Broker, load)).ToArray();
        foreach (var pair in pairs) await pair.PrepareAsync(cancellation);
        using var publishing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var consuming = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var consumers = Task.WhenAll(pairs.Select(pair => pair.ConsumeAsync(consuming.Token)));
        var publishers = Task.WhenAll(pairs.Select(pair => pair.PublishAsync(publishing.Token)));

        await Task.Delay(WarmUp, cancellation);
        var report = await MeasureAsync(load, pairs, engines, cancellation);
        await publishing.CancelAsync();
        await publishers;
        await consuming.CancelAsync();
        await consumers;
        return report;
    }

    private static async Task<BrokerReport> MeasureAsync(BrokerLoad load, Pair[] pairs, EmbeddedEngines engines, CancellationToken cancellation)
    {
        foreach (var pair in pairs) pair.Reset();
        var process = Process.GetCurrentProcess();
        var (cpu, settled, commits, allocated) = (process.TotalProcessorTime, pairs.Sum(pair => pair.Settled), engines.Commits, GC.GetTotalAllocatedBytes());
        var clock = Stopwatch.StartNew();
        await Task.Delay(load.Duration, cancellation);
        var elapsed = clock.Elapsed.TotalSeconds;
        process.Refresh();
        var messages = pairs.Sum(pair => pair.Settled) - settled;
        var cost = (process.TotalProcessorTime - cpu).TotalMicroseconds / Math.Max(1, messages);
        var garbage = (GC.GetTotalAllocatedBytes() - allocated) / (double)Math.Max(1, messages);
        var fsyncs = (engines.Commits - commits) / elapsed;
        var latencies = pairs.Select(pair => pair.Take()).ToArray();
        return new BrokerReport(
            load, messages / elapsed, pairs.Sum(pair => pair.Refused), Percentiles.Of(latencies.SelectMany(pair => pair.Accepted)),
            Percentiles.Of(latencies.SelectMany(pair => pair.Delivered)), fsyncs, cost, garbage);
    }
}
