using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>The real broker, which fails when a test says so.</summary>
internal sealed class FaultyBroker(IBroker inner) : IBroker
{
    /// <summary>Answers in place of the real publish when set.</summary>
    public Func<PublishOutcome>? Fault { get; set; }

    public Task CreateMailboxAsync(DeviceId device, CancellationToken cancellation) => inner.CreateMailboxAsync(device, cancellation);

    public Task DeleteMailboxAsync(DeviceId device, CancellationToken cancellation) => inner.DeleteMailboxAsync(device, cancellation);

    public async ValueTask<PublishOutcome> PublishAsync(Publication publication, CancellationToken cancellation) =>
        Fault is { } fault ? fault() : await inner.PublishAsync(publication, cancellation);

    public Task<IMailbox?> OpenAsync(DeviceId device, int prefetch, CancellationToken cancellation) => inner.OpenAsync(device, prefetch, cancellation);

    public Task<MailboxUsage?> UsageAsync(DeviceId device, CancellationToken cancellation) => inner.UsageAsync(device, cancellation);

    public Task CheckAsync(CancellationToken cancellation) => inner.CheckAsync(cancellation);
}
