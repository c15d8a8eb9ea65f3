using System.Formats.Asn1;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki.Status;

/// <summary>Which certificates of its issuer a CRL is about (RFC 5280 §5.2.5).</summary>
internal sealed record CrlScope(bool UsersOnly, bool AuthoritiesOnly, DistributionPoint? Point)
{
    private static readonly Asn1Tag UsersTag = Tag(1), AuthoritiesTag = Tag(2), ReasonsTag = Tag(3), IndirectTag = Tag(4), AttributesTag = Tag(5);

    /// <summary>Null for an indirect CRL, one of some reasons, or one of attribute certificates. Throws <see cref="AsnContentException"/>.</summary>
    public static CrlScope? Read(ParsedCrl crl)
    {
        if (crl.Find(Oids.IssuingDistributionPoint) is not { } extension) return new CrlScope(false, false, null);
        var outer = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var body = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var point = Has(body, Tag(0)) ? DistributionPoint.Read(body, DistinguishedName.Read(crl.Issuer)) : null;
        var users = IsTrue(body, UsersTag);
        var authorities = IsTrue(body, AuthoritiesTag);
        if (Has(body, ReasonsTag)) return null;
        var isIndirect = IsTrue(body, IndirectTag);
        var attributes = IsTrue(body, AttributesTag);
        body.ThrowIfNotEmpty();
        return isIndirect || attributes || (users && authorities) ? null : new CrlScope(users, authorities, point);
    }

    /// <summary>Throws <see cref="AsnContentException"/>.</summary>
    public bool Covers(ParsedCertificate certificate)
    {
        var isAuthority = BasicConstraints.Of(certificate).IsAuthority;
        if (isAuthority ? UsersOnly : AuthoritiesOnly) return false;
        return Point is null || DistributionPoint.Of(certificate).Any(Point.Meets);
    }

    private static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number);

    private static bool Has(AsnReader body, Asn1Tag tag) => body.HasData && body.PeekTag().HasSameClassAndValue(tag);

    private static bool IsTrue(AsnReader body, Asn1Tag tag) => Has(body, tag) && body.ReadBoolean(tag);
}
