using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;

namespace TalkyWalky.Authority;

/// <summary>Certificates for gateways that run apart and keep their keys. Each method throws <see cref="AuthorityException"/> with a sentence when it cannot be made.</summary>
public sealed class GatewayCertificates(CertificateAuthority authority, Issuance issuance, IStore store)
{
    /// <summary>Bytes of a request, PEM or DER.</summary>
    public const int MaxRequest = 8 * 1024;

    /// <param name="hosts">DNS names and addresses; names in the request are ignored.</param>
    /// <param name="request">PKCS#10 of a P-256 key, PEM or DER.</param>
    /// <returns>It and the issuing CA's, PEM.</returns>
    public async Task<(SignedCertificate Certificate, string Pem)> IssueAsync(IReadOnlyList<string> hosts, byte[] request, Actor by, CancellationToken cancellation)
    {
        using var key = GatewayRequest.ReadKey(request);
        return WithIssuing(await issuance.IssueServerAsync(hosts, key, by, isRenewal: false, cancellation));
    }

    /// <summary>The next one for the names of the one with this serial.</summary>
    /// <param name="serial">32 lower-case hex digits.</param>
    /// <param name="request">As above; the key may be the old one or a new one.</param>
    public async Task<(SignedCertificate Certificate, string Pem)> RenewAsync(string serial, byte[] request, Actor by, CancellationToken cancellation)
    {
        using var key = GatewayRequest.ReadKey(request);
        var hosts = await store.FindCertificateAsync(serial, cancellation) switch
        {
            null => throw new AuthorityException($"there is no certificate with the serial number {serial}; see: talkywalkyd ca list"),
            { Kind: not CertificateKind.Server } => throw new AuthorityException("that is not the certificate of a gateway; devices renew theirs by themselves, with the key they have (RFC 7030 §4.2.2)"),
            { RevokedAt: { } at } => throw new AuthorityException(string.Create(
                CultureInfo.InvariantCulture, $"that certificate was revoked on {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC and is not renewed; make another with: talkywalkyd ca issue")),
            var old => HostsOf(old),
        };
        return WithIssuing(await issuance.IssueServerAsync(hosts, key, by, isRenewal: true, cancellation));
    }

    private (SignedCertificate Certificate, string Pem) WithIssuing(SignedCertificate issued) => (issued, AuthorityCertificate.ToPem(issued.Der) + authority.Issuing.Pem);

    private static List<string> HostsOf(IssuedCertificate old)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(old.Der);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        return [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(static address => address.ToString())];
    }
}
