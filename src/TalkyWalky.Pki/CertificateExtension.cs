using System.Formats.Asn1;

namespace TalkyWalky.Pki;

/// <summary>An extension of a certificate, a CRL, an entry of one, or an OCSP response (RFC 5280 §4.1).</summary>
internal sealed record CertificateExtension(string Oid, bool Critical, ReadOnlyMemory<byte> Value)
{
    /// <summary>Reads an explicitly tagged Extensions; null when it is not DER in letter or repeats one. Throws <see cref="AsnContentException"/>.</summary>
    public static IReadOnlyList<CertificateExtension>? ReadAll(AsnReader reader, Asn1Tag tag)
    {
        var wrapper = reader.ReadSequence(tag);
        var extensions = ReadAll(wrapper);
        wrapper.ThrowIfNotEmpty();
        return extensions;
    }

    /// <summary>As above, without a tag of its own.</summary>
    public static IReadOnlyList<CertificateExtension>? ReadAll(AsnReader reader)
    {
        var list = reader.ReadSequence();
        var extensions = new List<CertificateExtension>();
        while (list.HasData)
        {
            var item = list.ReadSequence();
            var oid = item.ReadObjectIdentifier();
            var critical = item.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean);
            if (critical && !item.ReadBoolean()) return null; // DER leaves a DEFAULT out (X.690 §11.5)
            var value = item.ReadOctetString();
            item.ThrowIfNotEmpty();
            if (extensions.Exists(e => string.Equals(e.Oid, oid, StringComparison.Ordinal))) return null; // RFC 5280 §4.2
            extensions.Add(new CertificateExtension(oid, critical, value));
        }

        return extensions;
    }
}
