using System.Formats.Asn1;

namespace TalkyWalky.Pki;

/// <summary>Certs-only CMS (RFC 5652 degenerate SignedData), the body of EST's cacerts and enrolment answers (RFC 7030 §4.1.3, §4.2.3).</summary>
public static class CertsOnly
{
    private static readonly Asn1Tag Explicit0 = new(TagClass.ContextSpecific, 0);

    /// <summary>DER. A SET: the certificates come out in the order of their bytes, whatever order went in.</summary>
    public static byte[] Encode(IReadOnlyCollection<ReadOnlyMemory<byte>> certificates)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.SignedData);
            using (writer.PushSequence(Explicit0))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1); // RFC 5652 §5.1: version 1 without attribute certificates
                using (writer.PushSetOf()) { }
                using (writer.PushSequence()) writer.WriteObjectIdentifier(Oids.Data);
                using (writer.PushSetOf(Explicit0))
                {
                    foreach (var certificate in certificates) writer.WriteEncodedValue(certificate.Span);
                }

                using (writer.PushSetOf()) { }
            }
        }

        return writer.Encode();
    }

    /// <summary>The DER certificates; null when this is not a certs-only message or holds more than 16.</summary>
    public static IReadOnlyList<byte[]>? TryDecode(ReadOnlySpan<byte> der)
    {
        if (der.Length > CertificateProfiles.MaxCandidates * (CertificateProfiles.MaxSize + 8)) return null;
        try
        {
            return Read(der.ToArray());
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static List<byte[]>? Read(byte[] der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var contentInfo = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (!string.Equals(contentInfo.ReadObjectIdentifier(), Oids.SignedData, StringComparison.Ordinal)) return null;
        var content = contentInfo.ReadSequence(Explicit0);
        contentInfo.ThrowIfNotEmpty();
        var signedData = content.ReadSequence();
        content.ThrowIfNotEmpty();

        if (!signedData.TryReadInt32(out var version) || version != 1 || signedData.ReadSetOf().HasData) return null;
        var encapsulated = signedData.ReadSequence();
        if (!string.Equals(encapsulated.ReadObjectIdentifier(), Oids.Data, StringComparison.Ordinal) || encapsulated.HasData) return null;
        var certificates = ReadCertificates(signedData.ReadSetOf(Explicit0));
        var signers = signedData.ReadSetOf();
        signedData.ThrowIfNotEmpty();
        return signers.HasData ? null : certificates;
    }

    private static List<byte[]>? ReadCertificates(AsnReader set)
    {
        var certificates = new List<byte[]>();
        while (set.HasData)
        {
            if (certificates.Count == CertificateProfiles.MaxCandidates || !set.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence)) return null;
            certificates.Add(set.ReadEncodedValue().ToArray());
        }

        return certificates.Count > 0 ? certificates : null;
    }
}
