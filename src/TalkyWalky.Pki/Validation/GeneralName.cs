using System.Formats.Asn1;

namespace TalkyWalky.Pki.Validation;

/// <summary>Tag of GeneralName (RFC 5280 §4.2.1.6).</summary>
internal enum GeneralNameKind
{
    OtherName = 0,
    Rfc822Name = 1,
    DnsName = 2,
    X400Address = 3,
    DirectoryName = 4,
    EdiPartyName = 5,
    Uri = 6,
    IpAddress = 7,
    RegisteredId = 8,
}

/// <param name="Text">Of the kinds that are text, else empty.</param>
/// <param name="Bytes">Of an address, or the encoded name of a directoryName; else empty.</param>
internal sealed record GeneralName(GeneralNameKind Kind, string Text, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Throws <see cref="AsnContentException"/>.</summary>
    public static GeneralName Read(AsnReader reader)
    {
        var tag = reader.PeekTag();
        if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue > (int)GeneralNameKind.RegisteredId) throw new AsnContentException();
        var kind = (GeneralNameKind)tag.TagValue;
        switch (kind)
        {
            case GeneralNameKind.Rfc822Name or GeneralNameKind.DnsName or GeneralNameKind.Uri:
                return new GeneralName(kind, reader.ReadCharacterString(UniversalTagNumber.IA5String, tag), default);
            case GeneralNameKind.IpAddress:
                return new GeneralName(kind, "", reader.ReadOctetString(tag));
            case GeneralNameKind.DirectoryName:
                var wrapper = reader.ReadSequence(tag); // explicit: it is a CHOICE
                var name = wrapper.ReadEncodedValue();
                wrapper.ThrowIfNotEmpty();
                return new GeneralName(kind, "", name);
            default:
                reader.ReadEncodedValue();
                return new GeneralName(kind, "", default);
        }
    }

    /// <summary>A GeneralNames. Throws <see cref="AsnContentException"/>.</summary>
    public static IReadOnlyList<GeneralName> ReadAll(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var names = ReadAll(outer.ReadSequence());
        outer.ThrowIfNotEmpty();
        return names;
    }

    public static IReadOnlyList<GeneralName> ReadAll(AsnReader sequence)
    {
        var names = new List<GeneralName>();
        while (sequence.HasData) names.Add(Read(sequence));
        return names.Count > 0 ? names : throw new AsnContentException();
    }

    /// <summary>The subject alternative names, none when there is no such extension. Throws <see cref="AsnContentException"/>.</summary>
    public static IReadOnlyList<GeneralName> AlternativesOf(ParsedCertificate certificate) =>
        certificate.Find(Oids.SubjectAlternativeName) is { } extension ? ReadAll(extension.Value) : [];
}
