using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Status;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// The CRLs of the issuing CAs (RFC 5280 §5), each signed by its own. Whoever asks gets one that is at most a third of its life old and knows every revocation of this process; where the last one is
/// not such, a new one with the next number is signed for them. Each is kept in the store, where gateways find it.
/// </summary>
internal sealed partial class RevocationListIssuer(CertificateAuthority authority, IStore store, DeviceCallbacks callbacks, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>From thisUpdate to nextUpdate.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <summary>RFC 5280 §3.3: an entry stays until it was on a CRL issued after the certificate expired.</summary>
    public static readonly TimeSpan KeptAfterExpiry = 2 * Life;

    /// <summary>Between two looks at the last one's age: a clock that is set forward leaves no old one for long.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _signing = new(1);
    private readonly Channel<bool> _outdated = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<Digest, Issued> _last = [];
    private int _revocations;

    /// <summary>Of one that lives, DER.</summary>
    public async Task<ReadOnlyMemory<byte>> GetAsync(IssuingCa issuer, CancellationToken cancellation)
    {
        if (Current(issuer) is { } known) return known.Der;
        await _signing.WaitAsync(cancellation);
        try
        {
            if (Current(issuer) is { } meanwhile) return meanwhile.Der;
            var issued = await IssueAsync(issuer, cancellation);
            _last[issuer.KeyHash] = issued;
            return issued.Der;
        }
        finally
        {
            _signing.Release();
        }
    }

    /// <summary>Something was revoked, and the store knows it: the last CRL is given to nobody any more.</summary>
    public void Outdate()
    {
        Interlocked.Increment(ref _revocations);
        _outdated.Writer.TryWrite(true);
    }

    /// <summary>Until cancelled: a new one is in the store at once after each revocation, and before the last one is old.</summary>
    public async Task KeepCurrentAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var rest = Look;
            try
            {
                foreach (var issuer in authority.Live) await GetAsync(issuer, stop);
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                LogNotIssued(logger, failed);
                rest = Retry;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await WaitAsync(rest, stop);
        }
    }

    public void Dispose() => _signing.Dispose();

    private async Task WaitAsync(TimeSpan longest, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await _outdated.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // It is time to look, or to stop.
        }
    }

    private Issued? Current(IssuingCa issuer) => _last.TryGetValue(issuer.KeyHash, out var issued) && IsCurrent(issued) ? issued : null;

    private bool IsCurrent(Issued issued) => issued.Revocations == Volatile.Read(ref _revocations) && (time.GetUtcNow() - issued.At).Duration() < Life / 3;

    private async Task<Issued> IssueAsync(IssuingCa issuer, CancellationToken cancellation)
    {
        var revocations = Volatile.Read(ref _revocations); // before the store is read: what comes later makes this one outdated
        var now = time.GetUtcNow();
        var content = await store.NextCrlAsync(issuer.KeyHash, now - KeptAfterExpiry, cancellation);
        var der = issuer.SignCrl(
            content.Number, now, now + Life, content.Revocations.Select(static one => new RevokedCertificate(ToSerial(one.Serial), one.RevokedAt, one.Reason)));
        await store.SaveCrlAsync(new PublishedCrl(issuer.KeyHash, content.Number, der), cancellation);
        callbacks.StatusReplaced();
        LogIssued(logger, content.Number, issuer.Number, content.Revocations.Count);
        return new Issued(der, now, revocations);
    }

    private static BigInteger ToSerial(string hex) => BigInteger.Parse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [LoggerMessage(42, LogLevel.Information, "CRL {Number} of issuing CA {Issuer} issued with {Entries} certificates")]
    private static partial void LogIssued(ILogger logger, ulong number, int issuer, int entries);

    [LoggerMessage(44, LogLevel.Error, "The CRL could not be signed or stored; it is tried again in a moment. Without a fresh one clients send nothing")]
    private static partial void LogNotIssued(ILogger logger, Exception error);

    private sealed record Issued(ReadOnlyMemory<byte> Der, DateTimeOffset At, int Revocations);
}
