using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki;

/// <summary>The one root that decides. The join link carries its <see cref="Hash"/>.</summary>
public sealed class TrustAnchor
{
    private readonly byte[] _der;

    private TrustAnchor(byte[] der, Digest hash)
    {
        _der = der;
        Hash = hash;
    }

    /// <summary>SHA-256 over the fields "root/v1", root certificate, transparency log key. The log key is an empty field until the log exists.</summary>
    public Digest Hash { get; }

    public ReadOnlyMemory<byte> Der => _der;

    public static Digest HashOf(ReadOnlySpan<byte> rootDer)
    {
        using var hash = new FieldHash("root/v1");
        return hash.Add(rootDer).Add(ReadOnlySpan<byte>.Empty).Finish();
    }

    /// <summary>Trusts this root without asking; for the server's own root and for one whose hash the caller compared.</summary>
    public static TrustAnchor FromRoot(ReadOnlySpan<byte> rootDer) => new(rootDer.ToArray(), HashOf(rootDer));

    public X509Certificate2 LoadCertificate() => X509CertificateLoader.LoadCertificate(_der);
}
