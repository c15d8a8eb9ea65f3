using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>The real broker, which counts what is published and costs nothing.</summary>
internal sealed class CountingBroker(IBroker inner) : IBroker
{
    private int _published;

    /// <summary>Publishes that are in the broker's hands.</summary>
    public int Published => Volatile.Read(ref _published);

    public Task CreateMailboxAsync(DeviceId device, CancellationToken cancellation) => inner.CreateMailboxAsync(device, cancellation);

    public Task DeleteMailboxAsync(DeviceId device, CancellationToken cancellation) => inner.DeleteMailboxAsync(device, cancellation);

    public ValueTask<PublishOutcome> PublishAsync(Publication publication, CancellationToken cancellation)
    {
        var outcome = inner.PublishAsync(publication, cancellation);
        Interlocked.Increment(ref _published);
        return outcome;
    }

    public Task<IMailbox?> OpenAsync(DeviceId device, int prefetch, CancellationToken cancellation) => inner.OpenAsync(device, prefetch, cancellation);

    public Task<MailboxUsage?> UsageAsync(DeviceId device, CancellationToken cancellation) => inner.UsageAsync(device, cancellation);

    public Task CheckAsync(CancellationToken cancellation) => inner.CheckAsync(cancellation);
}
