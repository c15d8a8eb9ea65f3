using System.Formats.Asn1;

namespace TalkyWalky.Pki.Status;

/// <summary>An OCSP request (RFC 6960 §4.1). A requestor's name and signature are passed over: everybody gets the same answer.</summary>
public sealed class OcspRequest
{
    /// <summary>Bytes of one request, and certificates that it may ask about.</summary>
    public const int MaxSize = 8 * 1024, MaxCertificates = 16;

    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0), Tag1 = new(TagClass.ContextSpecific, 1), Tag2 = new(TagClass.ContextSpecific, 2);

    private OcspRequest(IReadOnlyList<OcspCertificateId> certificates, byte[]? nonce)
    {
        Certificates = certificates;
        Nonce = nonce;
    }

    public IReadOnlyList<OcspCertificateId> Certificates { get; }

    /// <summary>1 to 128 bytes, or null.</summary>
    public byte[]? Nonce { get; }

    /// <param name="nonce">Random, 32 bytes (RFC 9654 §2.1), and new for each request; null where answers may come from a cache.</param>
    public static byte[] Encode(OcspCertificateId certificate, byte[]? nonce)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            using (writer.PushSequence())
                certificate.Write(writer);
            if (nonce is not null) OcspNonce.Write(writer, nonce, Tag2);
        }

        return writer.Encode();
    }

    /// <summary>Null for anything else than a request in DER within the bounds, without critical extensions that are not known; answer it with malformedRequest.</summary>
    public static OcspRequest? TryParse(ReadOnlyMemory<byte> der)
    {
        if (der.Length > MaxSize) return null;
        try
        {
            return Read(der);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static OcspRequest? Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var request = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var body = request.ReadSequence();
        if (request.HasData) request.ReadSequence(Tag0); // signature
        request.ThrowIfNotEmpty();
        if (body.HasData && body.PeekTag().HasSameClassAndValue(Tag1)) body.ReadSequence(Tag1); // requestorName; version 1 is the default, and there is no other
        var list = body.ReadSequence();
        var certificates = new List<OcspCertificateId>();
        while (list.HasData)
        {
            if (certificates.Count == MaxCertificates || ReadOne(list.ReadSequence()) is not { } one) return null;
            certificates.Add(one);
        }

        var extensions = body.HasData ? CertificateExtension.ReadAll(body, Tag2) : [];
        body.ThrowIfNotEmpty();
        if (extensions is null || OcspNonce.HasUnknown(extensions) || certificates.Count == 0) return null;
        return new OcspRequest(certificates, OcspNonce.Find(extensions));
    }

    private static OcspCertificateId? ReadOne(AsnReader single)
    {
        var certificate = OcspCertificateId.Read(single);
        var extensions = single.HasData ? CertificateExtension.ReadAll(single, Tag0) : [];
        single.ThrowIfNotEmpty();
        return extensions is null || extensions.Any(static e => e.Critical) ? null : certificate;
    }
}
