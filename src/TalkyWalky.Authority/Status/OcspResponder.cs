using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// Answers for the certificates of the issuing CAs (RFC 6960), each from the store as it is now. A key that their CA delegated signs, which lives in memory only and for at most a day.
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
    private readonly Dictionary<Digest, Delegated> _delegated = [];

    /// <summary>A response to these bytes, whatever they are; DER.</summary>
    public async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        if (request.Length > MaxRequest || OcspRequest.TryParse(request) is not { } asked) return OcspResponses.Error(OcspResponseStatus.MalformedRequest);
        // One response has one signer, which one CA delegated (§4.2.2.2): to it the certificates of another are unknown.
        var issuer = authority.Live.FirstOrDefault(one => asked.Certificates.Any(certificate => certificate.IsOf(one.Certificate))) ?? authority.Newest;
        var signer = await SignerAsync(issuer, cancellation);
        var now = time.GetUtcNow(); // before the store is read: what is revoked from here on may be missing
        var singles = new List<OcspSingle>();
        foreach (var one in asked.Certificates) singles.Add(new OcspSingle(one, await StatusAsync(one, issuer, cancellation), now, now + Life));
        lock (_signing) return OcspResponses.Build(signer.Certificate, attach: true, singles, now, asked.Nonce, X509SignatureGenerator.CreateForECDsa(signer.Key));
    }

    public void Dispose()
    {
        foreach (var one in _delegated.Values) one.Key.Dispose();
        _changing.Dispose();
    }

    // RFC 6960 §2.2: never issued, or by another CA, is unknown and not good.
    private async Task<OcspStatus> StatusAsync(OcspCertificateId asked, IssuingCa issuer, CancellationToken cancellation)
    {
        if (asked.Serial.Sign <= 0 || !asked.IsOf(issuer.Certificate)) return new OcspStatus.Unknown();
        return await store.FindCertificateAsync(ToHex(asked.Serial), cancellation) switch
        {
            null => new OcspStatus.Unknown(),
            { Issuer: { } other } when other != issuer.KeyHash => new OcspStatus.Unknown(),
            { RevokedAt: { } at, RevocationReason: var reason } => new OcspStatus.Revoked(at, reason ?? X509RevocationReason.Unspecified),
            _ => new OcspStatus.Good(),
        };
    }

    private async Task<Delegated> SignerAsync(IssuingCa issuer, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var now = time.GetUtcNow();
            // An answer may be relied on to its end: the certificate lasts longer than that, and the clock may have been set back.
            if (_delegated.TryGetValue(issuer.KeyHash, out var known) && known.NotBefore <= now && now + Life < known.NotAfter) return known;
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var cause = new IssuanceCause(CertificateKind.Responder, Actor.Authority, "a new key for OCSP answers, as every day");
            var issued = await issuance.IssueAsync(issuer.PrepareResponder(key, now), cause, cancellation);
            // The one before may be signing just now; it goes with the garbage.
            return _delegated[issuer.KeyHash] = new Delegated(key, issued.Der, issued.NotBefore, issued.NotAfter);
        }
        finally
        {
            _changing.Release();
        }
    }

    private static string ToHex(BigInteger serial) => Convert.ToHexStringLower(serial.ToByteArray(isUnsigned: true, isBigEndian: true)).PadLeft(SerialDigits, '0');

    private sealed record Delegated(ECDsa Key, byte[] Certificate, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
}
