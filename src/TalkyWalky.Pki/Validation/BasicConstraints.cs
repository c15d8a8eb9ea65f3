using System.Formats.Asn1;
using System.Numerics;

namespace TalkyWalky.Pki.Validation;

/// <summary>RFC 5280 §4.2.1.9.</summary>
internal readonly record struct BasicConstraints(bool IsAuthority, BigInteger? PathLength)
{
    /// <summary>Not a CA when there is no such extension. Throws <see cref="AsnContentException"/>.</summary>
    public static BasicConstraints Of(ParsedCertificate certificate)
    {
        if (certificate.Find(Oids.BasicConstraints) is not { } extension) return default;
        var outer = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var body = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var isAuthority = body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && body.ReadBoolean();
        BigInteger? pathLength = body.HasData ? body.ReadInteger() : null;
        body.ThrowIfNotEmpty();
        return new BasicConstraints(isAuthority, pathLength);
    }
}
