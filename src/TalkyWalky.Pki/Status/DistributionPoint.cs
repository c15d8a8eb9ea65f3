using System.Formats.Asn1;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki.Status;

/// <summary>A distribution point's names (RFC 5280 §4.2.1.13), for telling which certificates a CRL is about.</summary>
internal sealed class DistributionPoint
{
    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0), Tag1 = new(TagClass.ContextSpecific, 1), Tag2 = new(TagClass.ContextSpecific, 2);

    private readonly IReadOnlyList<GeneralName> _names;
    private readonly DistinguishedName? _directory;

    private DistributionPoint(IReadOnlyList<GeneralName> names, DistinguishedName? directory)
    {
        _names = names;
        _directory = directory;
    }

    public IReadOnlyList<GeneralName> Names => _names;

    /// <summary>Points of the certificate that cover all reasons and whose CRL its own issuer signs; the others are for indirect and partial CRLs. Throws <see cref="AsnContentException"/>.</summary>
    public static IReadOnlyList<DistributionPoint> Of(ParsedCertificate certificate)
    {
        if (certificate.Find(Oids.CrlDistributionPoints) is not { } extension) return [];
        var issuer = DistinguishedName.Read(certificate.Issuer);
        var outer = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var points = new List<DistributionPoint>();
        while (list.HasData)
        {
            var point = list.ReadSequence();
            var name = point.HasData && point.PeekTag().HasSameClassAndValue(Tag0) ? Read(point, issuer) : null;
            var isPartial = point.HasData && (point.PeekTag().HasSameClassAndValue(Tag1) || point.PeekTag().HasSameClassAndValue(Tag2));
            if (name is not null && !isPartial) points.Add(name);
        }

        return points;
    }

    /// <summary>Reads an explicitly tagged DistributionPointName. Throws <see cref="AsnContentException"/>.</summary>
    /// <param name="issuer">Of the CRL, for a name that is relative to it.</param>
    public static DistributionPoint Read(AsnReader point, DistinguishedName issuer)
    {
        var choice = point.ReadSequence(Tag0);
        var read = choice.PeekTag().HasSameClassAndValue(Tag0)
            ? new DistributionPoint(GeneralName.ReadAll(choice.ReadSequence(Tag0)), null)
            : new DistributionPoint([], issuer.Append(choice.ReadSetOf(skipSortOrderValidation: true, Tag1)));
        choice.ThrowIfNotEmpty();
        return read;
    }

    /// <summary>One name of both is the same.</summary>
    public bool Meets(DistributionPoint other) =>
        _names.Any(name => other._names.Any(one => AreSame(name, one)) || (name.Kind == GeneralNameKind.DirectoryName && other._directory?.Matches(DistinguishedName.Read(name.Bytes)) == true))
        || (_directory is not null && (other._directory?.Matches(_directory) == true
            || other._names.Any(one => one.Kind == GeneralNameKind.DirectoryName && DistinguishedName.Read(one.Bytes).Matches(_directory))));

    private static bool AreSame(GeneralName left, GeneralName right) => left.Kind == right.Kind && left.Kind switch
    {
        GeneralNameKind.DirectoryName => DistinguishedName.Match(left.Bytes, right.Bytes),
        GeneralNameKind.Uri => string.Equals(left.Text, right.Text, StringComparison.Ordinal),
        _ => false,
    };
}
