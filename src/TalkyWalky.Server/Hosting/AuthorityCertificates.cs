using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Authority;
using TalkyWalky.Pki;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Hosting;

/// <summary>What everyone may know of the authority: all that a gateway has of it.</summary>
/// <param name="Issuing">DER.</param>
internal sealed record AuthorityCertificates(TrustAnchor Anchor, ReadOnlyMemory<byte> Issuing)
{
    public static AuthorityCertificates Of(CertificateAuthority authority) => new(authority.Anchor, authority.IssuingCertificate);

    /// <summary>Root and issuing certificate, in this order, as <c>ca show --pem</c> prints them.</summary>
    public static AuthorityCertificates Read(string file)
    {
        var pem = OwnerFile.TryRead(file) ?? throw new ServerException($"{file} is missing; make it on the authority's machine with: talkywalkyd ca show --pem > authority.pem");
        var read = new X509Certificate2Collection();
        try
        {
            read.ImportFromPem(pem);
            if (read.Count == 2 && TrustAnchor.FromRoot(read[0].RawData) is var anchor && IssuingCertificates.Check(read[1].RawData, anchor, out _) is null)
                return new AuthorityCertificates(anchor, read[1].RawData);
        }
        catch (CryptographicException)
        {
            // Not PEM: told below.
        }
        finally
        {
            foreach (var certificate in read) certificate.Dispose();
        }

        throw new ServerException($"{file} does not hold a root and its issuing certificate; make it on the authority's machine with: talkywalkyd ca show --pem > authority.pem");
    }
}
