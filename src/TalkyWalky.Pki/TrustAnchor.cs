using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki;

/// <summary>The one root that decides, and the key of the transparency log beside it. The join link carries its <see cref="Hash"/>.</summary>
public sealed class TrustAnchor
{
    /// <summary>More than live below one root at a time.</summary>
    private const int MaxIssuing = 8;

    private readonly byte[] _der;
    private readonly Lazy<ParsedCertificate?> _root;
    private volatile ParsedCertificate[] _issuing = [];

    private TrustAnchor(byte[] der, LogKey? log)
    {
        (_der, Log) = (der, log);
        Hash = HashOf(der, log);
        _root = new Lazy<ParsedCertificate?>(() => ParsedCertificate.TryParse(der));
    }

    /// <summary>SHA-256 over the fields "root/v1", root certificate, SubjectPublicKeyInfo of the log's key (empty without one).</summary>
    public Digest Hash { get; }

    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>Null where only paths are validated, outside any organisation.</summary>
    public LogKey? Log { get; }

    public static Digest HashOf(ReadOnlySpan<byte> rootDer, LogKey? log = null)
    {
        using var hash = new FieldHash("root/v1");
        return hash.Add(rootDer).Add(log is null ? default : log.Info.Span).Finish();
    }

    /// <summary>Trusts this root without asking; for the server's own root and for one whose hash the caller compared.</summary>
    public static TrustAnchor FromRoot(ReadOnlySpan<byte> rootDer, LogKey? log = null) => new(rootDer.ToArray(), log);

    public X509Certificate2 LoadCertificate() => X509CertificateLoader.LoadCertificate(_der);

    /// <summary>Null when it is not one certificate in strict DER.</summary>
    internal ParsedCertificate? Root => _root.Value;

    /// <summary>As <see cref="ParsedCertificate.TryParse"/>, with what is known of an issuing CA whose paths held.</summary>
    internal ParsedCertificate? Parse(ReadOnlyMemory<byte> der) =>
        Array.Find(_issuing, one => one.Der.Span.SequenceEqual(der.Span)) ?? ParsedCertificate.TryParse(der);

    /// <summary>Remembers the issuing CA of a path that held, for the next leaf below it: what does not change with the time is not done again.</summary>
    internal void Remember(ParsedCertificate issuing)
    {
        var known = _issuing;
        if (Array.Exists(known, one => one.Der.Span.SequenceEqual(issuing.Der.Span)) || ParsedCertificate.TryParse(issuing.Der.ToArray()) is not { } own) return;
        Root?.Keep();
        own.Keep();
        Interlocked.CompareExchange(ref _issuing, known.Length < MaxIssuing ? [.. known, own] : [own], known);
    }
}
