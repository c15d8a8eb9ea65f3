using System.Diagnostics;
using System.Security.Cryptography;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench;

/// <summary>A transparency log in the embedded store: appended in batches, then opened again and asked for proofs, each of which is verified.</summary>
internal sealed class LogBenchmark(int leaves, int leafBytes, string folder) : IDisposable
{
    private const int Batch = 5000, Singles = 200, Proofs = 2000;

    private readonly DirectoryInfo _data = Directory.CreateDirectory(Path.Combine(folder, $"talkywalky-log-{Guid.NewGuid():n}"));
    private readonly List<List<Digest>> _begun = [];
    private ulong _size;

    private string File => Path.Combine(_data.FullName, "bench.db");

    public async Task<LogReport> RunAsync(CancellationToken cancellation)
    {
        double perSecond;
        Percentiles single;
        await using (var engines = await OpenAsync(cancellation))
        {
            var clock = Stopwatch.StartNew();
            while (_size < (ulong)(leaves - Singles)) await AppendAsync(engines.Log, (int)Math.Min(Batch, (ulong)(leaves - Singles) - _size), cancellation);
            perSecond = _size / clock.Elapsed.TotalSeconds;
            single = await MeasureAsync(Singles, () => AppendAsync(engines.Log, 1, cancellation));
        }

        await using (var engines = await OpenAsync(cancellation))
        {
            var root = await RootAsync(engines.Log, _size, cancellation);
            var (bytes, most) = (0L, 0);
            var cpu = Environment.CpuUsage.TotalTime;
            var inclusion = await MeasureAsync(Proofs, async () =>
            {
                var index = Random();
                var path = await AnswerAsync(engines.Log, LogTree.Inclusion(index, _size), cancellation);
                Check(MerkleProof.VerifyInclusion(root, _size, index, MerkleProof.HashLeaf(Leaf(index)), path));
                (bytes, most) = (bytes + (path.Count * Digest.Size), Math.Max(most, path.Count * Digest.Size));
            });
            var inclusionBytes = (Mean: bytes / (double)Proofs, Most: most);
            var cost = (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / Proofs;
            (bytes, most) = (0, 0);
            var consistency = await MeasureAsync(Proofs, async () =>
            {
                var path = await AnswerAsync(engines.Log, LogTree.Consistency(Random() + 1, _size), cancellation);
                (bytes, most) = (bytes + (path.Count * Digest.Size), Math.Max(most, path.Count * Digest.Size));
            });
            await CheckConsistencyAsync(engines.Log, root, cancellation);
            return new LogReport(
                leaves, leafBytes, perSecond, single, inclusion, inclusionBytes.Mean, inclusionBytes.Most, cost, consistency, bytes / (double)Proofs, most, new FileInfo(File).Length);
        }
    }

    public void Dispose() => _data.Delete(recursive: true);

    private Task<EmbeddedEngines> OpenAsync(CancellationToken cancellation) =>
        EmbeddedEngines.OpenAsync(File, new EmbeddedOptions(MailboxLimits.Default), TimeProvider.System, cancellation);

    private async Task AppendAsync(ILogStore log, int count, CancellationToken cancellation)
    {
        var batch = new LogLeaf[count];
        var nodes = new List<LogNode>();
        for (var i = 0; i < count; i++)
        {
            var data = Leaf(_size + (ulong)i);
            batch[i] = new LogLeaf(data, MerkleProof.HashLeaf(data));
            Complete(nodes, 0, _size + (ulong)i, batch[i].Hash);
        }

        Check(await log.AppendAsync(_size, new LogBatch(batch, [.. nodes.OrderBy(static node => node.Level)], [], 0), cancellation));
        _size += (ulong)count;
    }

    // 256 of one level make one of the next.
    private void Complete(List<LogNode> nodes, int level, ulong index, Digest hash)
    {
        if (_begun.Count == level) _begun.Add([]);
        _begun[level].Add(hash);
        if (_begun[level].Count < LogTree.TileSize) return;
        var (above, number) = (new MerkleTree(_begun[level]).Root, index / LogTree.TileSize);
        _begun[level].Clear();
        nodes.Add(new LogNode(level + 1, number, above));
        Complete(nodes, level + 1, number, above);
    }

    private byte[] Leaf(ulong index)
    {
        var data = new byte[leafBytes];
        BitConverter.TryWriteBytes(data, index);
        return data;
    }

    private async Task CheckConsistencyAsync(ILogStore log, Digest root, CancellationToken cancellation)
    {
        for (var n = 0; n < 100; n++)
        {
            var first = Random() + 1;
            var path = await AnswerAsync(log, LogTree.Consistency(first, _size), cancellation);
            Check(MerkleProof.VerifyConsistency(await RootAsync(log, first, cancellation), first, root, _size, path));
        }
    }

    private ulong Random() => (ulong)RandomNumberGenerator.GetInt32((int)_size);

    private static async Task<Digest> RootAsync(ILogStore log, ulong size, CancellationToken cancellation) => (await AnswerAsync(log, LogTree.Root(size), cancellation))[0];

    private static async Task<IReadOnlyList<Digest>> AnswerAsync(ILogStore log, LogQuestion question, CancellationToken cancellation) =>
        question.Answer(await new LogTiles(log).ReadAsync(question.Tiles, cancellation));

    private static async Task<Percentiles> MeasureAsync(int count, Func<Task> act)
    {
        var ticks = new List<long>(count);
        for (var i = 0; i < count; i++)
        {
            var from = Stopwatch.GetTimestamp();
            await act();
            ticks.Add(Stopwatch.GetTimestamp() - from);
        }

        return Percentiles.Of(ticks);
    }

    private static void Check(bool isRight)
    {
        if (!isRight) throw new InvalidOperationException("the log gives a wrong answer");
    }
}
