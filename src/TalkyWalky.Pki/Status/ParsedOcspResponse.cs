using System.Formats.Asn1;

namespace TalkyWalky.Pki.Status;

/// <summary>OCSPResponseStatus of RFC 6960 §4.2.1.</summary>
public enum OcspResponseStatus
{
    Successful = 0,
    MalformedRequest = 1,
    InternalError = 2,
    TryLater = 3,
    SigRequired = 5,
    Unauthorized = 6,
}

/// <summary>A basic OCSP response read strictly (DER, RFC 6960 §4.2.1). Nothing in it is verified.</summary>
/// <param name="ResponderName">Encoded name, or null when the responder is named by its key.</param>
/// <param name="ResponderKey">SHA-1 of the bits of its key, or null.</param>
/// <param name="Singles">Those that can be processed.</param>
internal sealed record ParsedOcspResponse(
    SignedObject Signed, ReadOnlyMemory<byte>? ResponderName, byte[]? ResponderKey, DateTimeOffset ProducedAt, IReadOnlyList<OcspSingle> Singles,
    IReadOnlyList<CertificateExtension> Extensions, IReadOnlyList<ReadOnlyMemory<byte>> Certificates)
{
    private const int MaxSingles = 64, MaxCertificates = 4;

    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0), Tag1 = new(TagClass.ContextSpecific, 1), Tag2 = new(TagClass.ContextSpecific, 2);

    /// <summary>The status and, of a successful answer, the rest; null for anything that is not one. Throws <see cref="AsnContentException"/>.</summary>
    public static (OcspResponseStatus Status, ParsedOcspResponse? Basic)? Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var response = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var status = response.ReadEnumeratedValue<OcspResponseStatus>();
        if (status != OcspResponseStatus.Successful) return (status, null);
        var wrapper = response.ReadSequence(Tag0);
        response.ThrowIfNotEmpty();
        var typed = wrapper.ReadSequence();
        wrapper.ThrowIfNotEmpty();
        if (!string.Equals(typed.ReadObjectIdentifier(), Oids.OcspBasic, StringComparison.Ordinal)) return null;
        var basic = typed.ReadOctetString();
        typed.ThrowIfNotEmpty();
        return ReadBasic(basic) is { } read ? (status, read) : null;
    }

    private static ParsedOcspResponse? ReadBasic(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var parts = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var signed = SignedObject.Read(parts, der);
        var certificates = parts.HasData ? ReadCertificates(parts) : [];
        parts.ThrowIfNotEmpty();

        var data = new AsnReader(signed.ToBeSigned, AsnEncodingRules.DER).ReadSequence(); // version 1 is the default, and there is no other
        var (name, key) = ReadResponder(data);
        var producedAt = data.ReadGeneralizedTime();
        var singles = ReadSingles(data.ReadSequence());
        var extensions = data.HasData ? CertificateExtension.ReadAll(data, Tag1) : [];
        data.ThrowIfNotEmpty();
        return certificates is null || singles is null || extensions is null ? null : new ParsedOcspResponse(signed, name, key, producedAt, singles, extensions, certificates);
    }

    private static (ReadOnlyMemory<byte>? Name, byte[]? Key) ReadResponder(AsnReader data)
    {
        var isName = data.PeekTag().HasSameClassAndValue(Tag1);
        var choice = data.ReadSequence(isName ? Tag1 : Tag2);
        var value = choice.PeekEncodedValue();
        var key = isName ? null : choice.ReadOctetString();
        if (isName) choice.ReadSequence();
        choice.ThrowIfNotEmpty();
        return (isName ? value : (ReadOnlyMemory<byte>?)null, key); // a bare null would become an empty memory
    }

    private static List<OcspSingle>? ReadSingles(AsnReader list)
    {
        var singles = new List<OcspSingle>();
        for (var count = 0; list.HasData; count++)
        {
            if (count == MaxSingles) return null;
            if (OcspSingle.Read(list.ReadSequence()) is { } one) singles.Add(one);
        }

        return singles;
    }

    private static List<ReadOnlyMemory<byte>>? ReadCertificates(AsnReader parts)
    {
        var wrapper = parts.ReadSequence(Tag0);
        var list = wrapper.ReadSequence();
        wrapper.ThrowIfNotEmpty();
        var certificates = new List<ReadOnlyMemory<byte>>();
        while (list.HasData)
        {
            if (certificates.Count == MaxCertificates) return null;
            certificates.Add(list.ReadEncodedValue());
        }

        return certificates;
    }
}
