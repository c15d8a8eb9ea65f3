using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>The issuing CAs of a log, held against its root: whose certificates it may have.</summary>
public sealed class LogIssuers
{
    private readonly List<ParsedCertificate> _issuing = [];

    /// <param name="issuing">DER.</param>
    public LogIssuers(TrustAnchor anchor, IReadOnlyCollection<ReadOnlyMemory<byte>> issuing)
    {
        var faults = new List<string>();
        foreach (var der in issuing)
        {
            if (IssuingCertificates.Check(der, anchor, out _) is { } fault) faults.Add(fault);
            else _issuing.Add(ParsedCertificate.TryParse(der)!);
        }

        Faults = faults;
    }

    /// <summary>Why certificates that were given are no issuing CAs of this root, sentences without an end; those vouch for nothing.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo of a certificate that one of them signed, whatever its time; null of any other.</summary>
    public Digest? KeyIn(ReadOnlyMemory<byte> der) =>
        ParsedCertificate.TryParse(der) is { } certificate
        && _issuing.Exists(issuer => issuer.Subject.Span.SequenceEqual(certificate.Issuer.Span) && certificate.Signed.Fault(issuer.Key) is null)
            ? Digest.Sha256(certificate.Key.Info.Span)
            : null;
}
