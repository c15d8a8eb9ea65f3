using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Hosting;

/// <summary>The gateway's TLS certificate in use, with its key and the issuing CA that goes out with it.</summary>
internal sealed class TlsIdentity : IDisposable
{
    private readonly X509Certificate2 _leaf;
    private readonly X509Certificate2 _issuing;

    /// <summary>Takes over <paramref name="leaf"/>, which holds its private key.</summary>
    public TlsIdentity(X509Certificate2 leaf, ReadOnlyMemory<byte> issuing)
    {
        _leaf = leaf;
        _issuing = X509CertificateLoader.LoadCertificate(issuing.Span);
        // Off-line: no OCSP staple or missing issuer is fetched while a handshake waits.
        Context = SslStreamCertificateContext.Create(_leaf, [_issuing], offline: true);
        Hash = Digest.Sha256(leaf.RawData);
    }

    public SslStreamCertificateContext Context { get; }

    /// <summary>SHA-256 of the certificate, which devices sign in their handshake.</summary>
    public Digest Hash { get; }

    public string Serial => _leaf.SerialNumber.ToLowerInvariant();

    public DateTimeOffset NotBefore => new(_leaf.NotBefore.ToUniversalTime());

    public DateTimeOffset NotAfter => new(_leaf.NotAfter.ToUniversalTime());

    /// <summary>At 2/3 of its life.</summary>
    public DateTimeOffset RenewAt => NotBefore + (2.0 / 3.0 * (NotAfter - NotBefore));

    public string ToPem() => _leaf.ExportCertificatePem() + "\n" + _issuing.ExportCertificatePem() + "\n";

    /// <summary>Named exactly so, issued by this CA and not due for renewal.</summary>
    /// <param name="issuing">DER of the CA that would issue the next one.</param>
    public bool IsFor(IReadOnlyList<string> hosts, ReadOnlyMemory<byte> issuing, DateTimeOffset now)
    {
        if (now < NotBefore || now >= RenewAt || !_issuing.RawDataMemory.Span.SequenceEqual(issuing.Span) || !_leaf.IssuerName.RawData.AsSpan().SequenceEqual(_issuing.SubjectName.RawData)) return false;
        if (_leaf.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is not { } authorityKey
            || _issuing.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes is not { } issuingKey
            || !authorityKey.Span.SequenceEqual(issuingKey.Span)) return false;
        var names = _leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return names is not null
            && names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(static address => address.ToString())).ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(hosts);
    }

    public void Dispose()
    {
        _leaf.Dispose();
        _issuing.Dispose();
    }
}
