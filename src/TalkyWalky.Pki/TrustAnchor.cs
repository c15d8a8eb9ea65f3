using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki;

/// <summary>The one root that decides, and the key of the transparency log beside it. The join link carries its <see cref="Hash"/>.</summary>
public sealed class TrustAnchor
{
    private readonly byte[] _der;

    private TrustAnchor(byte[] der, LogKey? log)
    {
        (_der, Log) = (der, log);
        Hash = HashOf(der, log);
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
}
