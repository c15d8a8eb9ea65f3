using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench;

/// <summary>One publisher and the consumer that it writes to. A payload begins with the moment it was due.</summary>
internal sealed class Pair(IBroker broker, BrokerLoad load)
{
    private const int Prefetch = 256;

    private readonly DeviceId _device = DeviceId.New();
    private readonly List<long> _accepted = [], _delivered = [];
    private readonly Lock _gate = new();
    private long _settled;
    private long _refused;

    public long Settled => Interlocked.Read(ref _settled);

    public long Refused => Interlocked.Read(ref _refused);

    public Task PrepareAsync(CancellationToken cancellation) => broker.CreateMailboxAsync(_device, cancellation);

    /// <summary>Forgets what was measured so far.</summary>
    public void Reset()
    {
        lock (_gate) _accepted.Clear();
        lock (_delivered) _delivered.Clear();
    }

    public (List<long> Accepted, List<long> Delivered) Take()
    {
        lock (_gate)
        {
            lock (_delivered) return ([.. _accepted], [.. _delivered]);
        }
    }

    /// <summary>Ends soon after the cancellation.</summary>
    public Task PublishAsync(CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, load.Window).Select(_ => load.Rate == 0 ? PublishAtOnceAsync(cancellation) : PublishAtRateAsync(cancellation)));

    public async Task ConsumeAsync(CancellationToken cancellation)
    {
        await using var mailbox = await broker.OpenAsync(_device, Prefetch, cancellation) ?? throw new InvalidOperationException("the mailbox is gone");
        var tag = new ulong[1];
        try
        {
            await foreach (var entry in mailbox.ReadAllAsync(cancellation))
            {
                if (entry is MailboxEntry.Stored stored)
                {
                    var due = BinaryPrimitives.ReadInt64LittleEndian(stored.Payload.Span);
                    lock (_delivered) _delivered.Add(Stopwatch.GetTimestamp() - due);
                }

                tag[0] = entry.Tag;
                await mailbox.SettleAsync(tag, cancellation);
                Interlocked.Increment(ref _settled);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task PublishAtOnceAsync(CancellationToken cancellation)
    {
        await Task.Yield();
        while (!cancellation.IsCancellationRequested) await PublishOneAsync(Stopwatch.GetTimestamp());
    }

    /// <summary>Messages are due at fixed moments, whether or not the last one is back: a slow answer counts in those that wait for it.</summary>
    private async Task PublishAtRateAsync(CancellationToken cancellation)
    {
        var between = Stopwatch.Frequency * (double)load.Pairs * load.Window / load.Rate;
        var offset = RandomNumberGenerator.GetInt32(1_000_000) / 1_000_000.0;
        var start = Stopwatch.GetTimestamp();
        for (long n = 0; !cancellation.IsCancellationRequested; n++)
        {
            var due = start + (long)((n + offset) * between);
            var wait = TimeSpan.FromSeconds((due - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // The timer is late by up to a millisecond; that is the generator's, not the broker's.
            if (!cancellation.IsCancellationRequested) await PublishOneAsync(Math.Max(due, wait > TimeSpan.Zero ? Stopwatch.GetTimestamp() : due));
        }
    }

    private async Task PublishOneAsync(long due)
    {
        var payload = new byte[load.Size];
        BinaryPrimitives.WriteInt64LittleEndian(payload, due);
        var outcome = await broker.PublishAsync(new Publication(payload, [new Address(_device, default)]), CancellationToken.None);
        if (outcome is not PublishOutcome.Accepted) Interlocked.Increment(ref _refused);
        lock (_gate) _accepted.Add(Stopwatch.GetTimestamp() - due);
    }
}
