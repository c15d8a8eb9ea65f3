using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Devices;

/// <summary>Whether the log names keys for this very device that it does not have: somebody else would read in its name.</summary>
internal sealed class OwnKeyCheck(Database database)
{
    /// <summary>True when all is well, or the server does not answer; null when it answers and does not show the certificates that the log names.</summary>
    public async Task<bool?> HoldsAsync(SendContext context, DeviceList newest)
    {
        var credentials = context.Credentials;
        var own = credentials.Identity.Device;
        if (newest.Devices.FirstOrDefault(device => device.Device == own) is not { } listed) return true;
        if (listed.Identity == credentials.Identity.CertificateHash && credentials.EncryptionKeys.Any(key => key.CertificateHash == listed.Encryption)) return true;
        // A renewal whose answer was lost: another certificate, and the same key.
        var lookup = new Lookup { User = Google.Protobuf.ByteString.CopyFrom(credentials.Identity.User.ToArray()) };
        if (await context.Link.AskAsync(new ClientFrame { Lookup = lookup }) is not { BodyCase: ServerFrame.BodyOneofCase.PersonFound, PersonFound: var found }) return true;
        if (found.Devices.FirstOrDefault(device => device.Device_.Span.SequenceEqual(own.ToArray())) is not { } given) return null;
        var keys = await database.RunAsync(rows => PublicKeys(rows, credentials), context.Ended);
        // Where the server gives another certificate than the listed one, it is about to be listed.
        return Digest.Sha256(given.IdentityCertificate.Span) == listed.Identity && Digest.Sha256(given.EncryptionCertificate.Span) == listed.Encryption
            ? IsOwn(given.IdentityCertificate.Memory, keys) && IsOwn(given.EncryptionCertificate.Memory, keys)
            : null;
    }

    private static List<byte[]> PublicKeys(Rows rows, Credentials credentials)
    {
        using var identity = credentials.OpenIdentityKey();
        List<byte[]> keys = [identity.ExportSubjectPublicKeyInfo(), .. credentials.EncryptionKeys.Select(static key => key.Key.ExportSubjectPublicKeyInfo())];
        if (rows.Settings.Get(SettingNames.NextEncryptionKey) is not null)
        {
            using var next = KeyPairs.Load(rows, SettingNames.NextEncryptionKey);
            keys.Add(next.ExportSubjectPublicKeyInfo());
        }

        return keys;
    }

    private static bool IsOwn(ReadOnlyMemory<byte> der, List<byte[]> keys)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der.Span);
            var info = certificate.PublicKey.ExportSubjectPublicKeyInfo();
            return keys.Exists(key => key.AsSpan().SequenceEqual(info));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
