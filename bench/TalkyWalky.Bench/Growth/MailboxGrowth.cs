using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench.Growth;

/// <summary>The embedded broker, with payloads of 2 KiB.</summary>
internal static class MailboxGrowth
{
    private const int PayloadSize = 2048, Prefetch = 256, Rounds = 20;

    /// <summary>Publications, one after the other, each to all devices; until all have it. For one of them.</summary>
    public static Task<double> FanOutAsync(int recipients, CancellationToken cancellation) => WithAsync(async broker =>
    {
        var addresses = Enumerable.Range(0, recipients).Select(static _ => new Address(DeviceId.New(), new byte[32])).ToArray();
        foreach (var address in addresses) await broker.CreateMailboxAsync(address.Device, cancellation);
        return await Measurement.ProcessorAsync(() => Task.WhenAll(
            [PublishAsync(broker, addresses, Rounds, cancellation), .. addresses.Select(address => ReadAsync(broker, address.Device, Rounds, cancellation))])) / Rounds;
    }, cancellation);

    public static Task<double> FillAsync(int messages, CancellationToken cancellation) => WithAsync(async broker =>
    {
        var device = await MailboxAsync(broker, cancellation);
        return await Measurement.ProcessorAsync(() => PublishAsync(broker, [device], messages, cancellation));
    }, cancellation);

    public static Task<double> DrainAsync(int messages, CancellationToken cancellation) => WithAsync(async broker =>
    {
        var device = await MailboxAsync(broker, cancellation);
        await PublishAsync(broker, [device], messages, cancellation);
        return await Measurement.ProcessorAsync(() => ReadAsync(broker, device.Device, messages, cancellation));
    }, cancellation);

    private static async Task<Address> MailboxAsync(IBroker broker, CancellationToken cancellation)
    {
        var device = DeviceId.New();
        await broker.CreateMailboxAsync(device, cancellation);
        return new Address(device, default);
    }

    private static async Task PublishAsync(IBroker broker, Address[] to, int count, CancellationToken cancellation)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(100))
        {
            var outcomes = await Task.WhenAll(some.Select(_ => broker.PublishAsync(new Publication(new byte[PayloadSize], to), cancellation).AsTask()));
            if (outcomes.Any(static outcome => outcome is not PublishOutcome.Accepted { Overflowed.Count: 0 })) throw new InvalidOperationException("a publication was not stored for all");
        }
    }

    private static async Task ReadAsync(IBroker broker, DeviceId device, int count, CancellationToken cancellation)
    {
        await using var mailbox = await broker.OpenAsync(device, Prefetch, cancellation) ?? throw new InvalidOperationException("the mailbox is gone");
        var (read, tags) = (0, new List<ulong>());
        await foreach (var entry in mailbox.ReadAllAsync(cancellation))
        {
            tags.Add(entry.Tag);
            read++;
            if (read < count && tags.Count < Prefetch / 2) continue;
            await mailbox.SettleAsync(tags.ToArray(), cancellation);
            tags.Clear();
            if (read == count) return;
        }
    }

    private static async Task<double> WithAsync(Func<IBroker, Task<double>> act, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("talkywalky-growth-");
        try
        {
            await using var engines = await EmbeddedEngines.OpenAsync(Path.Combine(folder.FullName, "bench.db"), new EmbeddedOptions(MailboxLimits.Default), TimeProvider.System, cancellation);
            return await act(engines.Broker);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
