using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TalkyWalky.Pki.Validation;

/// <summary>
/// A name as RFC 5280 §7.1 compares it: attribute by attribute, text without regard to case, string type and repeated blanks. It is for finding and constraining; what is shown
/// to people is <see cref="ToText"/>.
/// </summary>
internal sealed class DistinguishedName
{
    private readonly string[] _parts;

    private DistinguishedName(string[] parts, IReadOnlyList<string> emails)
    {
        _parts = parts;
        Emails = emails;
    }

    /// <summary>Values of emailAddress attributes, which rfc822Name constraints govern too (RFC 5280 §4.2.1.10).</summary>
    public IReadOnlyList<string> Emails { get; }

    public bool IsEmpty => _parts.Length == 0;

    public bool Matches(DistinguishedName other) => _parts.AsSpan().SequenceEqual(other._parts);

    /// <summary>The subtree below <paramref name="root"/> holds this name.</summary>
    public bool IsWithin(DistinguishedName root) => _parts.Length >= root._parts.Length && _parts.AsSpan(0, root._parts.Length).SequenceEqual(root._parts);

    /// <summary>Two encoded names. Throws <see cref="AsnContentException"/>.</summary>
    public static bool Match(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Span.SequenceEqual(right.Span) || Read(left).Matches(Read(right));

    /// <summary>Throws <see cref="AsnContentException"/>.</summary>
    public static DistinguishedName Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var parts = new List<string>();
        var emails = new List<string>();
        while (sequence.HasData) parts.Add(ReadSet(sequence.ReadSetOf(skipSortOrderValidation: true), emails));
        return new DistinguishedName([.. parts], emails);
    }

    /// <summary>This name with one more RelativeDistinguishedName, whose attributes <paramref name="set"/> holds. Throws <see cref="AsnContentException"/>.</summary>
    public DistinguishedName Append(AsnReader set) => new([.. _parts, ReadSet(set, [])], Emails);

    /// <summary>RFC 4514's order, as the base library writes it; the bytes in hex where they are no name.</summary>
    public static string ToText(ReadOnlyMemory<byte> der) => new X500DistinguishedName(der.Span).Name;

    private static string ReadSet(AsnReader set, List<string> emails)
    {
        var attributes = new List<string>();
        while (set.HasData) attributes.Add(ReadAttribute(set.ReadSequence(), emails));
        attributes.Sort(StringComparer.Ordinal);
        return string.Join('+', attributes);
    }

    private static string ReadAttribute(AsnReader attribute, List<string> emails)
    {
        var oid = attribute.ReadObjectIdentifier();
        var value = attribute.ReadEncodedValue();
        attribute.ThrowIfNotEmpty();
        if (Text(value) is not { } text) return $"{oid}#{Convert.ToHexString(value.Span)}";
        if (string.Equals(oid, Oids.EmailAddress, StringComparison.Ordinal)) emails.Add(text);
        return $"{oid}={Escape(Fold(text))}";
    }

    private static string? Text(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var tag = reader.PeekTag();
        return tag is { TagClass: TagClass.Universal, IsConstructed: false } && (UniversalTagNumber)tag.TagValue
            is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.BMPString or UniversalTagNumber.T61String
            ? reader.ReadCharacterString((UniversalTagNumber)tag.TagValue)
            : null;
    }

    // RFC 4518 in its useful part: compatibility forms, case, blanks at the ends and repeated ones.
    private static string Fold(string text) =>
        string.Join(' ', text.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("+", "\\+", StringComparison.Ordinal);
}
