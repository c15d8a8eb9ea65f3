using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Authority;

/// <summary>The key of a CA or of the transparency log, PKCS#8 under a passphrase.</summary>
internal static class EncryptedKey
{
    /// <summary>Throws <see cref="AuthorityException"/> with a sentence for the administrator.</summary>
    /// <param name="certificate">The CA's own: the key must be the one in it.</param>
    /// <param name="file">For the sentence.</param>
    public static Signer Open(string pem, string passphrase, X509Certificate2 certificate, string file)
    {
        var key = RSA.Create();
        Import(key, pem, passphrase, file);
        var signer = new Signer(certificate.SubjectName, key, certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault());
        if (signer.Key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo())) return signer;
        signer.Dispose();
        throw new AuthorityException($"{file} and the certificate of {certificate.Subject} do not belong together; bring those that were made together");
    }

    /// <summary>Disposes of the key and throws <see cref="AuthorityException"/> when it does not open.</summary>
    public static void Import(AsymmetricAlgorithm key, string pem, string passphrase, string file)
    {
        try
        {
            key.ImportFromEncryptedPem(pem, passphrase);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or AsnContentException)
        {
            key.Dispose();
            throw new AuthorityException($"{file} does not open: the passphrase is wrong or the file is damaged", e);
        }
    }

    /// <summary>PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA256 and 600,000 rounds (RFC 8018).</summary>
    public static string Export(AsymmetricAlgorithm key, string passphrase) =>
        key.ExportEncryptedPkcs8PrivateKeyPem(passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 600_000)) + "\n";
}
