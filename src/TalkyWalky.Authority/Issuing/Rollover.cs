using System.Globalization;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Pki;

namespace TalkyWalky.Authority;

/// <summary>An issuing CA that lives, and how many of its certificates are good.</summary>
/// <param name="LastExpiry">When the last certificate of it expires, also one that is revoked; null when all have.</param>
public sealed record IssuingUse(IssuingCa Issuer, long Valid, DateTimeOffset? LastExpiry);

/// <summary>
/// One issuing CA after the other, and nobody cut off: the new one signs certificates from the moment that it is adopted, the one before signs the status of its own until the last of them has expired.
/// </summary>
public sealed partial class Rollover : IDisposable
{
    /// <summary>Between two looks for issuing CAs whose certificates have all expired.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromHours(1);

    private readonly CertificateAuthority _authority;
    private readonly IStore _store;
    private readonly RevocationListIssuer _crl;
    private readonly AuditTrail _trail;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _changing = new(1);

    internal Rollover(CertificateAuthority authority, IStore store, RevocationListIssuer crl, AuditTrail trail, TimeProvider time, ILogger logger) =>
        (_authority, _store, _crl, _trail, _time, _logger) = (authority, store, crl, trail, time, logger);

    /// <summary>The request (PKCS#10, PEM) for the certificate of the next issuing CA: a fresh one with a fresh key, or the one that waits.</summary>
    public async Task<string> RequestAsync(Actor by, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var request = _authority.RequestNext(GeneratedKeys.Instance);
            await _trail.WriteAsync(new AuditEntry { Act = AuditAct.Request, By = by.ToString(), Reason = $"the next issuing CA, after {Name(_authority.Newest)}" });
            return request;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The issuing CA that signs from now on. Throws <see cref="AuthorityException"/> with a sentence where the certificate is not as the request asks.</summary>
    /// <param name="certificate">As the root signed it, PEM or DER.</param>
    public async Task<IssuingCa> AdoptAsync(ReadOnlyMemory<byte> certificate, Actor by, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var (before, next) = (_authority.Newest, _authority.CheckNext(certificate, _time.GetUtcNow()));
            await _trail.WriteAsync(new AuditEntry
            {
                Act = AuditAct.Rollover, By = by.ToString(), Serial = next.Description.Serial, Reason = $"{Name(next)} signs from now on, {Name(before)} the status of its own",
            });
            _authority.Adopt(next);
            _crl.Outdate(); // a CRL of the new one reaches everybody before its certificates do
            LogAdopted(_logger, next.Number, next.Description.Serial, by);
            return next;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Those that live, the newest first.</summary>
    public async Task<IReadOnlyList<IssuingUse>> ListAsync(CancellationToken cancellation)
    {
        var uses = await _store.IssuersAsync(_time.GetUtcNow(), cancellation);
        return [.. _authority.Live.Select(one => Use(one, uses))];
    }

    /// <summary>Which of those that live issued it; null when none did.</summary>
    public int? NumberOf(IssuedCertificate certificate) => _authority.Live.FirstOrDefault(one => IsOf(one, certificate.Issuer))?.Number;

    /// <summary>Until cancelled: an issuing CA whose last certificate has expired, and was on a CRL after that, signs no more.</summary>
    internal async Task WatchAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Look, _time);
        try
        {
            do await TryRetireAsync(stop);
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // stopping
        }
    }

    private async Task TryRetireAsync(CancellationToken stop)
    {
        try
        {
            await RetireAsync(stop);
        }
        catch (Exception failed) when (failed is EngineException or AuthorityException)
        {
            LogNotRetired(_logger, failed);
        }
    }

    /// <summary>Looks once.</summary>
    internal async Task RetireAsync(CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var uses = await _store.IssuersAsync(_time.GetUtcNow() - RevocationListIssuer.KeptAfterExpiry, cancellation);
            foreach (var old in _authority.Live.Skip(1).Where(one => Use(one, uses).LastExpiry is null).ToList())
            {
                await _trail.WriteAsync(new AuditEntry
                {
                    Act = AuditAct.Retire, By = Actor.Authority.ToString(), Serial = old.Description.Serial, Reason = $"the last certificate of {Name(old)} has expired",
                });
                _authority.Retire(old);
                await _store.RemoveCrlAsync(old.KeyHash, cancellation);
                LogRetired(_logger, old.Number);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    public void Dispose() => _changing.Dispose();

    // Certificates from before issuers were recorded are the first one's.
    private static bool IsOf(IssuingCa issuer, Wire.Digest? hash) => hash is { } known ? known == issuer.KeyHash : issuer.Number == 1;

    private static IssuingUse Use(IssuingCa issuer, IReadOnlyList<IssuerUse> uses)
    {
        var own = uses.Where(use => IsOf(issuer, use.Issuer)).ToList();
        return new IssuingUse(issuer, own.Sum(static use => use.Valid), own.Count == 0 ? null : own.Max(static use => use.LastExpiry));
    }

    private static string Name(IssuingCa issuer) => string.Create(CultureInfo.InvariantCulture, $"issuing CA {issuer.Number}");

    [LoggerMessage(45, LogLevel.Information, "Issuing CA {Number} ({Serial}) signs from now on, by {By}")]
    private static partial void LogAdopted(ILogger logger, int number, string serial, Actor by);

    [LoggerMessage(46, LogLevel.Information, "Issuing CA {Number} signs no more: its last certificate has expired")]
    private static partial void LogRetired(ILogger logger, int number);

    [LoggerMessage(47, LogLevel.Error, "An issuing CA whose certificates have expired could not be retired; it is tried again in an hour")]
    private static partial void LogNotRetired(ILogger logger, Exception failure);
}
