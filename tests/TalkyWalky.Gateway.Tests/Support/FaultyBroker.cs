using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>The real broker, which fails when a test says so.</summary>
internal sealed class FaultyBroker(IBroker inner) : IBroker
{
    private int _underway;

    /// <summary>Answers in place of the real publish when set.</summary>
    public Func<PublishOutcome>? Fault { get; set; }

    /// <summary>Publishes wait for it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Publishes that were begun and not ended, now and at most.</summary>
    public int Underway => _underway;

    public int Peak { get; private set; }

    public Task CreateMailboxAsync(DeviceId device, CancellationToken cancellation) => inner.CreateMailboxAsync(device, cancellation);

    public Task DeleteMailboxAsync(DeviceId device, CancellationToken cancellation) => inner.DeleteMailboxAsync(device, cancellation);

    public async ValueTask<PublishOutcome> PublishAsync(Publication publication, CancellationToken cancellation)
    {
        Peak = Math.Max(Peak, Interlocked.Increment(ref _underway)); // one connection publishes from one thread at a time
        try
        {
            await Gate;
            return Fault is { } fault ? fault() : await inner.PublishAsync(publication, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _underway);
        }
    }

    public Task<IMailbox?> OpenAsync(DeviceId device, int prefetch, CancellationToken cancellation) => inner.OpenAsync(device, prefetch, cancellation);

    public Task<MailboxUsage?> UsageAsync(DeviceId device, CancellationToken cancellation) => inner.UsageAsync(device, cancellation);

    public Task CheckAsync(CancellationToken cancellation) => inner.CheckAsync(cancellation);
}
