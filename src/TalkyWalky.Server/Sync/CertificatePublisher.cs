using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Hosting;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Sync;

/// <summary>
/// Shows people's device certificates in the directory, for other software. In the background: nobody waits for it, and a directory that is away or refuses keeps nobody from
/// chatting. Remembered is who changed, not what: the store is read when it is their turn.
/// </summary>
internal sealed class CertificatePublisher : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>For what waits when the server stops.</summary>
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);

    private const int Page = 500;

    private readonly ISharedDirectory _directory;
    private readonly IStore _store;
    private readonly CertificateAuthority _authority;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<UserId> _queue = Channel.CreateUnbounded<UserId>(new UnboundedChannelOptions { SingleReader = true }); // each person once: see _waiting
    private readonly Lock _lock = new();
    private readonly HashSet<UserId> _waiting = [];
    private readonly CancellationTokenSource _closing = new(), _stopping = new();
    private readonly Task _working;
    private bool _isRefused, _isAway;

    /// <param name="everyone">Begin with all people: certificates may have changed, or the right to publish them been given, while nobody watched.</param>
    public CertificatePublisher(ISharedDirectory directory, IStore store, CertificateAuthority authority, bool everyone, TimeProvider time, ILogger log)
    {
        (_directory, _store, _authority, _time, _log) = (directory, store, authority, time, log);
        _working = Task.Run(() => RunAsync(everyone, _stopping.Token), CancellationToken.None);
    }

    /// <summary>Null where there is nothing to publish in, or it is not wanted.</summary>
    public static CertificatePublisher? Of(ServerEngines engines, CertificateAuthority authority, bool everyone, DirectorySettings settings, HostServices services) =>
        engines.Shared is { } shared && settings.PublishCertificates
            ? new CertificatePublisher(shared, engines.Store, authority, everyone, services.Time, services.Log)
            : null;

    /// <summary>Publishes whoever changes, besides what these do.</summary>
    public DeviceCallbacks Follow(DeviceCallbacks callbacks) => new(
        user =>
        {
            callbacks.Changed(user);
            Publish(user);
        },
        (user, device) =>
        {
            Publish(user);
            return callbacks.Ended(user, device);
        },
        callbacks.StatusReplaced);

    /// <summary>Returns at once.</summary>
    public void Publish(UserId user)
    {
        lock (_lock)
        {
            if (_waiting.Add(user)) _queue.Writer.TryWrite(user);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.Complete();
        _stopping.CancelAfter(Goodbye);
        await _closing.CancelAsync();
        await _working;
        _stopping.Dispose();
        _closing.Dispose();
        if (_waiting.Count > 0) SyncLog.PublishingLeft(_log, _waiting.Count);
    }

    private async Task RunAsync(bool everyone, CancellationToken stop)
    {
        try
        {
            while (everyone && !await TryAddEveryoneAsync(stop)) await Task.Delay(Retry, _time, _closing.Token);
            await foreach (var user in _queue.Reader.ReadAllAsync(stop)) await TryPublishAsync(user, stop);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // What is left is counted by who stops this.
        }
    }

    private async Task<bool> TryAddEveryoneAsync(CancellationToken stop)
    {
        try
        {
            for (UserId? after = null; await _store.PeopleAsync(after, Page, stop) is { Count: > 0 } page; after = page[^1])
            {
                foreach (var user in page) Publish(user);
            }

            return true;
        }
        catch (EngineException failed)
        {
            SyncLog.PublishingFailed(_log, failed.Message);
            return false;
        }
    }

    private async Task TryPublishAsync(UserId user, CancellationToken stop)
    {
        // Before the store is read: who changes from now on gets another turn.
        lock (_lock) _waiting.Remove(user);
        try
        {
            await PublishAsync(user, stop);
            _isAway = false;
        }
        catch (OperationCanceledException)
        {
            Publish(user);
            throw;
        }
        catch (EngineException failed)
        {
            Publish(user);
            if (!_isAway) SyncLog.PublishingFailed(_log, failed.Message);
            _isAway = true;
            await Task.Delay(Retry, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception failed)
        {
            SyncLog.NotPublished(_log, user, failed); // the others are
        }
    }

    private async Task PublishAsync(UserId user, CancellationToken stop)
    {
        var active = (await _store.DevicesOfAsync(user, stop)).Where(static device => device.State == DeviceState.Active);
        byte[][] certificates = [.. active.SelectMany(static device => new[] { device.IdentityCertificate, device.EncryptionCertificate }).OfType<byte[]>()];
        var outcome = await _directory.PublishCertificatesAsync(user, certificates, IsOurs, stop);
        if (outcome is not ChangeOutcome.Refused refused || _isRefused) return; // an account that is gone shows nothing
        _isRefused = true;
        SyncLog.PublishingRefused(_log, user, refused.Why);
    }

    // Also those of an authority of ours that was made anew: they are good for nothing any more.
    private bool IsOurs(ReadOnlyMemory<byte> der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der.Span);
            return _authority.Live.Any(one => certificate.IssuerName.RawData.AsSpan().SequenceEqual(one.Name));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
