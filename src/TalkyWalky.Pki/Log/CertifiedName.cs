using System.Formats.Asn1;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>Whom a logged certificate is for, as it says itself. Nothing of it is verified.</summary>
/// <param name="Name">The subject's CN: a username, or what a server is called.</param>
/// <param name="User">Null for a server's or the authority's own.</param>
/// <param name="Serial">Lower-case hex.</param>
public sealed record CertifiedName(string Name, UserId? User, DeviceId? Device, string Serial, bool IsEncryption, DateTimeOffset NotAfter)
{
    /// <summary>Null for what is not a certificate of an issuing CA of ours.</summary>
    public static CertifiedName? TryRead(ReadOnlyMemory<byte> der)
    {
        try
        {
            if (ParsedCertificate.TryParse(der) is not { } certificate || SubjectName.Decode(certificate.Subject) is not var (_, name)) return null;
            var serial = Convert.ToHexStringLower(certificate.Serial.ToByteArray(isUnsigned: certificate.Serial.Sign >= 0, isBigEndian: true));
            if (AlternativeNames.ReadUris(certificate) is not [var userUri, var deviceUri] || !DeviceUris.TryParseUser(userUri, out _, out var user) || !DeviceUris.TryParseDevice(deviceUri, out _, out var device))
                return new CertifiedName(name, User: null, Device: null, serial, IsEncryption: false, certificate.NotAfter);
            var isEncryption = certificate.Find(Oids.ExtendedKeyUsage) is null;
            return new CertifiedName(name, user, device, serial, isEncryption, certificate.NotAfter);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
