using System.Formats.Asn1;
using TalkyWalky.Pki;

namespace TalkyWalky.Authority;

/// <summary>RFC 7030 §4.5.2: an RSA key of the size a device makes, in a request signed with SHA-256.</summary>
internal static class CsrAttributes
{
    public static byte[] Der { get; } = Encode();

    private static byte[] Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Oids.RsaEncryption);
                using (writer.PushSetOf()) writer.WriteInteger(CertificateProfiles.DeviceIdentity.MinBits);
            }

            writer.WriteObjectIdentifier(Oids.Sha256WithRsa);
        }

        return writer.Encode();
    }
}
