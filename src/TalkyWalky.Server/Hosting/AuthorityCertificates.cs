using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Authority;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Hosting;

/// <summary>What everyone may know of the authority: all that a gateway has of it.</summary>
/// <param name="Issuing">Of the issuing CAs that live now, DER.</param>
internal sealed record AuthorityCertificates(TrustAnchor Anchor, Func<IReadOnlyList<ReadOnlyMemory<byte>>> Issuing)
{
    /// <summary>After some rollovers; a path is looked for among no more.</summary>
    private const int MaxIssuing = 8;

    public static AuthorityCertificates Of(CertificateAuthority authority) => new(authority.Anchor, () => authority.IssuingCertificates);

    /// <summary>The root, the issuing certificates and the log's public key, as <c>ca show --pem</c> prints them.</summary>
    public static AuthorityCertificates Read(string file)
    {
        const string Remedy = "make it on the authority's machine with: talkywalkyd ca show --pem > authority.pem";
        var pem = OwnerFile.TryRead(file) ?? throw new ServerException($"{file} is missing; {Remedy}");
        return TryRead(pem) ?? throw new ServerException($"{file} does not hold a root, its issuing certificates and the key of the transparency log; {Remedy}");
    }

    private static AuthorityCertificates? TryRead(string pem)
    {
        var read = new X509Certificate2Collection();
        try
        {
            read.ImportFromPem(pem);
            if (read.Count is < 2 or > 1 + MaxIssuing) return null;
            if (CertificateFile.TryRead(Encoding.UTF8.GetBytes(pem), "PUBLIC KEY") is not [var info] || LogKey.TryRead(info.Span) is not { } log) return null;
            var anchor = TrustAnchor.FromRoot(read[0].RawData, log);
            if (read.Skip(1).Any(one => IssuingCertificates.Check(one.RawData, anchor, out _) is not null)) return null;
            List<ReadOnlyMemory<byte>> issuing = [.. read.Skip(1).Select(static one => one.RawData)];
            return new AuthorityCertificates(anchor, () => issuing);
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            foreach (var certificate in read) certificate.Dispose();
        }
    }
}
