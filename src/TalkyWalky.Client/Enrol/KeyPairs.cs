using System.Security.Cryptography;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Enrol;

/// <summary>Private keys on their way into and out of the store.</summary>
internal static class KeyPairs
{
    public const int Bits = 3072;

    public static void Store(Rows rows, string name, RSA key)
    {
        var pkcs8 = key.ExportPkcs8PrivateKey();
        rows.Settings.Set(name, pkcs8);
        CryptographicOperations.ZeroMemory(pkcs8);
    }

    /// <exception cref="ProfileDamagedException">There is no such key.</exception>
    public static RSA Load(Rows rows, string name)
    {
        var pkcs8 = rows.Settings.Get(name) ?? throw new ProfileDamagedException($"its {name} is missing");
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        CryptographicOperations.ZeroMemory(pkcs8);
        return key;
    }

    /// <summary>What an approval lets in (<see cref="TalkyWalky.Pki.Jose.DeviceApproval"/>).</summary>
    public static string Fingerprint(RSA identity) => Digest.Sha256(identity.ExportSubjectPublicKeyInfo()).ToString();

    /// <summary>Makes the key that waited for this certificate the one in use.</summary>
    public static void Adopt(Rows rows, VerifiedDevice certificate, RSA key, DateTimeOffset now)
    {
        var pkcs8 = key.ExportPkcs8PrivateKey();
        rows.Keys.Replace(certificate.Der.ToArray(), pkcs8, now);
        rows.Settings.Remove(SettingNames.NextEncryptionKey);
        CryptographicOperations.ZeroMemory(pkcs8);
    }
}

internal static class SelfInfo
{
    public static Self From(Credentials credentials, string profile) => new(
        credentials.Identity.User, credentials.Identity.Username, credentials.Identity.Organisation, credentials.Identity.Domain, credentials.Identity.Device,
        credentials.Identity.CertificateHash.ToString(), credentials.Identity.NotAfter, credentials.Address, profile,
        new JoinLink(credentials.Profile.Host, credentials.Profile.Port, credentials.Anchor.Hash, Invitation: null).ToString());
}
