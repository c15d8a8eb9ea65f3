using System.Globalization;
using System.Text;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Tests;

/// <summary>The process that is killed: it adds devices for ever, turns what is noted into leaves, and prints the size of the log after each step.</summary>
internal static class CrashedLog
{
    private const int Writers = 4;

    public static async Task<int> RunAsync(string file)
    {
        await using var engines = await EmbeddedEngines.OpenAsync(file, new EmbeddedOptions(MailboxLimits.Default), TimeProvider.System, CancellationToken.None);
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(() => AddDevicesAsync(engines.Store))));
        while (!writing.IsCompleted)
        {
            var size = await AppendAsync(engines.Log);
            await Console.Out.WriteLineAsync(size.ToString(CultureInfo.InvariantCulture));
            await Console.Out.FlushAsync();
        }

        return 1;
    }

    private static async Task AddDevicesAsync(IStore store)
    {
        while (true)
        {
            var user = UserId.New();
            await store.AddDeviceAsync(user, Digest.Sha256(user.ToArray()), firstMayEnter: true, DateTimeOffset.UnixEpoch, CancellationToken.None);
        }
    }

    private static async Task<ulong> AppendAsync(ILogStore log)
    {
        var size = await log.SizeAsync(CancellationToken.None);
        var changes = await log.ChangesAsync(10, CancellationToken.None);
        if (changes.Count == 0) return size;
        var leaves = changes.Select(static change => Encoding.ASCII.GetBytes(change.Key)).Select(static data => new LogLeaf(data, Digest.Sha256(data))).ToArray();
        var end = size + (ulong)leaves.Length;
        var nodes = size >> 8 < end >> 8 ? new[] { new LogNode(1, size >> 8, default) } : [];
        if (!await log.AppendAsync(size, new LogBatch(leaves, nodes, [], changes[^1].Id), CancellationToken.None)) throw new InvalidOperationException("nobody else appends");
        return end;
    }
}
