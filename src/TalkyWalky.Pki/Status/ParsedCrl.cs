using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki.Status;

/// <summary>A version 2 CRL read strictly (DER, RFC 5280 §5.1). Nothing in it is verified.</summary>
internal sealed class ParsedCrl
{
    private ParsedCrl(
        SignedObject signed, ReadOnlyMemory<byte> issuer, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, IReadOnlyDictionary<BigInteger, RevokedCertificate> entries,
        IReadOnlyList<CertificateExtension> extensions, bool hasUnknownEntries)
    {
        Signed = signed;
        Issuer = issuer;
        ThisUpdate = thisUpdate;
        NextUpdate = nextUpdate;
        Entries = entries;
        Extensions = extensions;
        HasUnknownEntries = hasUnknownEntries;
    }

    public SignedObject Signed { get; }

    public ReadOnlyMemory<byte> Issuer { get; }

    public DateTimeOffset ThisUpdate { get; }

    public DateTimeOffset NextUpdate { get; }

    public IReadOnlyDictionary<BigInteger, RevokedCertificate> Entries { get; }

    public IReadOnlyList<CertificateExtension> Extensions { get; }

    /// <summary>An entry has a critical extension that is not processed here, such as the certificate issuer of indirect CRLs (§5.3.3).</summary>
    public bool HasUnknownEntries { get; }

    public CertificateExtension? Find(string oid) => Extensions.FirstOrDefault(e => string.Equals(e.Oid, oid, StringComparison.Ordinal));

    /// <summary>Null for anything that is not exactly one CRL of version 2 with a nextUpdate, in DER, of at most <see cref="RevocationLists.MaxSize"/> bytes.</summary>
    public static ParsedCrl? TryParse(ReadOnlyMemory<byte> der)
    {
        if (der.Length > RevocationLists.MaxSize) return null;
        try
        {
            return Read(der);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static ParsedCrl? Read(ReadOnlyMemory<byte> der)
    {
        var signed = SignedObject.Read(der);
        var list = new AsnReader(signed.ToBeSigned, AsnEncodingRules.DER).ReadSequence();
        if (list.ReadInteger() != BigInteger.One) return null;
        if (!list.ReadEncodedValue().Span.SequenceEqual(signed.Algorithm.Span)) return null; // §5.1.1.2
        var issuer = list.ReadEncodedValue();
        var thisUpdate = ParsedCertificate.ReadTime(list);
        var nextUpdate = ParsedCertificate.ReadTime(list); // demanded by §5.1.2.5
        var hasUnknown = false;
        var entries = new Dictionary<BigInteger, RevokedCertificate>();
        if (list.HasData && list.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            var revoked = list.ReadSequence();
            if (!revoked.HasData) return null; // §5.1.2.6: absent when empty
            while (revoked.HasData)
            {
                var entry = ReadEntry(revoked.ReadSequence(), ref hasUnknown);
                if (entry is null || !entries.TryAdd(entry.Serial, entry)) return null;
            }
        }

        var extensions = CertificateExtension.ReadAll(list, new Asn1Tag(TagClass.ContextSpecific, 0));
        list.ThrowIfNotEmpty();
        return extensions is null ? null : new ParsedCrl(signed, issuer, thisUpdate, nextUpdate, entries, extensions, hasUnknown);
    }

    private static RevokedCertificate? ReadEntry(AsnReader entry, ref bool hasUnknown)
    {
        var serial = entry.ReadInteger();
        var at = ParsedCertificate.ReadTime(entry);
        var reason = X509RevocationReason.Unspecified;
        if (entry.HasData)
        {
            if (CertificateExtension.ReadAll(entry) is not { } extensions) return null;
            foreach (var extension in extensions)
            {
                if (string.Equals(extension.Oid, Oids.ReasonCode, StringComparison.Ordinal)) reason = ReadReason(new AsnReader(extension.Value, AsnEncodingRules.DER));
                else if (!string.Equals(extension.Oid, Oids.InvalidityDate, StringComparison.Ordinal)) hasUnknown |= extension.Critical;
            }
        }

        entry.ThrowIfNotEmpty();
        return new RevokedCertificate(serial, at, reason);
    }

    /// <summary>CRLReason (§5.3.1). Throws <see cref="AsnContentException"/>.</summary>
    internal static X509RevocationReason ReadReason(AsnReader reader)
    {
        var reason = reader.ReadEnumeratedValue<X509RevocationReason>();
        reader.ThrowIfNotEmpty();
        return Enum.IsDefined(reason) ? reason : throw new AsnContentException();
    }
}
