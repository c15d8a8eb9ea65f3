using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Authority;

/// <summary>
/// Answers for the issuing CA's certificates (RFC 6960), each from the store as it is now. A key of its own signs, which lives in memory only and for at most a day.
/// </summary>
internal sealed class OcspResponder(CertificateAuthority authority, Issuance issuance, IStore store, TimeProvider time) : IDisposable
{
    /// <summary>Bytes of one request.</summary>
    public const int MaxRequest = 4 * 1024;

    /// <summary>How long a reader may rely on an answer, as on a CRL.</summary>
    public static readonly TimeSpan Life = RevocationListIssuer.Life;

    private const int SerialDigits = 32;

    private readonly SemaphoreSlim _changing = new(1);
    private readonly Lock _signing = new(); // an ECDsa object promises nothing to two threads
    private Delegated? _delegated;

    /// <summary>A response to these bytes, whatever they are; DER.</summary>
    public async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        if (request.Length > MaxRequest || OcspRequest.TryParse(request) is not { } asked) return OcspResponses.Error(OcspResponseStatus.MalformedRequest);
        var signer = await SignerAsync(cancellation);
        var now = time.GetUtcNow(); // before the store is read: what is revoked from here on may be missing
        var singles = new List<OcspSingle>();
        foreach (var one in asked.Certificates) singles.Add(new OcspSingle(one, await StatusAsync(one, cancellation), now, now + Life));
        lock (_signing) return OcspResponses.Build(signer.Certificate, attach: true, singles, now, asked.Nonce, X509SignatureGenerator.CreateForECDsa(signer.Key));
    }

    public void Dispose()
    {
        _delegated?.Key.Dispose();
        _changing.Dispose();
    }

    // RFC 6960 §2.2: never issued, or by another CA, is unknown and not good.
    private async Task<OcspStatus> StatusAsync(OcspCertificateId asked, CancellationToken cancellation)
    {
        if (asked.Serial.Sign <= 0 || !asked.IsOf(authority.IssuingCertificate)) return new OcspStatus.Unknown();
        return await store.FindCertificateAsync(ToHex(asked.Serial), cancellation) switch
        {
            null => new OcspStatus.Unknown(),
            { RevokedAt: { } at, RevocationReason: var reason } => new OcspStatus.Revoked(at, reason ?? X509RevocationReason.Unspecified),
            _ => new OcspStatus.Good(),
        };
    }

    private async Task<Delegated> SignerAsync(CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var now = time.GetUtcNow();
            // An answer may be relied on to its end: the certificate lasts longer than that, and the clock may have been set back.
            if (_delegated is { } known && known.NotBefore <= now && now + Life < known.NotAfter) return known;
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var cause = new IssuanceCause(CertificateKind.Responder, Actor.Authority, "a new key for OCSP answers, as every day");
            var issued = await issuance.IssueAsync(authority.PrepareResponder(key, now), cause, cancellation);
            // The one before may be signing just now; it goes with the garbage.
            return _delegated = new Delegated(key, issued.Der, issued.NotBefore, issued.NotAfter);
        }
        finally
        {
            _changing.Release();
        }
    }

    private static string ToHex(BigInteger serial) => Convert.ToHexStringLower(serial.ToByteArray(isUnsigned: true, isBigEndian: true)).PadLeft(SerialDigits, '0');

    private sealed record Delegated(ECDsa Key, byte[] Certificate, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
}
