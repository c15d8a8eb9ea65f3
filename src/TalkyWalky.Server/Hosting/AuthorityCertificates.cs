using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Authority;
using TalkyWalky.Pki;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Hosting;

/// <summary>What everyone may know of the authority: all that a gateway has of it.</summary>
/// <param name="Issuing">Of the issuing CAs that live now, DER.</param>
internal sealed record AuthorityCertificates(TrustAnchor Anchor, Func<IReadOnlyList<ReadOnlyMemory<byte>>> Issuing)
{
    /// <summary>After some rollovers; a path is looked for among no more.</summary>
    private const int MaxIssuing = 8;

    public static AuthorityCertificates Of(CertificateAuthority authority) => new(authority.Anchor, () => authority.IssuingCertificates);

    /// <summary>The root, then the issuing certificates, as <c>ca show --pem</c> prints them.</summary>
    public static AuthorityCertificates Read(string file)
    {
        var pem = OwnerFile.TryRead(file) ?? throw new ServerException($"{file} is missing; make it on the authority's machine with: talkywalkyd ca show --pem > authority.pem");
        var read = new X509Certificate2Collection();
        try
        {
            read.ImportFromPem(pem);
            if (read.Count is >= 2 and <= 1 + MaxIssuing && TrustAnchor.FromRoot(read[0].RawData) is var anchor && read.Skip(1).All(one => IssuingCertificates.Check(one.RawData, anchor, out _) is null))
            {
                List<ReadOnlyMemory<byte>> issuing = [.. read.Skip(1).Select(static one => one.RawData)];
                return new AuthorityCertificates(anchor, () => issuing);
            }
        }
        catch (CryptographicException)
        {
            // Not PEM: told below.
        }
        finally
        {
            foreach (var certificate in read) certificate.Dispose();
        }

        throw new ServerException($"{file} does not hold a root and its issuing certificates; make it on the authority's machine with: talkywalkyd ca show --pem > authority.pem");
    }
}
