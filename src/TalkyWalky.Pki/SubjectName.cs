using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Pki;

/// <summary>
/// Subjects here have exactly one form: <c>O</c> then <c>CN</c>, one UTF8String each (RFC 4514 writes it CN=...,O=...). The organisation comes first because a
/// directoryName constraint names the beginning of the sequence (RFC 5280 §7.1).
/// </summary>
public static class SubjectName
{
    public static X500DistinguishedName Encode(string organisation, string commonName)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            WriteAttribute(writer, Oids.Organisation, organisation);
            WriteAttribute(writer, Oids.CommonName, commonName);
        }

        return new X500DistinguishedName(writer.Encode());
    }

    /// <summary>1 to 64 characters, no control or format characters, no blank at either end: it is shown to people and compared by them.</summary>
    public static bool IsValidPart([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= CertificateProfiles.MaxNameLength }
        && !char.IsWhiteSpace(text[0])
        && !char.IsWhiteSpace(text[^1])
        && !text.Any(static c => CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    internal static void WriteAttribute(AsnWriter writer, string oid, string value)
    {
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
        }
    }

    /// <summary>Null unless it has the one form above. Throws <see cref="AsnContentException"/> on bytes that are not DER.</summary>
    internal static (string Organisation, string CommonName)? Decode(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var parts = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        return ReadAttribute(parts, Oids.Organisation) is { } organisation && ReadAttribute(parts, Oids.CommonName) is { } name && !parts.HasData
            ? (organisation, name)
            : null;
    }

    internal static string? ReadAttribute(AsnReader parts, string oid)
    {
        if (!parts.HasData) return null;
        var set = parts.ReadSetOf();
        var attribute = set.ReadSequence();
        if (set.HasData || !string.Equals(attribute.ReadObjectIdentifier(), oid, StringComparison.Ordinal)) return null;
        if (!attribute.PeekTag().HasSameClassAndValue(new Asn1Tag(UniversalTagNumber.UTF8String))) return null;
        var value = attribute.ReadCharacterString(UniversalTagNumber.UTF8String);
        attribute.ThrowIfNotEmpty();
        return IsValidPart(value) ? value : null;
    }
}
