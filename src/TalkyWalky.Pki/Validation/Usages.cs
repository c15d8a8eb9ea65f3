using System.Formats.Asn1;

namespace TalkyWalky.Pki.Validation;

/// <summary>What a key may be used for (RFC 5280 §4.2.1.3, §4.2.1.12).</summary>
internal static class Usages
{
    /// <summary>Null without the extension, which leaves every usage open. Throws <see cref="AsnContentException"/>.</summary>
    public static CertificateKeyUsage? KeyUsageOf(ParsedCertificate certificate)
    {
        if (certificate.Find(Oids.KeyUsage) is not { } extension) return null;
        var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var usage = reader.ReadNamedBitListValue<CertificateKeyUsage>();
        reader.ThrowIfNotEmpty();
        return usage;
    }

    /// <summary>Null without the extension, which leaves every purpose open. Throws <see cref="AsnContentException"/>.</summary>
    public static IReadOnlyList<string>? PurposesOf(ParsedCertificate certificate)
    {
        if (certificate.Find(Oids.ExtendedKeyUsage) is not { } extension) return null;
        var outer = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var purposes = new List<string>();
        while (list.HasData) purposes.Add(list.ReadObjectIdentifier());
        return purposes.Count > 0 ? purposes : throw new AsnContentException();
    }

    public static bool Allow(IReadOnlyList<string> purposes, string wanted) =>
        purposes.Any(one => string.Equals(one, wanted, StringComparison.Ordinal) || string.Equals(one, Oids.AnyPurpose, StringComparison.Ordinal));
}
