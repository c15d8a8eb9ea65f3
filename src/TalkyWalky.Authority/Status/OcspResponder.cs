using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;

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

    private readonly Lock _signing = new(); // an ECDsa object promises nothing to two threads
    private readonly DelegatedKeys _keys = new(
        issuance, time, Life, new IssuanceCause(CertificateKind.Responder, Actor.Authority, "a new key for OCSP answers, as every day"), static (issuer, key, now) => issuer.PrepareResponder(key, now));

    /// <summary>A response to these bytes, whatever they are; DER.</summary>
    public async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        if (request.Length > MaxRequest || OcspRequest.TryParse(request) is not { } asked) return OcspResponses.Error(OcspResponseStatus.MalformedRequest);
        // One response has one signer, which one CA delegated (§4.2.2.2): to it the certificates of another are unknown.
        var issuer = authority.Live.FirstOrDefault(one => asked.Certificates.Any(certificate => certificate.IsOf(one.Certificate))) ?? authority.Newest;
        var signer = await _keys.OfAsync(issuer, cancellation);
        var now = time.GetUtcNow(); // before the store is read: what is revoked from here on may be missing
        var singles = new List<OcspSingle>();
        foreach (var one in asked.Certificates) singles.Add(new OcspSingle(one, await StatusAsync(one, issuer, cancellation), now, now + Life));
        lock (_signing) return OcspResponses.Build(signer.Certificate, attach: true, singles, now, asked.Nonce, X509SignatureGenerator.CreateForECDsa(signer.Key));
    }

    public void Dispose() => _keys.Dispose();

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

    private static string ToHex(BigInteger serial) => Convert.ToHexStringLower(serial.ToByteArray(isUnsigned: true, isBigEndian: true)).PadLeft(SerialDigits, '0');
}
