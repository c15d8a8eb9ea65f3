using System.Formats.Asn1;
using System.Net;

namespace TalkyWalky.Pki;

/// <summary>The subject alternative names of a certificate (RFC 5280 §4.2.1.6), all of one kind for a device, DNS names and addresses for a gateway.</summary>
internal static class AlternativeNames
{
    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);
    private static readonly Asn1Tag Address = new(TagClass.ContextSpecific, 7);

    /// <summary>The URIs in their order; null when there is any other kind of name. Throws <see cref="AsnContentException"/>.</summary>
    public static IReadOnlyList<string>? ReadUris(ParsedCertificate certificate)
    {
        if (Open(certificate) is not { } names) return null;
        var uris = new List<string>();
        while (names.HasData)
        {
            if (!names.PeekTag().HasSameClassAndValue(Uri)) return null;
            uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
        }

        return uris;
    }

    /// <summary>DNS names and addresses; null when there is any other kind of name. Throws <see cref="AsnContentException"/>.</summary>
    public static (IReadOnlyList<string> Dns, IReadOnlyList<IPAddress> Addresses)? ReadHosts(ParsedCertificate certificate)
    {
        if (Open(certificate) is not { } names) return null;
        var dns = new List<string>();
        var addresses = new List<IPAddress>();
        while (names.HasData)
        {
            var tag = names.PeekTag();
            if (tag.HasSameClassAndValue(Dns)) dns.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Dns));
            else if (tag.HasSameClassAndValue(Address) && names.ReadOctetString(Address) is { Length: 4 or 16 } bytes) addresses.Add(new IPAddress(bytes));
            else return null;
        }

        return (dns, addresses);
    }

    private static AsnReader? Open(ParsedCertificate certificate)
    {
        if (certificate.Find(Oids.SubjectAlternativeName) is not { } extension) return null;
        var outer = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var names = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        return names;
    }
}
